"""What is told about the way home: declared, planned, booked, called off, handed over."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from events.catalogue import Fact, Identity, TaskOutcome


class PlannedLeg(BaseModel):
    """A part of a journey without a change."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: str
    number: str = ""
    origin: str
    destination: str
    from_country: str
    to_country: str
    departs_at: datetime
    arrives_at: datetime


class TransitVisaRecorded(Fact):
    """A visa for a country on the way is in hand."""

    person_id: str
    country: str
    valid_until: date
    number: Identity = None


class TicketIssued(TaskOutcome):
    """The travel agent issued the ticket; ``reference`` is the agent's."""

    trip_id: str
    reference: str


class HostAsked(TaskOutcome):
    """Whoever is to receive the person was written to."""

    trip_id: str
    host: str
    receipt: str


class HostChosen(Fact):
    """Somebody else is to be asked to receive the person."""

    trip_id: str
    host: str


class HostAnswered(Fact):
    """The host said yes or no; ``next_host`` is asked next."""

    trip_id: str
    host: str
    accepted: bool
    next_host: str = ""


class PersonHandedOver(Fact):
    """The person arrived and was received; by whom is open, that one's name is sealed."""

    person_id: str
    trip_id: str
    received_by: str
    receiver: Identity = None


class EscortReserved(Fact):
    """An escort is taken for a trip and the way back."""

    escort: str
    case_id: str
    trip_id: str
    leaves_at: datetime
    back_at: datetime
    party: str = ""  # whom one escort goes along with: the trips of those who travel together count as one


class EscortFreed(Fact):
    """An escort is not needed for that trip any more."""

    escort: str
    case_id: str
    trip_id: str
    reason: str


class ReturnDeclared(Fact):
    """The person signed that they return of their own will, and where to."""

    destination: str
    signed_on: date
    because: str = ""  # why somebody of this country goes to another one


class StayChosen(Fact):
    """The person decided to stay; return is voluntary."""

    basis: str


class TripPlanned(Fact):
    """The way home, leg by leg: when, from where to where, with which escort if one is needed, to which host."""

    trip_id: str
    route: str
    departs_at: datetime
    arrives_at: datetime
    origin: str
    destination: str
    legs: tuple[PlannedLeg, ...]
    transit: tuple[str, ...] = ()  # the countries between
    escort: str = ""
    escort_back_at: datetime | None = None
    host: str = ""
    party: str = ""  # whom they travel with: one escort, one letter to each of those who are written to


class EscortInvited(TaskOutcome):
    """The escort was written to."""

    trip_id: str
    escort: str
    receipt: str


class EscortAnswered(Fact):
    """The escort said yes or no."""

    trip_id: str
    escort: str
    accepted: bool
    reason: str = ""


class TripCancelled(Fact):
    """The journey will not be made; whatever was booked for it is released, each thing once."""

    trip_id: str
    reason: str
