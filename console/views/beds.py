"""The houses as a reader may see them: every bed and what it is, who waits, and the days ahead.

A bed of a case that is not theirs to see is taken, and no more is said. What is shown of the present is read on from
the last look; an instant of the past is read from the history of each house.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from console.views.reader import Reader
from handlers.projections.beds import houses_in_use
from handlers.queries.occupancy import BedInUse, Occupancy, WaitingPerson, occupancy
from handlers.states.case_reader import CaseSnapshot
from workflow.rights.table import RIGHTS_TABLE, Account
from workflow.subjects.accommodation.definition import Facility
from workflow.subjects.accommodation.shelter import Room
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.safety.state import is_at_high_risk
from workflow.subjects.travel.state import travel_of, trip_is_ahead
from workflow.values.days import day_of

State = Literal["free", "held", "taken", "none"]  # none: the house is closed, its empty beds are nobody's
_LEFT_OVER: Final = ""  # beds that are no more, with people in them


class BedView(NamedTuple):
    """One bed; the case number only for whoever may see the case, and what they may do about it."""

    number: int
    state: State
    case_id: str = ""
    since: datetime | None = None
    held_until: datetime | None = None
    stays_until: date | None = None  # as planned
    leaves_at: datetime | None = None  # the way home, once it is planned
    may_record: bool = False
    high_risk: bool = False  # as it is now

    def ends_on(self, zone: str) -> date | None:
        """Return the house's day on which the bed should be free again, the earliest that is known."""
        known = [day for day in (self.stays_until, self.leaves_at and day_of(self.leaves_at, zone)) if day]
        return min(known, default=day_of(self.held_until, zone) if self.held_until else None)


class RoomView(NamedTuple):
    """A room, whom it is for, and its beds."""

    room: str
    who: str
    minors: str
    places: tuple[BedView, ...]

    @property
    def free(self) -> int:
        """Return how many of its beds somebody could have now."""
        return sum(place.state == "free" for place in self.places)


class InLine(NamedTuple):
    """Somebody who waits; the number is the place in the line."""

    number: int
    case_id: str
    since: datetime
    may_record: bool
    high_risk: bool = False


class HouseView(NamedTuple):
    """A house at an instant: the numbers make up its maximum, as on the command line."""

    facility: str
    name: str
    kind: str
    time_zone: str
    at: datetime
    maximum: int
    taken: int
    held: int
    available: int
    closed: date | None
    rooms: tuple[RoomView, ...]
    waiting: tuple[InLine, ...]
    on_request: bool = False

    @property
    def today(self) -> date:
        """Return which day it is there."""
        return self.day(self.at)

    def day(self, at: datetime) -> date:
        """Return which day an instant is on there."""
        return day_of(at, self.time_zone)

    @property
    def places(self) -> Iterator[tuple[RoomView, BedView]]:
        """Yield every bed with its room, in the order of their numbers."""
        for room in self.rooms:
            for place in room.places:
                yield room, place


def houses_of(reader: Reader) -> dict[str, Facility | None]:
    """Return the houses a reader may look into, by id; None for one no programme file names any more."""
    own = reader.own_programmes()
    named = {house.id: house for one in own.values() for house in one.programme.beds_facilities}
    with reader.container.database.reading() as connection:
        left_over = houses_in_use(connection, own.keys())
    known: dict[str, Facility | None] = {**named, **dict.fromkeys(sorted(left_over - named.keys()))}
    if sees_all_houses(reader.account):
        return known
    return {name: house for name, house in known.items() if name in reader.account.facilities}


def zone_of(house: Facility | None, reader: Reader) -> str:
    """Return whose clocks a house goes by; one that no programme file names any more goes by the reader's programme."""
    if house is not None:
        return house.time_zone
    return next((one.programme.time_zone for one in reader.own_programmes().values()), "UTC")


def beds_of(reader: Reader, at: datetime | None = None, only: str | None = None) -> list[HouseView]:
    """Return the reader's houses as they are now or were at an instant, or one of them."""
    known = {name: house for name, house in houses_of(reader).items() if only in (None, name)}
    houses, log = reader.container.houses, reader.container.log
    zones = {name: zone_of(house, reader) for name, house in known.items()}
    found = houses.now(zones, reader.now) if at is None else [occupancy(log, *one, at) for one in zones.items()]
    case_ids = {used.case_id for house in found for used in house.used}
    case_ids |= {waits.case_id for house in found for waits in house.waiting}
    snapshots = reader.visible_cases(sorted(case_ids))
    return [_house(house, known[house.facility], snapshots, reader, is_now=at is None) for house in found]


def sees_all_houses(account: Account) -> bool:
    """Tell whether somebody's work is with all houses, not only with those they work in."""
    in_a_house = {role for rule in RIGHTS_TABLE if "facility" in rule.relations for role in rule.roles}
    of_houses = {role for rule in RIGHTS_TABLE if "beds.see" in rule.acts for role in rule.roles}
    return not account.roles.isdisjoint(of_houses - in_a_house)


def _house(
    one: Occupancy, facility: Facility | None, snapshots: Mapping[str, CaseSnapshot], reader: Reader, *, is_now: bool
) -> HouseView:
    acting = {name for name, case in snapshots.items() if is_now and reader.may("case.record", case)}
    held = sum(used.held_until is not None for used in one.used)
    return HouseView(
        facility=one.facility,
        name=facility.name if facility else one.facility,
        kind=facility.kind if facility else "",
        time_zone=zone_of(facility, reader),
        at=one.at,
        maximum=one.maximum, taken=len(one.used) - held, held=held, available=one.available, closed=one.closed,
        rooms=tuple(_rooms(one, zone_of(facility, reader), snapshots, acting, is_now=is_now)),
        waiting=tuple(
            _in_line(number, waits, snapshots, acting)
            for number, waits in enumerate(one.waiting, 1)
        ),
        on_request=facility.on_request if facility else False,
    )  # fmt: skip


def _in_line(number: int, waits: WaitingPerson, snapshots: Mapping[str, CaseSnapshot], acting: set[str]) -> InLine:
    seen = snapshots.get(waits.case_id)
    if seen is None:
        return InLine(number, "", waits.since, may_record=False)
    return InLine(number, waits.case_id, waits.since, waits.case_id in acting, is_at_high_risk(seen.case))


def _rooms(
    one: Occupancy, zone: str, snapshots: Mapping[str, CaseSnapshot], acting: set[str], *, is_now: bool
) -> Iterator[RoomView]:
    used = {bed.bed: bed for bed in one.used}
    is_closed = one.closed is not None and one.closed <= day_of(one.at, zone)
    by_room: dict[Room, list[BedView]] = {}
    for number, room in one.rooms:
        empty = BedView(number, "none" if is_closed else "free")
        place = _place(used.pop(number), snapshots, acting, is_now=is_now) if number in used else empty
        by_room.setdefault(room, []).append(place)
    for room, places in by_room.items():
        yield RoomView(room.id, room.who, room.minors, tuple(places))
    if used:
        left_over = tuple(_place(one, snapshots, acting, is_now=is_now) for one in used.values())
        yield RoomView(_LEFT_OVER, "any", "allowed", left_over)


def _place(used: BedInUse, snapshots: Mapping[str, CaseSnapshot], acting: set[str], *, is_now: bool) -> BedView:
    state: State = "taken" if used.held_until is None else "held"
    found = BedView(used.bed, state, held_until=used.held_until)
    if used.case_id not in snapshots:
        return found
    found = found._replace(case_id=used.case_id, since=used.since, may_record=used.case_id in acting)
    if not is_now:
        return found
    case = snapshots[used.case_id].case
    trip = travel_of(case).trip
    leaves_at = trip.departs_at if trip is not None and trip_is_ahead(case) else None
    stays_until = accommodation_of(case).stay_until
    return found._replace(stays_until=stays_until, leaves_at=leaves_at, high_risk=is_at_high_risk(case))
