"""The ways through the Moscow programme, as the people in it walk them; used wherever a case must have come far."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.story import Story, far, present, trip
from workflow.subjects.accommodation.commands import HoldBed, TakeBed
from workflow.subjects.care.commands import AgreeCarePlan, CertifyFitness
from workflow.subjects.documents.commands import RecordTravelDocument
from workflow.subjects.grants.commands import (
    ApproveGrant,
    RecordBankAnswer,
    RecordEvidence,
    ReleaseTranche,
    RequestGrant,
)
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.reception.commands import MeetPerson, PlanArrival
from workflow.subjects.reception.state import reception_of
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    AcknowledgeReferral,
    CloseReferral,
    RecordReferralFeedback,
    RecordReferralServed,
    SendReferral,
)
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.reintegration.commands import (
    AgreePlan,
    CompleteCourse,
    DraftPlan,
    EnrolInCourse,
    RecordAttendance,
    RecordFollowUp,
)
from workflow.subjects.safety.commands import AppointGuardian, AssessRisk, RecordAssent
from workflow.subjects.safety.state import safety_of
from workflow.subjects.travel.commands import AnswerEscort, AnswerHost, DeclareReturn, HandOver, PlanTrip
from workflow.subjects.travel.state import Trip, travel_of

STAGES = (
    "referral", "reception", "accommodation", "care", "documents", "returning", "reintegration", "follow_up",
)  # fmt: skip
MONEY = {"amount": "EUR 1800", "payee_name": "Ana Rusu", "payee_account": "MD24AG000225100013104168"}


def bring(case: Story, stage: str, **trip_fields: Any) -> Story:
    """Take a case from referral to a stage by the usual way."""

    def walk() -> None:
        for step in STAGES[1 : STAGES.index(stage) + 1]:
            _WALK[step](case, **(trip_fields if step == "returning" else {}))

    case.walks(f"to {stage}, {sorted(trip_fields.items())}", walk)
    assert case.case.stage == stage
    return case


def consents(case: Story, *purposes: str) -> Story:
    """Have the person consent, or for a child the guardian, with the child's own assent."""
    if not case.case.is_child(today(case)):
        for purpose in purposes:
            case.does(GiveConsent, purpose=purpose)
        return case
    if not safety_of(case.case).guardian:
        case.does(AppointGuardian, kind="state")
    for purpose in purposes:
        case.does(GiveConsent, purpose=purpose, by="guardian").does(RecordAssent, to=purpose)
    return case


def ready_to_be_received(case: Story) -> Story:
    consents(case, "assistance", "travel")
    case.does(AssessRisk, level="low", safe_to_return=True)
    return case.does(PlanArrival, at=case.place.now, place="SVO", means="flight", number="SU 1491")


def met(case: Story) -> Story:
    """The driver is told and meets the person."""
    for task in case.tasks(kind="book_pickup"):
        case.finish(task).accepted()
    return comes(case, present(reception_of(case.case).arrival).at).does(MeetPerson)


def ready_to_travel(case: Story, escort: str = "none", destination: str = "MD") -> Story:
    """Everything a traveller needs but the trip itself."""

    case.does(AssessRisk, level="low", safe_to_return=True)
    case.does(CertifyFitness, valid_until=far(case.place.now), escort=escort, mandate="medical")
    case.does(RecordTravelDocument, kind="passport", valid_until=far(case.place.now))
    return case.does(DeclareReturn, destination=destination, signed_on=today(case))


def plan_trip(case: Story, **times: float) -> Story:
    return case.does(PlanTrip, **trip(case.place.now, **times))


def booked(case: Story, *what: str) -> Story:
    """The travel agent issues the ticket, the host is asked and says yes."""
    for task in [key for name in what for key in case.tasks(kind={"ticket": "book_ticket"}.get(name, "ask_host"))]:
        case.finish(task).accepted()
    return case.does(AnswerHost, accepted=True) if "arrival_host" in what else case


def departed(case: Story) -> Story:
    """The day of the journey comes, and the person leaves."""
    return comes(case, trip_of(case).departs_at).goes("depart")


def handed_over(case: Story) -> Story:
    """The person arrives and is received; a child by a guardian."""
    comes(case, trip_of(case).arrives_at)
    if case.case.is_child(today(case)):
        return case.does(HandOver, received_by="guardian", receiver="Марина Иванова")
    return case.does(HandOver, received_by="host")


def ready_to_depart(case: Story, escort: str = "none", destination: str = "MD") -> Story:
    ready_to_travel(case, escort, destination)
    booked(plan_trip(case), "ticket", "arrival_host")
    if travel_of(case.case).trip and present(travel_of(case.case).trip).escort:
        case.finish(case.task(kind="book_escort")).accepted().does(AnswerEscort, accepted=True)
    return case


def trip_of(case: Story) -> Trip:
    return present(travel_of(case.case).trip)


def today(case: Story) -> date:
    """Return the programme's day."""
    return case.place.definition.programme.day(case.place.now)


def comes(case: Story, moment: datetime) -> Story:
    """Let time pass until a moment has come."""
    case.place.pass_time(max(moment - case.place.now, timedelta()))
    return case


def grant(case: Story, kind: str = "reintegration", amount: str = "EUR 1800") -> str:
    """Have a grant asked for by Anna and approved by Boris; return its number."""
    case.does(RequestGrant, kind=kind, **MONEY | {"amount": amount})
    grant_id = list(grants_of(case.case).grants)[-1]
    case.does(ApproveGrant, grant_id=grant_id, actor=BORIS)
    return grant_id


def release(case: Story, grant_id: str) -> str:
    """Have Clara let the next part go; return its number."""
    case.does(ReleaseTranche, grant_id=grant_id, actor=CLARA)
    return list(grants_of(case.case).grants[grant_id].tranches)[-1]


def paid(case: Story, grant_id: str, tranche_id: str, outcome: str = "paid") -> Story:
    """A worker sends the payment and the bank answers."""
    case.finish(case.task(kind="disburse_grant", tranche_id=tranche_id)).accepted()
    return bank_says(case, grant_id, tranche_id, outcome).accepted()


def shown(case: Story, grant_id: str, tranche_id: str) -> Story:
    """The receipt of a paid part is there."""
    return case.does(RecordEvidence, grant_id=grant_id, tranche_id=tranche_id, kind="receipt", reference="чек № 12/3")


def bank_says(case: Story, grant_id: str, tranche_id: str, outcome: str) -> Story:
    """The bank's own file says so."""
    return case.when(
        RecordBankAnswer, grant_id=grant_id, tranche_id=tranche_id, outcome=outcome, reference="AC04",
        source="bank", file_hash="0" * 64, actor="worker:bank", mandate="worker",
    )  # fmt: skip


def agreed_to_be_told(case: Story, provider: str) -> Story:
    """The person (or who decides with a child) agrees that a provider is told."""
    by = "guardian" if case.case.is_child(today(case)) else "person"
    return case.does(GiveConsent, purpose="referral", recipient=provider, by=by)


def referred(case: Story, provider: str = "new-start", service: str = "local_referral") -> str:
    """Have somebody referred, and the letter sent; return the referral's number."""
    agreed_to_be_told(case, provider)
    case.does(SendReferral, service=service, provider=provider)
    referral_id = list(referrals_of(case.case).referrals)[-1]
    case.finish(case.task(kind="send_referral", referral_id=referral_id)).accepted()
    return referral_id


def served(case: Story, referral_id: str) -> Story:
    """The provider takes the person on, helps, and says what came of it."""
    for answer in (AcknowledgeReferral, AcceptReferral, RecordReferralServed):
        case.does(answer, referral_id=referral_id)
    case.does(RecordReferralFeedback, referral_id=referral_id, outcome="helped")
    return case.does(CloseReferral, referral_id=referral_id)


def agree_plan(case: Story) -> Story:
    """Have a reintegration plan written and approved."""
    case.does(DraftPlan, goals=("work", "housing"), content="a room, then the sewing course")
    return case.does(AgreePlan).confirmed()


def trained(case: Story, course: str = "sewing") -> Story:
    """Have the person take part in a course to its end."""
    case.does(EnrolInCourse, course=course)
    case.does(RecordAttendance, course=course, day=today(case), attended=True)
    return case.does(CompleteCourse, course=course, outcome="certificate")


def _reception(case: Story) -> None:
    ready_to_be_received(case).goes("receive")


def _accommodation(case: Story) -> None:
    met(case).does(HoldBed).goes("accommodate")


def _care(case: Story) -> None:
    case.does(TakeBed).goes("begin_care")


def _documents(case: Story) -> None:
    case.cared_for("medical_exam", "counselling", "legal_advice")
    case.does(AgreeCarePlan).confirmed().goes("arrange_documents")


def _returning(case: Story, **trip_fields: Any) -> None:
    departed(ready_to_depart(case, **trip_fields))


def _reintegration(case: Story) -> None:
    handed_over(case).goes("come_home")


def _follow_up(case: Story) -> None:
    served(case, referred(case))
    agree_plan(trained(case)).goes("follow_up")


def close(case: Story) -> Story:
    """Make the last visit and close with a second person's agreement."""
    case.later(days=366).does(RecordFollowUp, month=12, outcome="well", actor=ANNA)
    return case.advance("close", reason="goals_met").confirmed().then_at("closed")


_WALK: dict[str, Any] = {
    "reception": _reception,
    "accommodation": _accommodation,
    "care": _care,
    "documents": _documents,
    "returning": _returning,
    "reintegration": _reintegration,
    "follow_up": _follow_up,
}
