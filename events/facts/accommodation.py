"""What is told about beds, houses and waiting, in the house's stream and in the case's."""

from datetime import date, datetime

from events.catalogue import Fact, TaskOutcome


class FacilityFitted(Fact):
    """A house has these rooms from now on: id, beds, for whom, minors; beds are numbered through the rooms from 1."""

    facility: str
    rooms: tuple[tuple[str, int, str, str], ...]


class BedHoldExtended(Fact):
    """A bed waits longer for somebody."""

    case_id: str
    bed: int
    until: datetime


class HoldExtended(Fact):
    """The case's side of a hold made longer."""

    facility: str
    bed: int
    until: datetime


class StayExtended(Fact):
    """The person stays until another day."""

    facility: str
    bed: int
    until: date


class WaitingBegan(Fact):
    """Somebody waits for a bed in this house, behind all who do; told again it keeps the place in the line."""

    case_id: str
    gender: str | None = None
    child: bool = True
    of_age_from: date | None = None
    family: bool = False


class WaitingOver(Fact):
    """Somebody waits for a bed in this house no longer."""

    case_id: str
    reason: str


class WaitingListJoined(Fact):
    """The case's side of waiting for a bed."""

    facility: str
    family: bool = False


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


class BedHeld(Fact):
    """A bed waits for somebody until a time."""

    case_id: str
    bed: int
    until: datetime


class BedTaken(Fact):
    """Somebody moved in."""

    case_id: str
    bed: int
    at: datetime


class BedReleased(Fact):
    """A bed is free again, since a time."""

    case_id: str
    bed: int
    reason: str
    at: datetime


class BedAssigned(Fact):
    """The case's side of a bed held."""

    facility: str
    bed: int
    until: datetime


class MovedIn(Fact):
    """The case's side of a bed taken: since when, and until which day it is planned."""

    facility: str
    bed: int
    at: datetime
    until: date | None = None


class BedGivenUp(Fact):
    """The case's side of a bed released; ``awaited`` says that others wait for it."""

    facility: str
    bed: int
    reason: str
    awaited: bool = False
