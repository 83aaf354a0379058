"""Occupancy: who had which bed of a house at any instant of the past, as it was in the world, from the log."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from events import tables
from events.catalogue import Fact
from events.envelope import Recorded
from events.facts import places, shared
from events.instants import instant
from events.log import Log
from workflow.programme.places import facility_stream
from workflow.shelter import Shelter, evolve

_KIND = facility_stream("")


class Used(NamedTuple):
    """A bed somebody has: they live there since a time, or it is held for them until a time."""

    bed: int
    room: str
    case_id: str
    since: datetime
    held_until: datetime | None


class Waits(NamedTuple):
    """Somebody in the line of a house."""

    case_id: str
    since: datetime


class Occupancy(NamedTuple):
    """A house at an instant; ``available`` and what is used make up ``maximum`` (HSDS service capacity)."""

    facility: str
    at: datetime
    maximum: int
    available: int
    used: tuple[Used, ...]
    waiting: tuple[Waits, ...]
    closed: date | None


def houses(log: Log) -> list[str]:
    """Return every house whose history the log holds."""
    query = select(tables.streams.c.stream).where(tables.streams.c.stream.startswith(_KIND))
    with log.database.reading() as connection:
        return sorted(str(stream).removeprefix(_KIND) for stream in connection.execute(query).scalars())


def occupancy(log: Log, facility: str, at: datetime) -> Occupancy:
    """Return a house as it was at an instant: what was written down later counts from when it happened.

    A hold counts until its own end, whenever somebody noticed that it had run out.
    """
    house, since = _house(log, facility, at)
    rooms = {number: room.id for number, room in house.numbered()}
    used = tuple(
        Used(number, rooms.get(number, ""), bed.case_id, since[bed.case_id, number], bed.held_until)
        for number, bed in sorted(house.beds.items())
        if not bed.is_over(at)
    )
    waiting = tuple(Waits(case_id, since[case_id, 0]) for case_id in house.waiting)
    # Beds that are no more count for as long as somebody is in them; a closed house offers none.
    is_closed = house.closed is not None and house.closed <= at.date()
    maximum = len(used) if is_closed else max(house.capacity, len(used))
    return Occupancy(facility, at, maximum, maximum - len(used), used, waiting, house.closed)


def _house(log: Log, facility: str, at: datetime) -> tuple[Shelter, dict[tuple[str, int], datetime]]:
    """Fold what had happened by an instant; keep since when each person has a bed, or (under 0) waits."""
    house, stream = Shelter(), facility_stream(facility)
    since: dict[tuple[str, int], datetime] = {}
    for event in log.stream(stream):
        fact, begins = _happened(log, event)
        if begins > at:
            continue
        house = evolve(house, fact)
        match fact:
            case shared.BedHeld() | shared.BedTaken():
                since[fact.case_id, fact.bed] = begins
            case places.WaitingBegan():
                since.setdefault((fact.case_id, 0), begins)
            case places.WaitingOver():
                since.pop((fact.case_id, 0), None)
    return house, since


def _happened(log: Log, event: Recorded) -> tuple[Fact, datetime]:
    """Return a fact and when it happened: people may move in and out before it is written down."""
    fact = log.fact(event)
    return fact, getattr(fact, "at", None) or instant(event.envelope.recorded_at)
