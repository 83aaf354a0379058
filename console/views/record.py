"""A case in one piece, as far as a reader is told of it: states and numbers, nothing that is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from console.subjects import Panel
from events.instants import instant
from handlers.states.case_reader import CaseSnapshot
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.state import Appointment, Fitness, care_of
from workflow.subjects.documents.state import Document, Paper, documents_of
from workflow.subjects.grants.state import Cost, Grant, grants_of
from workflow.subjects.reception.state import Arrival, reception_of
from workflow.subjects.referrals.state import Referral, referrals_of
from workflow.subjects.safety.state import safety_of
from workflow.subjects.travel.state import Trip, travel_of


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
    case, safety = snapshot.case, "safety" in panels
    return CaseRecord(
        case_id=case.case_id,
        version=snapshot.version,
        programme=case.programme,
        definition=case.definition,
        stage=case.stage,
        ended=snapshot.definition.journey.stage(case.stage).ends,
        since=instant(case.since),
        opened_at=instant(case.opened_at),
        owner=access_of(case).owner,
        team=access_of(case).team,
        told=panels,
        person=About(case.child, case.gender, case.citizenships, case.language, case.source)
        if "person" in panels
        else None,
        safety=_safe(snapshot) if safety else None,
        place=_stay(snapshot) if "place" in panels else None,
        care=Attended(
            care_of(case).care_plan, care_of(case).appointments, tuple(sorted(case.provided)), care_of(case).fitness
        )
        if "care" in panels
        else None,
        consents=tuple(Agreement(*key, until) for key, until in case.consents.items())
        if "consents" in panels
        else None,
        documents=Papers(documents_of(case).document, documents_of(case).papers) if "documents" in panels else None,
        travel=Travels(
            reception_of(case).arrival,
            travel_of(case).destination,
            travel_of(case).stays,
            travel_of(case).trip,
            travel_of(case).booked,
        )
        if "travel" in panels
        else None,
        money=Funds(grants_of(case).grants, grants_of(case).costs) if "money" in panels else None,
        referrals=referrals_of(case).referrals if "referrals" in panels else None,
        running=tuple(Work(key, one.kind, one.status) for key, one in case.tasks.items())
        if "running" in panels
        else None,
    )


def _safe(snapshot: CaseSnapshot) -> Safe:
    case = snapshot.case
    assessed = safety_of(case).risk
    risk = assessed.level if assessed else ""
    return Safe(
        safety_of(case).identified,
        risk,
        safety_of(case).reflection_until,
        safety_of(case).guardian,
        safety_of(case).best_interests,
    )


def _stay(snapshot: CaseSnapshot) -> HousingRecord:
    case = snapshot.case
    facility, bed = accommodation_of(case).bed or ("", None)
    places = accommodation_of(case)
    return HousingRecord(
        facility, bed, accommodation_of(case).moved_in, places.held_until, places.stay_until, places.waiting
    )
