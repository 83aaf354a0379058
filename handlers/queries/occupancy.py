"""Occupancy: who had which bed of a house at any instant of the past, as it was in the world, from the log."""

import threading
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from events import tables
from events.catalogue import Fact
from events.envelope import RecordedEvent
from events.facts.accommodation import BedHeld, BedReleased, BedTaken, WaitingBegan, WaitingOver
from events.instants import instant
from events.log import Log
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accommodation.shelter import Room, Shelter, evolve
from workflow.values.days import day_of

_KIND = facility_stream("")


class BedInUse(NamedTuple):
    """A bed somebody has: they live there since a time, or it is held for them until a time."""

    bed: int
    room: str
    case_id: str
    since: datetime
    held_until: datetime | None


class WaitingPerson(NamedTuple):
    """Somebody in the line of a house."""

    case_id: str
    since: datetime


class Occupancy(NamedTuple):
    """A house at an instant; ``available`` and what is used make up ``maximum`` (HSDS service capacity)."""

    facility: str
    at: datetime
    maximum: int
    available: int
    used: tuple[BedInUse, ...]
    waiting: tuple[WaitingPerson, ...]
    closed: date | None
    rooms: tuple[tuple[int, Room], ...] = ()  # every bed's number, and its room


class _HouseHistory(NamedTuple):
    """A house as its history goes so far; since when each person has a bed, or (under 0) waits."""

    version: int = -1
    house: Shelter = Shelter()
    since: Mapping[tuple[str, int], datetime] = {}


class CurrentOccupancy:
    """Houses as they are now, read on from the last look; several threads may look at once."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._known: dict[str, _HouseHistory] = {}

    def now(self, facilities: Mapping[str, str], at: datetime) -> list[Occupancy]:
        """Return houses, named with their time zones, as they are now: one question to the log however many."""
        streams = {facility_stream(facility): facility for facility in facilities}
        with self._lock:
            known = {stream: self._known.get(stream, _HouseHistory()) for stream in streams}
            for event in self._log.since({stream: story.version for stream, story in known.items()}):
                stream = event.envelope.stream
                known[stream] = _told(known[stream], event, *_happened(self._log, event))
            self._known |= known
        return [_occupancy(name, facilities[name], at, known[stream]) for stream, name in streams.items()]


def houses_in_log(log: Log) -> list[str]:
    """Return every house whose history the log holds."""
    query = select(tables.streams.c.stream).where(tables.streams.c.stream.startswith(_KIND))
    with log.database.reading() as connection:
        return sorted(str(stream).removeprefix(_KIND) for stream in connection.execute(query).scalars())


def occupancy(log: Log, facility: str, zone: str, at: datetime) -> Occupancy:
    """Return a house, its days by its zone's clocks, as it was: what was written late counts from when it happened.

    A hold counts until its own end, whenever somebody noticed that it had run out.
    """
    return occupancies(log, facility, zone, [at])[0]


def occupancies(log: Log, facility: str, zone: str, instants: Iterable[datetime]) -> list[Occupancy]:
    """Return a house as it was at each of these instants, read once."""
    told = [(event, *_happened(log, event)) for event in log.stream(facility_stream(facility))]
    found = []
    for at in instants:
        story = _HouseHistory()
        for event, fact, begins in told:
            if begins <= at:
                story = _told(story, event, fact, begins)
        found.append(_occupancy(facility, zone, at, story))
    return found


def _occupancy(facility: str, zone: str, at: datetime, story: _HouseHistory) -> Occupancy:
    house, since = story.house, story.since
    numbered = tuple(house.numbered())
    rooms = {number: room.id for number, room in numbered}
    used = tuple(
        BedInUse(number, rooms.get(number, ""), bed.case_id, since[bed.case_id, number], bed.held_until)
        for number, bed in sorted(house.beds.items())
        if not bed.is_over(at)
    )
    waiting = tuple(WaitingPerson(case_id, since[case_id, 0]) for case_id in house.waiting)
    # Beds that are no more count for as long as somebody is in them; a closed house offers none.
    is_closed = house.closed is not None and house.closed <= day_of(at, zone)
    maximum = len(used) if is_closed else max(house.capacity, len(used))
    return Occupancy(facility, at, maximum, maximum - len(used), used, waiting, house.closed, numbered)


def _told(story: _HouseHistory, event: RecordedEvent, fact: Fact, begins: datetime) -> _HouseHistory:
    """Return the story with one more fact."""
    since = dict(story.since)
    match fact:
        case BedHeld() | BedTaken():
            since[fact.case_id, fact.bed] = begins
        case BedReleased():
            since.pop((fact.case_id, fact.bed), None)
        case WaitingBegan():
            since.setdefault((fact.case_id, 0), begins)
        case WaitingOver():
            since.pop((fact.case_id, 0), None)
    return _HouseHistory(event.envelope.version, evolve(story.house, fact), since)


def _happened(log: Log, event: RecordedEvent) -> tuple[Fact, datetime]:
    """Return a fact and when it happened: people may move in and out before it is written down."""
    fact = log.fact(event)
    return fact, getattr(fact, "at", None) or instant(event.envelope.recorded_at)
