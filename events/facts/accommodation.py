"""What is told about beds, houses and waiting, in the house's stream and in the case's."""

from datetime import date, datetime

from events.catalogue import Fact, TaskOutcome


class FacilityFitted(Fact):
    """A house has these rooms from now on: id, beds, for whom, minors; beds are numbered through the rooms from 1."""

    facility: str
    rooms: tuple[tuple[str, int, str, str], ...]


class _BedOfHouse(Fact):
    """What is said of a bed in a house's stream."""

    case_id: str
    bed: int


class BedHoldExtended(_BedOfHouse):
    """A bed waits longer for somebody."""

    until: datetime


class _BedOfCase(Fact):
    """What is said of a bed in the stream of the case."""

    facility: str
    bed: int


class HoldExtended(_BedOfCase):
    """The case's side of a hold made longer."""

    until: datetime


class StayExtended(_BedOfCase):
    """The person stays until another day."""

    until: date


class WaitingBegan(Fact):
    """Somebody waits for a bed in this house, behind all who do; told again it keeps the place in the line."""

    case_id: str
    gender: str | None = None
    child: bool = True
    of_age_from: date | None = None
    family: bool = False
    party: str = ""  # with whom they wait for beds together
    parents: tuple[str, ...] = ()  # cases of those who would take a child into their room


class WaitingOver(Fact):
    """Somebody waits for a bed in this house no longer."""

    case_id: str
    reason: str


class WaitingListJoined(Fact):
    """The case's side of waiting for a bed; ``party`` names with whom, where the house is to take all of them."""

    facility: str
    family: bool = False
    party: str = ""


class WaitsApart(Fact):
    """Somebody decided that the person waits on their own, and no more for beds with the others of their group."""

    facility: str


class LineAskedAnew(Fact):
    """The house has other rooms, or takes people again: who waits is offered its beds; told of whoever waits first."""

    facility: str


class WaitingListLeft(Fact):
    """The case's side of waiting no longer; ``awaited`` says that others still wait there."""

    facility: str
    reason: str
    awaited: bool = False


class BedsOffered(TaskOutcome):
    """The free beds of a house were offered to those who wait, in their order."""

    facility: str
    outcome: str


class AlternativeAsked(TaskOutcome):
    """Another house was written to for a place."""

    facility: str
    alternative: str
    receipt: str


class BedHeld(_BedOfHouse):
    """A bed waits for somebody until a time."""

    until: datetime


class BedTaken(_BedOfHouse):
    """Somebody moved in."""

    at: datetime


class BedReleased(_BedOfHouse):
    """A bed is free again, since a time."""

    reason: str
    at: datetime


class BedAssigned(_BedOfCase):
    """The case's side of a bed held."""

    until: datetime


class MovedIn(_BedOfCase):
    """The case's side of a bed taken: since when, and until which day it is planned."""

    at: datetime
    until: date | None = None


class BedGivenUp(_BedOfCase):
    """The case's side of a bed released; ``awaited`` says that others wait for it."""

    reason: str
    awaited: bool = False
