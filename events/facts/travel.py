"""Facts about the way home: ticket, host, visas and the hand-over. The plan itself is in ``case``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from events.catalogue import Fact, Sealed

Identity = Annotated[str | None, Sealed("identity")]


class Leg(BaseModel):
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


class TicketIssued(Fact):
    """The travel agent issued the ticket; ``reference`` is the agent's."""

    task_id: str
    trip_id: str
    reference: str


class HostAsked(Fact):
    """Whoever is to receive the person was written to."""

    task_id: str
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
