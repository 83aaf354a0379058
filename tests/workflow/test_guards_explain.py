"""Every guard says yes or why not; all reasons are told at once, each with what would help."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from events.instants import instant_text
from tests.kit.people import ANNA, BORIS, START
from tests.kit.readable import is_readable
from tests.kit.roads import bring
from tests.kit.story import story
from tests.kit.world import moscow
from workflow.case.state import Case, Task
from workflow.command import CancelTask, FinishTask, FireTimer, RetryTask
from workflow.guard_context import GuardContext
from workflow.guards import GUARDS, guard_named
from workflow.subjects.accommodation.commands import ReleaseBed, TakeBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.commands import CertifyFitness
from workflow.subjects.care.state import Fitness, care_of
from workflow.subjects.documents.commands import RecordTravelDocument
from workflow.subjects.documents.state import Document, documents_of
from workflow.subjects.grants.commands import ApproveGrant, RecordPayment
from workflow.subjects.grants.state import Grant, Tranche, grants_of
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.reception.state import Arrival, reception_of
from workflow.subjects.referrals.state import Referral, referrals_of
from workflow.subjects.reintegration.commands import AgreePlan
from workflow.subjects.reintegration.state import CoursePlace, Reintegration, reintegration_of
from workflow.subjects.safety.commands import AppointGuardian, AssessRisk, EndReflection, IdentifyVictim
from workflow.subjects.safety.state import Risk, Safety, safety_of
from workflow.subjects.travel.commands import AnswerEscort, CancelTrip, DeclareReturn
from workflow.subjects.travel.state import Trip, travel_of

TODAY = START.date()
OPEN = story().case
ADULT, CHILD = OPEN, OPEN._replace(child=True)
JOURNEY = Trip("R-1", START + timedelta(days=3), START + timedelta(days=3, hours=6), "DME", "KIV", "escort-05")
FIT = Fitness(date(2008, 1, 1), "medical", TODAY)
OPERATIONAL = JOURNEY._replace(escort="escort-01", confirmed=True)
GRANT = Grant("reintegration", Decimal(100), "EUR", ANNA, BORIS)
PAID = GRANT._replace(tranches={"T-1": Tranche(1, Decimal(100), BORIS, "paid")})
FLYING = GRANT._replace(tranches={"T-1": Tranche(1, Decimal(100), BORIS, "instructed")})
SERVED = Referral("local_referral", "harbour", "served")
TASK = Task("book_ticket", (("service", "counselling"),))


def consenting(purpose: str, until: date | None = None) -> Case:
    return OPEN._replace(consents={(purpose, ""): until})


def assessed(days_ago: float, *, safe: bool = True) -> Case:
    return safety_of.changed(OPEN, risk=Risk("low", safe, instant_text(START - timedelta(days=days_ago))))


AGREED: dict[tuple[str, str], date | None] = {("travel", ""): None}


def in_danger(level: str, plan_for: str = "") -> Case:
    return safety_of.put(OPEN, Safety(plan_for=plan_for)._replace(risk=Risk(level, True, instant_text(START))))


def asked(case: Case, **more: Any) -> GuardContext:
    return GuardContext(case, moscow().programme, START, ANNA, **more)


# name of the guard, a case that passes, cases that are refused
TABLE: list[tuple[str, Case, list[Case]]] = [
    (
        "consent_to_assistance",
        consenting("assistance", TODAY),
        [OPEN, consenting("travel"), consenting("assistance", TODAY - timedelta(days=1))],
    ),
    ("consent_to_travel", consenting("travel"), [OPEN, consenting("assistance")]),
    ("risk_is_assessed", assessed(90), [OPEN, assessed(90.1)]),
    ("risk_is_assessed", assessed(30)._replace(child=True), [assessed(30.1)._replace(child=True)]),
    (
        "safety_plan_is_agreed",
        in_danger("medium", "high"),
        [in_danger("medium"), in_danger("high"), in_danger("high", "medium")],
    ),
    ("safety_plan_is_agreed", in_danger("low"), [in_danger("high", "low")]),
    (
        "child_assents",
        safety_of.put(CHILD._replace(consents=AGREED), Safety({"travel": "agrees"})),
        [
            CHILD._replace(consents=AGREED),
            safety_of.put(CHILD._replace(consents=AGREED), Safety({"travel": "refuses"})),
        ],
    ),
    (
        "child_assents",
        safety_of.put(CHILD._replace(consents=AGREED), Safety({"travel": "cannot_form_a_view"})),
        [safety_of.put(CHILD._replace(consents=AGREED), Safety({"assistance": "agrees"}))],
    ),
    (
        "consent_to_travel",
        safety_of.put(CHILD._replace(consents=AGREED), Safety(by_guardian=frozenset(AGREED))),
        [safety_of.put(ADULT._replace(consents=AGREED), Safety(by_guardian=frozenset(AGREED)))],
    ),
    ("arrival_is_planned", reception_of.changed(OPEN, arrival=Arrival("A-1", START, "SVO", "flight")), [OPEN]),
    ("guardian_is_appointed", safety_of.changed(CHILD, guardian=True), [CHILD]),
    ("guardian_is_appointed", ADULT, [CHILD._replace(of_age_from=TODAY + timedelta(days=1))]),
    (
        "best_interests_are_decided",
        safety_of.changed(CHILD, best_interests="return"),
        [
            CHILD,
            safety_of.changed(CHILD, best_interests="stay"),
            travel_of.changed(safety_of.changed(CHILD, best_interests="return"), stays=True),
        ],
    ),
    ("nothing_came_after", OPEN, [OPEN._replace(next_case="7K3P9-QXM2D")]),
    ("bed_is_held", accommodation_of.changed(OPEN, bed=("moscow-centre", 1)), [OPEN]),
    ("moved_in", accommodation_of.changed(OPEN, moved_in=True), [OPEN]),
    ("care_plan_is_agreed", care_of.changed(OPEN, care_plan=True), [OPEN]),
    (
        "travel_papers_are_in_order",
        documents_of.changed(
            travel_of.changed(OPEN, trip=JOURNEY), document=Document("passport", JOURNEY.arrives_at.date())
        ),
        [OPEN, documents_of.changed(travel_of.changed(OPEN, trip=JOURNEY), document=Document("passport", TODAY))],
    ),
    ("return_is_declared", travel_of.changed(OPEN, destination="MD"), [OPEN]),
    ("return_is_safe", assessed(1), [assessed(1, safe=False)]),
    (
        "reflection_is_over",
        safety_of.changed(OPEN, reflection_until=TODAY - timedelta(days=1)),
        [safety_of.changed(OPEN, reflection_until=TODAY)],
    ),
    (
        "fit_to_travel",
        travel_of.changed(care_of.changed(OPEN, fitness=FIT), trip=JOURNEY),
        [
            OPEN,
            travel_of.changed(care_of.changed(OPEN, fitness=Fitness(TODAY, "none", TODAY)), trip=JOURNEY),
            travel_of.changed(
                care_of.changed(OPEN, fitness=FIT._replace(certified_on=TODAY - timedelta(days=28))), trip=JOURNEY
            ),  # 31 days old then
        ],
    ),
    ("trip_is_planned", travel_of.changed(OPEN, trip=JOURNEY), [OPEN]),
    (
        "escort_is_confirmed",
        travel_of.changed(care_of.changed(OPEN, fitness=FIT), trip=JOURNEY._replace(confirmed=True)),
        [
            care_of.changed(OPEN, fitness=FIT),
            travel_of.changed(care_of.changed(OPEN, fitness=FIT), trip=JOURNEY),
            travel_of.changed(
                care_of.changed(OPEN, fitness=FIT), trip=OPERATIONAL
            ),  # somebody comes along, but not who is needed
            travel_of.changed(care_of.changed(CHILD, fitness=FIT._replace(escort="none")), trip=JOURNEY),
        ],
    ),
    ("ticket_is_issued", travel_of.changed(OPEN, booked=("ticket",)), [OPEN]),
    (
        "host_is_ready",
        travel_of.changed(OPEN, trip=JOURNEY._replace(host="chisinau-partner", host_ready=True)),
        [
            OPEN,
            travel_of.changed(OPEN, trip=JOURNEY._replace(host="chisinau-partner"), booked=("ticket", "arrival_host")),
        ],
    ),
    (
        "transit_visas_are_in_order",
        travel_of.changed(OPEN, trip=JOURNEY._replace(transit=("GB", "DE")), visas={"GB": JOURNEY.arrives_at.date()}),
        [
            travel_of.changed(OPEN, trip=JOURNEY._replace(transit=("GB",))),
            travel_of.changed(OPEN, trip=JOURNEY._replace(transit=("GB",)), visas={"GB": TODAY}),
        ],
    ),
    ("stay_is_chosen", travel_of.changed(OPEN, stays=True), [OPEN]),
    ("plan_is_agreed", reintegration_of.changed(OPEN, plan_agreed=True), [OPEN]),
    (
        "referrals_are_settled",
        referrals_of.changed(OPEN, referrals={"R-1": SERVED, "R-2": SERVED._replace(status="declined")}),
        [
            referrals_of.changed(OPEN, referrals={"R-1": SERVED._replace(status=status)})
            for status in ("sent", "accepted")
        ],
    ),
    (
        "grants_are_settled",
        grants_of.changed(OPEN, grants={"G-1": PAID, "G-2": GRANT._replace(declined=True)}),
        [grants_of.changed(OPEN, grants={"G-1": g}) for g in (GRANT, FLYING, GRANT._replace(approved_by=""))],
    ),
    (
        "follow_up_is_done",
        reintegration_of.changed(OPEN, visits=frozenset({12})),
        [OPEN, reintegration_of.changed(OPEN, visits=frozenset({1, 3, 6}))],
    ),
    (
        "nothing_is_open",
        OPEN,
        [
            OPEN._replace(tasks={"W-1": TASK}),
            accommodation_of.changed(OPEN, bed=("moscow-centre", 1)),
            reintegration_of.put(OPEN, Reintegration(courses={"sewing": CoursePlace("waiting", START)})),
        ],
    ),
    (
        "training_is_settled",
        reintegration_of.put(OPEN, Reintegration(training_declined=True)),
        [OPEN, reintegration_of.put(OPEN, Reintegration(courses={"sewing": CoursePlace("enrolled", START)}))],
    ),
    ("nothing_is_running", OPEN, [OPEN._replace(tasks={"W-1": TASK})]),
    ("has_come_home", OPEN._replace(provided=frozenset({"hand_over"})), [OPEN]),
    ("medical_exam_is_provided", OPEN._replace(provided=frozenset({"medical_exam"})), [OPEN]),
]
SERVICES = frozenset(moscow().programme.service_of)


@pytest.mark.parametrize(("name", "passing", "against"), TABLE, ids=[row[0] for row in TABLE])
def test_a_guard_passes_or_says_why_not_and_what_would_help(name: str, passing: Case, against: list[Case]) -> None:
    guard = guard_named(name, SERVICES)
    assert guard is not None
    assert guard(asked(passing)) is None
    for case in against:
        reason = guard(asked(case))
        assert reason is not None
        assert reason.code == name
        assert is_readable(reason)


@pytest.mark.parametrize(
    ("name", "passing", "against"),
    [
        ("reason_is_listed", {"reason": "goals_met"}, [{}, {"reason": "bored"}]),
        ("reason_is_given", {"reason": "bored"}, [{}]),
        ("second_person_agreed", {"second": BORIS}, [{}, {"second": ANNA}]),
        ("follow_up_is_done", {"reason": "declined"}, [{"reason": "goals_met"}, {"reason": "support_period_ended"}]),
    ],
)
def test_a_guard_looks_at_who_asks_and_why(name: str, passing: dict[str, str], against: list[dict[str, str]]) -> None:
    assert GUARDS[name](asked(OPEN, **passing)) is None
    assert all(GUARDS[name](asked(OPEN, **given)) for given in against)


def test_every_guard_there_is_has_been_asked_here() -> None:
    tested = {row[0] for row in TABLE} | {"reason_is_listed", "reason_is_given", "second_person_agreed"}
    assert set(GUARDS) <= tested


def test_somebody_who_leaves_with_nothing_done_hears_all_reasons_at_once() -> None:
    case = bring(story(), "documents").later(days=91)
    case.does(WithdrawConsent, purpose="travel")
    case.advance("depart").then_refused(
        "consent_to_travel", "return_is_declared", "risk_is_assessed", "travel_papers_are_in_order", "fit_to_travel",
        "trip_is_planned", "ticket_is_issued", "host_is_ready",
    )  # fmt: skip


def test_a_child_hears_what_children_need_besides() -> None:
    case = story(age_band="0-8").does(AppointGuardian, kind="parent")
    case = bring(case, "documents").does(DeclareReturn, destination="MD", signed_on=TODAY)
    case.does(AssessRisk, level="high", safe_to_return=False)
    case.does(IdentifyVictim, status="actual", decided_by="police")
    case.advance("depart").then_refused(
        "return_is_safe", "safety_plan_is_agreed", "reflection_is_over", "travel_papers_are_in_order",
        "fit_to_travel", "trip_is_planned", "ticket_is_issued", "host_is_ready", "escort_is_confirmed",
        "best_interests_are_decided",
    )  # fmt: skip


def test_what_stands_in_the_way_of_each_step_is_shown_before_it_is_tried() -> None:
    case = story()
    options = {
        o.trigger: o for o in moscow().journey.options(GuardContext(case.case, moscow().programme, case.place.now))
    }
    assert list(options) == ["receive", "withdraw", "lose_contact", "transfer", "record_death", "find_not_a_victim"]
    assert options["withdraw"].allowed
    assert [r.code for r in options["receive"].reasons] == [
        "consent_to_assistance", "risk_is_assessed", "arrival_is_planned",
    ]  # fmt: skip


def test_a_step_taken_records_which_guards_were_asked() -> None:
    case = bring(story(), "reception")
    (entered,) = [fact for fact in case.now_told() if type(fact).__name__ == "StageEntered"]
    assert entered.checked == (
        "consent_to_assistance", "risk_is_assessed", "arrival_is_planned", "guardian_is_appointed",
        "child_assents",
    )  # fmt: skip


REFUSALS: list[tuple[Callable[[], Any], dict[str, Any], str]] = [
    (lambda: GiveConsent, {"purpose": "marketing"}, "purpose_is_known"),
    (lambda: GiveConsent, {"purpose": "travel", "until": "2007-03-04"}, "consent_is_live"),
    (lambda: GiveConsent, {"purpose": "travel", "by": "guardian"}, "guardian_is_appointed"),
    (lambda: WithdrawConsent, {"purpose": "travel"}, "consent_exists"),
    (lambda: EndReflection, {"why": "wants to go home"}, "reflection_runs"),
    (lambda: AgreePlan, {}, "plan_is_drafted"),
    (lambda: CertifyFitness, {"valid_until": "2007-03-04", "escort": "none", "mandate": "medical"},
     "certificate_is_valid"),
    (lambda: RecordTravelDocument, {"kind": "passport", "valid_until": "2007-03-04"}, "document_is_valid"),
    (lambda: DeclareReturn, {"destination": "MD", "signed_on": "2007-03-06"}, "declaration_is_signed"),
    (lambda: AnswerEscort, {"accepted": True}, "escort_is_asked"),
    (lambda: CancelTrip, {"reason": "ill"}, "trip_is_planned"),
    (lambda: TakeBed, {}, "bed_is_held"),
    (lambda: ReleaseBed, {"reason": "moved"}, "bed_is_held"),
    (lambda: ApproveGrant, {"grant_id": "G-1"}, "grant_exists"),
    (lambda: RecordPayment, {"grant_id": "G-1", "tranche_id": "T-1", "outcome": "paid", "reference": "x"},
     "tranche_is_known"),
    (lambda: RetryTask, {"task_id": "W-1"}, "task_is_stuck"),
    (lambda: CancelTask, {"task_id": "W-1", "reason": "x"}, "task_is_open"),
    (lambda: FinishTask, {"task_id": "W-1", "epoch": 1, "outcome": "done"}, "task_is_open"),
    (lambda: FireTimer, {"timer_id": "Z-1", "due_at": datetime(2007, 1, 1, tzinfo=START.tzinfo)}, "timer_is_set"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "fields", "code"), REFUSALS, ids=[f"{kind().__name__}-{c}" for kind, _, c in REFUSALS]
)
def test_what_cannot_be_recorded_is_refused_with_its_reason(kind: Any, fields: dict[str, Any], code: str) -> None:
    story().when(kind(), **fields).then_refused(code)
