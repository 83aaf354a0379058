"""Houses and offices: whose they are, where, when open, how many beds, and whom each room is for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from workflow.programme.hours import Hours, fewer_hours
from workflow.programme.part import ByOne, DirectoryPart, ProgrammePart, Slug, TimeZone, fewer, only_of
from workflow.values.days import day_of

BEDS_MAX = 10_000
FacilityKind = Literal["shelter", "rehabilitation_centre", "consultation_centre", "hostel"]
RoomFor = Literal["any", "women", "men", "family"]
MinorsRule = Literal["allowed", "only", "no"]


class RoomRule(ProgrammePart):
    """A room with beds, and whom it is for; beds are numbered through the rooms in the order of the file."""

    id: Slug
    beds: int = Field(ge=1, le=BEDS_MAX)
    who: RoomFor = Field(default="any", alias="for")
    minors: MinorsRule = "allowed"

    @field_validator("minors", mode="before")
    @classmethod
    def _no_is_a_word(cls, value: object) -> object:
        return "no" if value is False else value  # YAML reads an unquoted no as false


def _smaller_rooms(now: tuple[RoomRule, ...], before: tuple[RoomRule, ...]) -> bool:
    """Tell whether no room is new, larger, or for others than before."""
    largest = {(room.id, room.who, room.minors): room.beds for room in before}
    return all(room.beds <= largest.get((room.id, room.who, room.minors), 0) for room in now)


def _fewer_beds(now: int | None, before: int | None) -> bool:
    """Tell whether there are fewer than before; None is a house of rooms, or no house."""
    return now is None or fewer(now, before or 0)


def _closes_earlier(now: date | None, before: date | None) -> bool:
    return now is not None and (before is None or now < before)


class Facility(DirectoryPart):
    """A house with beds, or an office without; beds either as plain ``capacity`` for anybody or room by room."""

    id: Slug
    name: str
    kind: FacilityKind
    owner: Slug | None = None  # the organisation whose it is; the programme's own when left out
    opens: Annotated[date, ByOne(lambda now, before: now > before)]
    closes: Annotated[date | None, ByOne(_closes_earlier)] = None  # the last day
    time_zone: TimeZone
    hours: Annotated[Hours | None, ByOne(fewer_hours)] = None
    address: str = ""
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    on_request: bool = False  # a place there is asked for by letter; a bed is held only when the house is named
    # Up to which age, in years, a child lives in a parent's room though the room is not for such as the child.
    children_to: int | None = Field(default=None, ge=0, le=17)
    alternatives: Annotated[
        tuple[Slug, ...], ByOne(only_of)
    ] = ()  # which houses are asked for a place when this one is full
    rooms: Annotated[tuple[RoomRule, ...], ByOne(_smaller_rooms)] = ()
    plain_beds: Annotated[int | None, ByOne(_fewer_beds)] = Field(default=None, ge=1, le=BEDS_MAX, alias="capacity")

    @model_validator(mode="after")
    def _makes_sense(self) -> Facility:
        if self.rooms and self.plain_beds is not None:
            raise ValueError("give either rooms or capacity")
        if self.capacity > BEDS_MAX:
            raise ValueError(f"a house has at most {BEDS_MAX} beds")
        if self.closes is not None and self.closes < self.opens:
            raise ValueError("the house closes before it opens")
        if self.hours is not None and self.hours.time_zone != self.time_zone:
            raise ValueError("the hours are in another time zone than the house")
        names = [room.id for room in self.rooms]
        if len(names) != len(set(names)):
            raise ValueError("two rooms have the same id")
        return self

    @property
    def capacity(self) -> int:
        """Return how many beds there are; none in an office."""
        return self.plain_beds or sum(room.beds for room in self.rooms)

    @property
    def room_rules(self) -> tuple[tuple[str, int, str, str], ...]:
        """Return the rooms as plain values: id, beds, whom for, minors."""
        if self.plain_beds is not None:
            return (("beds", self.plain_beds, "any", "allowed"),)
        return tuple((room.id, room.beds, room.who, room.minors) for room in self.rooms)

    def day(self, at: datetime) -> date:
        """Return which day it is there at an instant."""
        return day_of(at, self.time_zone)

    def is_running(self, on: date) -> bool:
        """Tell whether the house is there on a day, by the programme file."""
        return self.opens <= on and (self.closes is None or on <= self.closes)


def facility_stream(facility_id: str) -> str:
    """Return the stream of a house."""
    return f"facility:{facility_id}"


def faults(facilities: tuple[Facility, ...]) -> list[tuple[tuple[Any, ...], str]]:
    """Return what is wrong with the houses taken together."""
    known = {facility.id: facility for facility in facilities}
    found: list[tuple[tuple[Any, ...], str]] = []
    for number, facility in enumerate(facilities):
        for name in facility.alternatives:
            if name not in known or name == facility.id:
                found.append((("facilities", number, "alternatives"), f"unknown facility {name}"))
            elif known[name].email is None:
                found.append((("facilities", number, "alternatives"), f"{name} has no email to ask it for a place"))
    return found
