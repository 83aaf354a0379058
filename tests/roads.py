"""The ways through the Moscow programme, as the people in it walk them; used wherever a case must have come far."""

from __future__ import annotations

from typing import Any

from tests.story import ANNA, BORIS, CLARA, Story, far, trip
from workflow import commands as ask

STAGES = (
    "referral", "reception", "accommodation", "care", "documents", "returning", "reintegration", "follow_up",
)  # fmt: skip
MONEY = {"amount": "EUR 1800", "payee_name": "Ana Rusu", "payee_account": "MD24AG000225100013104168"}


def bring(case: Story, stage: str, **trip_fields: Any) -> Story:
    """Take a case from referral to a stage by the usual way."""
    for step in STAGES[1 : STAGES.index(stage) + 1]:
        _WALK[step](case, **(trip_fields if step == "returning" else {}))
    assert case.case.stage == stage
    return case


def consents(case: Story, *purposes: str) -> Story:
    for purpose in purposes:
        case.does(ask.GiveConsent, purpose=purpose)
    return case


def ready_to_be_received(case: Story) -> Story:
    consents(case, "assistance", "travel")
    case.does(ask.AssessRisk, level="low", safe_to_return=True)
    return case.does(ask.PlanArrival, at=case.place.now, place="SVO", means="SU 1491")


def ready_to_travel(case: Story, escort: str = "none", destination: str = "MD") -> Story:
    """Everything a traveller needs but the trip itself."""
    today = case.place.now.date()
    case.does(ask.AssessRisk, level="low", safe_to_return=True)
    case.does(ask.CertifyFitness, valid_until=far(case.place.now), escort=escort)
    case.does(ask.RecordTravelDocument, kind="passport", valid_until=far(case.place.now))
    return case.does(ask.DeclareReturn, destination=destination, signed_on=today)


def plan_trip(case: Story, **times: float) -> Story:
    return case.does(ask.PlanTrip, **trip(case.place.now, **times))


def ready_to_depart(case: Story, escort: str = "none", destination: str = "MD") -> Story:
    ready_to_travel(case, escort, destination)
    plan_trip(case)
    case.provided("ticket", "arrival_host")
    if case.case.trip and case.case.trip.escort:
        case.finish(case.task(kind="book_escort")).accepted().does(ask.AnswerEscort, accepted=True)
    return case


def grant(case: Story, kind: str = "reintegration", amount: str = "EUR 1800") -> str:
    """Have a grant asked for by Anna and approved by Boris; return its number."""
    case.does(ask.RequestGrant, kind=kind, **MONEY | {"amount": amount})
    grant_id = list(case.case.grants)[-1]
    case.does(ask.ApproveGrant, grant_id=grant_id, actor=BORIS)
    return grant_id


def release(case: Story, grant_id: str) -> str:
    """Have Clara let the next part go; return its number."""
    case.does(ask.ReleaseTranche, grant_id=grant_id, actor=CLARA)
    return list(case.case.grants[grant_id].tranches)[-1]


def paid(case: Story, grant_id: str, tranche_id: str, outcome: str = "paid") -> Story:
    """A worker sends the payment and the bank answers."""
    case.finish(case.task(kind="disburse_grant", tranche_id=tranche_id)).accepted()
    return bank_says(case, grant_id, tranche_id, outcome).accepted()


def bank_says(case: Story, grant_id: str, tranche_id: str, outcome: str) -> Story:
    return case.when(
        ask.RecordPayment, grant_id=grant_id, tranche_id=tranche_id, outcome=outcome, reference="AC04", actor=CLARA
    )


def _reception(case: Story) -> None:
    ready_to_be_received(case).goes("receive")


def _accommodation(case: Story) -> None:
    case.provided("airport_reception").does(ask.HoldBed).goes("accommodate")


def _care(case: Story) -> None:
    case.does(ask.TakeBed).goes("begin_care")


def _documents(case: Story) -> None:
    case.provided("medical_exam", "counselling", "legal_advice")
    case.does(ask.AgreeCarePlan, second=BORIS).goes("arrange_documents")
    case.provided("document_renewal")


def _returning(case: Story, **trip_fields: Any) -> None:
    ready_to_depart(case, **trip_fields).goes("depart")


def _reintegration(case: Story) -> None:
    case.provided("hand_over").goes("come_home")


def _follow_up(case: Story) -> None:
    case.provided("local_referral", "training")
    case.does(ask.AgreePlan, second=BORIS).goes("follow_up")


def close(case: Story) -> Story:
    """Make the last visit and close with a second person's agreement."""
    case.does(ask.RecordFollowUp, month=12, outcome="well", actor=ANNA)
    return case.advance("close", reason="goals_met", second=BORIS).then_at("closed")


_WALK: dict[str, Any] = {
    "reception": _reception,
    "accommodation": _accommodation,
    "care": _care,
    "documents": _documents,
    "returning": _returning,
    "reintegration": _reintegration,
    "follow_up": _follow_up,
}
