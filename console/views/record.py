"""A case in one piece, as far as a reader is told of it: states and numbers, nothing that is sealed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from console.subjects import Panel
from events.instants import instant
from handlers.states.case_reader import CaseSnapshot
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.state import Accommodation, accommodation_of
from workflow.subjects.care.state import Appointment, Fitness, care_of
from workflow.subjects.documents.state import Document, Paper, documents_of
from workflow.subjects.grants.state import Cost, Grant, grants_of
from workflow.subjects.intake.state import handle_of
from workflow.subjects.reception.state import Arrival, reception_of
from workflow.subjects.referrals.state import Referral, referrals_of
from workflow.subjects.safety.state import Safety, safety_of
from workflow.subjects.travel.state import Trip, travel_of

_Part = TypeVar("_Part")


class Agreement(NamedTuple):
    """A consent that was given: to what, for whom, until when."""

    purpose: str
    recipient: str
    until: date | None


class Work(NamedTuple):
    """A task of Wayhome's own that is not over."""

    task_id: str
    kind: str
    status: str


class About(NamedTuple):
    """What is known of the person without knowing who they are."""

    child: bool
    gender: str | None
    citizenships: tuple[str, ...]
    language: str
    source: str


class Safe(NamedTuple):
    """Status, risk and protection."""

    identified: str
    risk: str
    reflection_until: date | None
    guardian: bool
    best_interests: str


class HousingRecord(NamedTuple):
    """Where the person stays or waits for a bed."""

    facility: str
    bed: int | None
    moved_in: bool
    held_until: datetime | None
    stay_until: date | None
    waiting: tuple[str, ...]


class Attended(NamedTuple):
    """Care: the plan, appointments that are open, services given, and whether the person may travel."""

    plan: bool
    appointments: Mapping[str, Appointment]
    provided: tuple[str, ...]
    fitness: Fitness | None


class Papers(NamedTuple):
    """The document in hand and those under way."""

    in_hand: Document | None
    under_way: Mapping[str, Paper]


class Travels(NamedTuple):
    """The arrival, and the way home."""

    arrival: Arrival | None
    destination: str
    stays: bool
    trip: Trip | None
    booked: tuple[str, ...]


class Funds(NamedTuple):
    """Grants and costs, by their numbers."""

    grants: Mapping[str, Grant]
    costs: Mapping[str, Cost]


class CaseRecord(NamedTuple):
    """A case at one version; a part that is null is not told to this role."""

    case_id: str
    handle: str
    version: int
    programme: str
    definition: str
    stage: str
    ended: bool
    since: datetime
    opened_at: datetime
    owner: str
    team: str
    told: tuple[str, ...]  # the parts this role is told of
    person: About | None
    safety: Safe | None
    place: HousingRecord | None
    care: Attended | None
    consents: tuple[Agreement, ...] | None
    documents: Papers | None
    travel: Travels | None
    money: Funds | None
    referrals: Mapping[str, Referral] | None
    running: tuple[Work, ...] | None


def record(snapshot: CaseSnapshot, panels: tuple[Panel, ...]) -> CaseRecord:
    """Return a case as somebody with these panels is told of it."""
    case = snapshot.case
    access, care, documents = access_of(case), care_of(case), documents_of(case)
    travel, grants, arrival = travel_of(case), grants_of(case), reception_of(case).arrival

    def told(panel: Panel, part: _Part) -> _Part | None:
        return part if panel in panels else None

    return CaseRecord(
        case.case_id, handle_of(case, snapshot.definition.programme), snapshot.version,
        case.programme, case.definition, case.stage,
        ended=snapshot.definition.journey.stage(case.stage).ends,
        since=instant(case.since), opened_at=instant(case.opened_at),
        owner=access.owner, team=access.team, told=panels,
        person=told("person", About(case.child, case.gender, case.citizenships, case.language, case.source)),
        safety=told("safety", _safe(safety_of(case))),
        place=told("place", _stay(accommodation_of(case))),
        care=told("care", Attended(care.care_plan, care.appointments, tuple(sorted(case.provided)), care.fitness)),
        consents=told("consents", tuple(Agreement(*key, until) for key, until in case.consents.items())),
        documents=told("documents", Papers(documents.document, documents.papers)),
        travel=told("travel", Travels(arrival, travel.destination, travel.stays, travel.trip, travel.booked)),
        money=told("money", Funds(grants.grants, grants.costs)),
        referrals=told("referrals", referrals_of(case).referrals),
        running=told("running", tuple(Work(key, one.kind, one.status) for key, one in case.tasks.items())),
    )  # fmt: skip


def _safe(safety: Safety) -> Safe:
    risk = safety.risk.level if safety.risk else ""
    return Safe(safety.identified, risk, safety.reflection_until, safety.guardian, safety.best_interests)


def _stay(stay: Accommodation) -> HousingRecord:
    facility, bed = stay.bed or ("", None)
    return HousingRecord(facility, bed, stay.moved_in, stay.held_until, stay.stay_until, stay.waiting)
