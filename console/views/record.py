"""A case in one piece, as far as a reader is told of it: states and numbers, nothing that is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from console.views.case_panels import Sheet
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


class Stay(NamedTuple):
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
    place: Stay | None
    care: Attended | None
    consents: tuple[Agreement, ...] | None
    documents: Papers | None
    travel: Travels | None
    money: Funds | None
    referrals: Mapping[str, Referral] | None
    running: tuple[Work, ...] | None


def record(seen: CaseSnapshot, sheets: tuple[Sheet, ...]) -> CaseRecord:
    """Return a case as somebody with these sheets is told of it."""
    case, safety = seen.case, "safety" in sheets
    return CaseRecord(
        case_id=case.case_id,
        version=seen.version,
        programme=case.programme,
        definition=case.definition,
        stage=case.stage,
        ended=seen.definition.journey.stage(case.stage).ends,
        since=instant(case.since),
        opened_at=instant(case.opened_at),
        owner=access_of(case).owner,
        team=access_of(case).team,
        told=sheets,
        person=About(case.child, case.gender, case.citizenships, case.language, case.source)
        if "person" in sheets
        else None,
        safety=_safe(seen) if safety else None,
        place=_stay(seen) if "place" in sheets else None,
        care=Attended(
            care_of(case).care_plan, care_of(case).appointments, tuple(sorted(case.provided)), care_of(case).fitness
        )
        if "care" in sheets
        else None,
        consents=tuple(Agreement(*key, until) for key, until in case.consents.items())
        if "consents" in sheets
        else None,
        documents=Papers(documents_of(case).document, documents_of(case).papers) if "documents" in sheets else None,
        travel=Travels(
            reception_of(case).arrival,
            travel_of(case).destination,
            travel_of(case).stays,
            travel_of(case).trip,
            travel_of(case).booked,
        )
        if "travel" in sheets
        else None,
        money=Funds(grants_of(case).grants, grants_of(case).costs) if "money" in sheets else None,
        referrals=referrals_of(case).referrals if "referrals" in sheets else None,
        running=tuple(Work(key, one.kind, one.status) for key, one in case.tasks.items())
        if "running" in sheets
        else None,
    )


def _safe(seen: CaseSnapshot) -> Safe:
    case = seen.case
    assessed = safety_of(case).risk
    risk = assessed.level if assessed else ""
    return Safe(
        safety_of(case).identified,
        risk,
        safety_of(case).reflection_until,
        safety_of(case).guardian,
        safety_of(case).best_interests,
    )


def _stay(seen: CaseSnapshot) -> Stay:
    case = seen.case
    facility, bed = accommodation_of(case).bed or ("", None)
    places = accommodation_of(case)
    return Stay(facility, bed, accommodation_of(case).moved_in, places.held_until, places.stay_until, places.waiting)
