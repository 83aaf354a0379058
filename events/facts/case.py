"""Facts of one person's journey. Open fields never identify anybody; what does is sealed, field by field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from events.catalogue import Fact, Sealed
from events.facts.travel import Leg

Identity = Annotated[str | None, Sealed("identity")]
Contact = Annotated[str | None, Sealed("contact")]
Story = Annotated[str | None, Sealed("story")]


class CaseOpened(Fact):
    """A referral came in and became a case.

    ``of_age_from`` is set for a child whose birth date is known: the day they are 18, moved on to the first
    of the next month so that the open log does not hold a birthday.
    """

    case_id: str
    person_id: str
    programme: str
    source: str
    stage: str
    previous_case: str | None = None
    consultation: str = ""
    citizenships: tuple[str, ...] = ()
    gender: str | None = None
    age_band: str | None = None
    child: bool = True
    of_age_from: date | None = None
    language: str | None = None
    exploitation: tuple[str, ...] = ()
    country_of_exploitation: str | None = None
    registered_year: int | None = None
    referred_by: str = ""
    owner: str = ""  # whoever opened it, unless a machine did
    team: str = ""  # everybody of the programme when empty
    name: Identity = None
    birth_date: Identity = None
    phone: Contact = None
    story: Story = None
    their_reference: Identity = None


class CaseLinked(Fact):
    """The same person came to harm again and has a new case."""

    next_case: str


class StageEntered(Fact):
    """The person moved on in the journey; ``checked`` names the guards that were asked and passed."""

    trigger: str
    source: str
    dest: str
    checked: tuple[str, ...] = ()
    reason: str = ""
    second: str = ""


class ConsentGiven(Fact):
    """The person (or guardian) agreed to a purpose, for one recipient or for the programme itself."""

    purpose: str
    recipient: str = ""
    by: str = "person"
    until: date | None = None


class ConsentWithdrawn(Fact):
    """The person took back an agreement; it holds from this moment."""

    purpose: str
    recipient: str = ""


class AgeEstablished(Fact):
    """Somebody whose age was unknown is now known to be an adult, or a child."""

    child: bool
    of_age_from: date | None = None
    basis: str


class VictimIdentified(Fact):
    """A body decided on the person's trafficking status (HTCDS vic_TraffickingStatus)."""

    status: str
    decided_by: str
    decided_on: date


class ReflectionStarted(Fact):
    """The recovery and reflection period runs from formal identification."""

    until: date


class ReflectionEnded(Fact):
    """The person decided before the period was over, or it ran out."""

    why: str


class RiskAssessed(Fact):
    """The dangers were gone through with the person."""

    person_id: str
    level: str
    safe_to_return: bool
    note: Story = None


class GuardianAppointed(Fact):
    """A child has somebody who decides with and for them."""

    person_id: str
    kind: str
    name: Identity = None


class BestInterestsDecided(Fact):
    """A body decided what is best for the child: to return or to stay."""

    outcome: str
    decided_by: str


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
    legs: tuple[Leg, ...]
    transit: tuple[str, ...] = ()  # the countries between
    escort: str = ""
    escort_back_at: datetime | None = None
    host: str = ""


class EscortInvited(Fact):
    """The escort was written to."""

    task_id: str
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


class NoteAdded(Fact):
    """Somebody wrote something down about the case."""

    person_id: str
    note: Story = None


class SealedOpened(Fact):
    """Somebody opened what is sealed of the case, and said why; recorded before the key is handed out."""

    compartments: tuple[str, ...]
    why: str
