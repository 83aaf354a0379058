"""One person's case as far as the rules need it: folded from facts, never holding a name.

``evolve`` is a table from fact to change. It runs no guard and asks no clock, so old histories fold to the
same case for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from events.catalogue import Fact
from events.facts import case as told
from events.facts import shared, work

Pairs = tuple[tuple[str, str], ...]
NOTHING: Mapping[Any, Any] = {}


class Tranche(NamedTuple):
    """A part of a grant on its way to the person."""

    number: int
    amount: Decimal
    released_by: str
    status: str = "released"  # released, instructed, paid, rejected


class Grant(NamedTuple):
    """A grant as the case sees it; amounts are in the grant's currency."""

    kind: str
    amount: Decimal
    currency: str
    requested_by: str
    approved_by: str = ""
    declined: bool = False
    tranches: Mapping[str, Tranche] = NOTHING

    @property
    def released(self) -> Decimal:
        """Return how much of it has gone, or is on its way, to the bank."""
        return sum((t.amount for t in self.tranches.values() if t.status != "rejected"), Decimal(0))

    @property
    def paid(self) -> Decimal:
        """Return how much of it the bank says it has paid."""
        return sum((t.amount for t in self.tranches.values() if t.status == "paid"), Decimal(0))

    @property
    def settled(self) -> bool:
        """Tell whether nothing of it is waiting for anybody."""
        at_the_bank = any(tranche.status in ("released", "instructed") for tranche in self.tranches.values())
        return self.paid == self.amount or (self.declined and not at_the_bank)


class Risk(NamedTuple):
    """What the last risk assessment said, and when it was recorded."""

    level: str
    safe_to_return: bool
    on: str


class Fitness(NamedTuple):
    """Until when the person may travel, and who must go along."""

    valid_until: date
    escort: str


class Document(NamedTuple):
    """The travel document in hand."""

    kind: str
    valid_until: date


class Trip(NamedTuple):
    """The way home as planned."""

    trip_id: str
    departs_at: datetime
    arrives_at: datetime
    origin: str
    destination: str
    escort: str = ""
    confirmed: bool = False


class Task(NamedTuple):
    """Work asked for and not yet over."""

    kind: str
    subject: Pairs
    status: str = "open"  # open, unknown, refused, dead
    wanted: bool = True

    def about(self, name: str) -> str:
        """Return one value of what the task is about."""
        return dict(self.subject)[name]


class Case(NamedTuple):
    """Everything the guards look at."""

    case_id: str
    person_id: str
    programme: str
    definition: str
    stage: str
    since: str
    opened_at: str
    source: str
    citizenships: tuple[str, ...] = ()
    child: bool = True
    of_age_from: date | None = None
    previous_case: str | None = None
    next_case: str | None = None
    reason: str = ""
    identified: str = ""
    consents: Mapping[tuple[str, str], date | None] = NOTHING
    risk: Risk | None = None
    reflection_until: date | None = None
    guardian: bool = False
    best_interests: str = ""
    arrival: datetime | None = None
    bed: tuple[str, int] | None = None
    moved_in: bool = False
    care_plan: bool = False
    fitness: Fitness | None = None
    document: Document | None = None
    destination: str = ""
    stays: bool = False
    trip: Trip | None = None
    booked: tuple[str, ...] = ()
    provided: frozenset[str] = frozenset()
    plan: bool = False
    visits: frozenset[int] = frozenset()
    grants: Mapping[str, Grant] = NOTHING
    tasks: Mapping[str, Task] = NOTHING
    timers: Mapping[str, tuple[str, Pairs]] = NOTHING
    escalations: frozenset[str] = frozenset()

    def is_child(self, on: date) -> bool:
        """Tell whether the person must be treated as a child on a day; unknown age is presumed a child's."""
        return self.child and not (self.of_age_from is not None and on >= self.of_age_from)

    def is_national(self, home: str) -> bool:
        """Tell whether the way home stays inside the country."""
        return home in self.citizenships

    def is_on_trip(self, trip_id: str) -> bool:
        """Tell whether this is the trip now planned."""
        return self.trip is not None and self.trip.trip_id == trip_id

    @property
    def trip_is_ahead(self) -> bool:
        """Tell whether a journey is still to be made; after the hand-over nothing of it can be given back."""
        return self.trip is not None and "hand_over" not in self.provided

    def consents_to(self, purpose: str, on: date, recipient: str = "") -> bool:
        """Tell whether a live consent covers a purpose."""
        if (purpose, recipient) not in self.consents:
            return False
        until = self.consents[purpose, recipient]
        return until is None or on <= until


class At(NamedTuple):
    """What the envelope says about a fact that the fold needs: when, by whom, under which definition."""

    recorded_at: str
    actor: str
    definition: str


Change = Callable[[Case, Any, At], Case]


def evolve(case: Case | None, fact: Fact, at: At) -> Case | None:
    """Return the case after a fact; facts about something else leave it as it is."""
    if case is None:
        return _opened(fact, at) if isinstance(fact, told.CaseOpened) else None
    change = _CHANGES.get(type(fact).__name__)
    return change(case, fact, at) if change else case


def _opened(fact: told.CaseOpened, at: At) -> Case:
    return Case(
        case_id=fact.case_id,
        person_id=fact.person_id,
        programme=fact.programme,
        definition=at.definition,
        stage=fact.stage,
        since=at.recorded_at,
        opened_at=at.recorded_at,
        source=fact.source,
        citizenships=fact.citizenships,
        child=fact.child,
        of_age_from=fact.of_age_from,
        previous_case=fact.previous_case,
    )


def _entered(case: Case, fact: told.StageEntered, at: At) -> Case:
    return case._replace(
        stage=fact.dest, since=at.recorded_at, reason=fact.reason, escalations=case.escalations - {"idle"}
    )


def _risk(case: Case, fact: told.RiskAssessed, at: At) -> Case:
    return case._replace(risk=Risk(fact.level, fact.safe_to_return, at.recorded_at))


def _trip(case: Case, fact: told.TripPlanned, _at: At) -> Case:
    trip = Trip(fact.trip_id, fact.departs_at, fact.arrives_at, fact.origin, fact.destination, fact.escort)
    return case._replace(trip=trip, booked=(), provided=case.provided - {"hand_over"})


def _invited(case: Case, fact: told.EscortInvited, _at: At) -> Case:
    case = _task_over(case, fact.task_id)
    still_asked = case.trip is not None and case.trip.escort == fact.escort
    return _booked(case, fact.trip_id, "escort") if still_asked else case


def _answered(case: Case, fact: told.EscortAnswered, _at: At) -> Case:
    if case.trip is None or case.trip.trip_id != fact.trip_id:
        return case
    if fact.accepted:
        return case._replace(trip=case.trip._replace(confirmed=True))
    booked = tuple(what for what in case.booked if what != "escort")
    return case._replace(trip=case.trip._replace(escort="", confirmed=False), booked=booked)


def _provided(case: Case, fact: work.ServiceProvided, _at: At) -> Case:
    task = case.tasks.get(fact.task_id)
    case = _task_over(case, fact.task_id)
    subject = dict(task.subject) if task else {}
    if "trip_id" in subject and not case.is_on_trip(subject["trip_id"]):
        return case  # for a trip called off; it must not count for the next one
    met = {"no_show"} if fact.service == "airport_reception" else set()
    case = case._replace(provided=case.provided | {fact.service}, escalations=case.escalations - met)
    if "month" in subject:
        case = case._replace(visits=case.visits | {int(subject["month"])})
    return _booked(case, subject["trip_id"], fact.service) if "trip_id" in subject else case


def _task_status(status: str) -> Change:
    def change(case: Case, fact: Any, _at: At) -> Case:
        if fact.task_id not in case.tasks:
            return case
        return case._replace(tasks={**case.tasks, fact.task_id: case.tasks[fact.task_id]._replace(status=status)})

    return change


def _unwanted(case: Case, fact: work.TaskUnwanted, _at: At) -> Case:
    if fact.task_id not in case.tasks:
        return case
    return case._replace(tasks={**case.tasks, fact.task_id: case.tasks[fact.task_id]._replace(wanted=False)})


def _requested(case: Case, fact: work.TaskRequested, _at: At) -> Case:
    return case._replace(tasks={**case.tasks, fact.task_id: Task(fact.kind, fact.subject)})


def _timer_over(case: Case, fact: Any, _at: At) -> Case:
    return case._replace(timers={key: timer for key, timer in case.timers.items() if key != fact.timer_id})


def _grant(case: Case, grant_id: str, **changes: Any) -> Case:
    return case._replace(grants={**case.grants, grant_id: case.grants[grant_id]._replace(**changes)})


def _tranche(case: Case, grant_id: str, tranche_id: str, status: str) -> Case:
    tranches = case.grants[grant_id].tranches
    case = case._replace(escalations=case.escalations - {"bank_silent"}) if status in ("paid", "rejected") else case
    return _grant(case, grant_id, tranches={**tranches, tranche_id: tranches[tranche_id]._replace(status=status)})


def _grant_asked(case: Case, fact: shared.GrantRequested, at: At) -> Case:
    grant = Grant(fact.kind, fact.amount.amount, fact.amount.currency, at.actor)
    return case._replace(grants={**case.grants, fact.grant_id: grant})


def _tranche_released(case: Case, fact: shared.TrancheReleased, at: At) -> Case:
    tranche = Tranche(fact.number, fact.amount.amount, at.actor)
    return _grant(case, fact.grant_id, tranches={**case.grants[fact.grant_id].tranches, fact.tranche_id: tranche})


def _tranche_instructed(case: Case, fact: shared.TrancheInstructed, _at: At) -> Case:
    case = _task_over(case, fact.task_id)
    if case.grants[fact.grant_id].tranches[fact.tranche_id].status != "released":
        return case  # the bank answered before its worker reported; an answer is never forgotten
    return _tranche(case, fact.grant_id, fact.tranche_id, "instructed")


def _task_over(case: Case, task_id: str) -> Case:
    return case._replace(tasks={key: task for key, task in case.tasks.items() if key != task_id})


def _booked(case: Case, trip_id: str, what: str) -> Case:
    """Remember a booking for the trip it was made for; one for a trip called off is released by a reaction."""
    if not case.is_on_trip(trip_id) or what in case.booked:
        return case
    return case._replace(booked=(*case.booked, what))


_CHANGES: dict[str, Change] = {
    "CaseLinked": lambda c, f, _: c._replace(next_case=f.next_case),
    "StageEntered": _entered,
    "ConsentGiven": lambda c, f, _: c._replace(consents={**c.consents, (f.purpose, f.recipient): f.until}),
    "ConsentWithdrawn": lambda c, f, _: c._replace(
        consents={key: until for key, until in c.consents.items() if key != (f.purpose, f.recipient)}
    ),
    "AgeEstablished": lambda c, f, _: c._replace(child=f.child, of_age_from=f.of_age_from),
    "VictimIdentified": lambda c, f, _: c._replace(identified=f.status),
    "ReflectionStarted": lambda c, f, _: c._replace(reflection_until=f.until),
    "ReflectionEnded": lambda c, _f, _: c._replace(reflection_until=None),
    "RiskAssessed": _risk,
    "GuardianAppointed": lambda c, _f, _: c._replace(guardian=True),
    "BestInterestsDecided": lambda c, f, _: c._replace(best_interests=f.outcome),
    "ArrivalPlanned": lambda c, f, _: c._replace(arrival=f.at, escalations=c.escalations - {"no_show"}),
    "CarePlanAgreed": lambda c, _f, _: c._replace(care_plan=True),
    "FitnessCertified": lambda c, f, _: c._replace(fitness=Fitness(f.valid_until, f.escort)),
    "TravelDocumentRecorded": lambda c, f, _: c._replace(document=Document(f.kind, f.valid_until)),
    "ReturnDeclared": lambda c, f, _: c._replace(destination=f.destination, stays=False),
    "StayChosen": lambda c, _f, _: c._replace(stays=True, destination=""),
    "TripPlanned": _trip,
    "TripCancelled": lambda c, _f, _: c._replace(trip=None, booked=()),
    "EscortInvited": _invited,
    "EscortAnswered": _answered,
    "PlanAgreed": lambda c, _f, _: c._replace(plan=True),
    "FollowUpVisited": lambda c, f, _: c._replace(visits=c.visits | {f.month}),
    "BedAssigned": lambda c, f, _: c._replace(bed=(f.facility, f.bed), moved_in=False),
    "MovedIn": lambda c, _f, _: c._replace(moved_in=True),
    "BedGivenUp": lambda c, _f, _: c._replace(bed=None, moved_in=False),
    "GrantRequested": _grant_asked,
    "GrantApproved": lambda c, f, at: _grant(c, f.grant_id, approved_by=at.actor),
    "GrantDeclined": lambda c, f, _: _grant(c, f.grant_id, declined=True),
    "TrancheReleased": _tranche_released,
    "TrancheInstructed": _tranche_instructed,
    "TranchePaid": lambda c, f, _: _tranche(c, f.grant_id, f.tranche_id, "paid"),
    "TrancheRejected": lambda c, f, _: _tranche(c, f.grant_id, f.tranche_id, "rejected"),
    "TaskRequested": _requested,
    "ServiceProvided": _provided,
    "BookingReleased": lambda c, f, _: _task_over(c, f.task_id),
    "TaskRefused": _task_status("refused"),
    "TaskDied": _task_status("dead"),
    "TaskUnknown": _task_status("unknown"),
    "TaskFoundUndone": _task_status("open"),
    "TaskRetried": _task_status("open"),
    "TaskUnwanted": _unwanted,
    "TaskCancelled": lambda c, f, _: _task_over(c, f.task_id),
    "TimerSet": lambda c, f, _: c._replace(timers={**c.timers, f.timer_id: (f.kind, f.subject)}),
    "TimerFired": _timer_over,
    "TimerCancelled": _timer_over,
    "Escalated": lambda c, f, _: c._replace(escalations=c.escalations | {f.kind}),
}
