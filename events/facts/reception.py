"""What is told about arriving: planned, moved, called off, met."""

from datetime import datetime

from events.catalogue import Fact, TaskOutcome


class ArrivalDelayed(Fact):
    """The person comes at another time; ``meeter`` is who is to be there now, ``sequence`` counts the moves."""

    arrival_id: str
    at: datetime
    meeter: str = ""
    sequence: int


class ArrivalCancelled(Fact):
    """Nobody arrives any more; whoever was to be there is told, once."""

    arrival_id: str
    reason: str


class PickupBooked(TaskOutcome):
    """Whoever is to meet the person was written to."""

    arrival_id: str
    meeter: str
    receipt: str


class PickupMoved(TaskOutcome):
    """Whoever is to meet the person was told the new time."""

    arrival_id: str
    meeter: str
    sequence: int
    receipt: str


class PickupCancelled(TaskOutcome):
    """Whoever was to meet the person was told not to come."""

    arrival_id: str
    meeter: str
    receipt: str


class PersonMet(Fact):
    """The person was met and is with somebody of the programme."""

    arrival_id: str


class MeeterReserved(Fact):
    """Somebody who meets people is taken for an arrival; told again when the arrival is moved."""

    meeter: str
    case_id: str
    arrival_id: str
    leaves_at: datetime
    back_at: datetime
    party: str = ""  # whom one pick-up is for: its seats are counted, and the driver is not in two places


class MeeterFreed(Fact):
    """Somebody who meets people is not needed for that arrival any more."""

    meeter: str
    case_id: str
    arrival_id: str
    reason: str


class ArrivalPlanned(Fact):
    """Somebody will be met: when, where, by which train or flight, by whom, and the word on the meeter's sign."""

    arrival_id: str
    at: datetime
    place: str
    means: str
    number: str = ""
    language: str = ""
    sign: str
    meeter: str = ""
    speaks: bool = True  # whether the meeter speaks the person's language
    party: str = ""  # whom they come with: one pick-up, one letter to each driver
    child_seat: bool = False
