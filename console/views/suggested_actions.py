"""Suggested actions: which command helps with what waits, and which are the likely ones for each part of a case.

Links only: whether an action is allowed is said when it is asked for; here it is only left out for
whoever may not do it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import urlencode

from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.rights.acts import Act
from workflow.rights.command_rights import ACTS_OF
from workflow.rights.table import ABOUT_A_CASE, Account, permit
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.state import care_of
from workflow.subjects.documents.state import documents_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.reception.state import reception_of
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.state import safety_of
from workflow.subjects.travel.state import travel_of, trip_is_ahead


class SuggestedAction(NamedTuple):
    """A command and what of its form is known already: ids and words, never anything of a person."""

    command: str
    given: tuple[tuple[str, str], ...] = ()

    def path(self, case_id: str) -> str:
        """Return the address of the form."""
        query = f"?{urlencode(self.given)}" if self.given else ""
        return f"/cases/{case_id}/do/{self.command}{query}"


def acts_on(account: Account, case: Case, programme: Programme, now: datetime) -> frozenset[Act]:
    """Return every act somebody may do on a case."""
    return frozenset(act for act in ABOUT_A_CASE if permit(account, act, case, programme, now))


@cache
def commands_for(acts: frozenset[Act]) -> frozenset[str]:
    """Return the commands that these acts are enough for."""
    return frozenset(kind.__name__ for kind, any_of in ACTS_OF.items() if any(act in acts for act in any_of))


def safety_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about safety and age, the likeliest first."""
    yield SuggestedAction("AssessRisk")
    risk = safety_of(case).risk
    if risk is not None and risk.level not in ("low", safety_of(case).plan_for):
        yield SuggestedAction("AgreeSafetyPlan")
    if case.child and not safety_of(case).guardian:
        yield SuggestedAction("AppointGuardian")
    if not safety_of(case).identified:
        yield SuggestedAction("IdentifyVictim")
    if safety_of(case).reflection_until is not None:
        yield SuggestedAction("EndReflection")
    if case.child:
        yield SuggestedAction("EstablishAge")


def accommodation_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about where the person stays, the likeliest first."""
    if accommodation_of(case).bed is None:
        yield SuggestedAction("HoldBed")
        yield SuggestedAction("LeaveWaitingList" if accommodation_of(case).waiting else "JoinWaitingList")
        return
    yield from (
        (SuggestedAction("ExtendStay"),)
        if accommodation_of(case).moved_in
        else (SuggestedAction("TakeBed"), SuggestedAction("ExtendHold"))
    )
    yield SuggestedAction("ReleaseBed")


def care_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about care, the likeliest first."""
    if any(one.at is not None for one in care_of(case).appointments.values()):
        yield SuggestedAction("RecordSession")
    yield SuggestedAction("BookAppointment")
    if not care_of(case).care_plan:
        yield SuggestedAction("AgreeCarePlan")
    yield SuggestedAction("CertifyFitness")


def document_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about documents, the likeliest first."""
    if any(paper.waits_for == "refused" for paper in documents_of(case).papers.values()):
        yield SuggestedAction("AppealDocument")
    if any(paper.waits_for != "refused" for paper in documents_of(case).papers.values()):
        yield SuggestedAction("RecordDocumentStep")
    else:
        yield SuggestedAction("StartDocument")
    yield SuggestedAction("RecordDocumentLoss" if documents_of(case).document else "RecordTravelDocument")


def travel_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about the arrival and the way home, the likeliest first."""
    if reception_of(case).is_ahead:
        yield SuggestedAction("MeetPerson")
        yield SuggestedAction("DelayArrival")
        return
    trip = travel_of(case).trip
    if trip_is_ahead(case) and trip is not None:
        if trip.escort and not trip.confirmed:
            yield SuggestedAction("AnswerEscort")
        if trip.host and not trip.host_ready:
            yield SuggestedAction("AnswerHost")
        yield SuggestedAction("HandOver" if case.stage == "returning" else "CancelTrip")
        return
    if case.stage in ("referral", "reassessment"):
        yield SuggestedAction("PlanArrival")
        return
    if not travel_of(case).destination:
        yield SuggestedAction("DeclareReturn")
    yield SuggestedAction("PlanTrip")


def reintegration_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about life after the return, the likeliest first."""
    life = reintegration_of(case)
    if life.due:
        yield SuggestedAction("RecordFollowUp", (("month", str(min(life.due))),))
    if not life.plan.number:
        yield SuggestedAction("DraftPlan")
    elif not life.plan.agreed:
        yield SuggestedAction("AgreePlan")
    yield from (
        SuggestedAction("TakeSeat", (("course", key),)) for key, one in life.courses.items() if one.status == "offered"
    )
    yield SuggestedAction(
        "RecordAttendance" if "enrolled" in {one.status for one in life.courses.values()} else "EnrolInCourse"
    )


def grant_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about grants and costs, the likeliest first."""
    for key, grant in grants_of(case).grants.items():
        if grant.awaits_approval:
            yield SuggestedAction("ApproveGrant", (("grant_id", key),))
        elif not grant.declined and not grant.settled and grant.released < grant.amount:
            yield SuggestedAction("ReleaseTranche", (("grant_id", key),))
    yield SuggestedAction("RequestGrant")
    if any(
        tranche.status == "paid" for grant in grants_of(case).grants.values() for tranche in grant.tranches.values()
    ):
        yield SuggestedAction("RecordEvidence")
    yield SuggestedAction("RecordCost")


def referral_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about referrals, the likeliest first."""
    yield SuggestedAction("SendReferral")
    yield from (SuggestedAction("CloseReferral", (("referral_id", key),))
                for key, one in referrals_of(case).referrals.items()
                if one.status in ("served", "feedback"))  # fmt: skip


def consent_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about consents."""
    yield SuggestedAction("GiveConsent")
    if case.consents:
        yield SuggestedAction("WithdrawConsent")


def note_actions(_: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about notes."""
    yield SuggestedAction("AddNote")


def access_actions(_: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about who may see the case."""
    yield SuggestedAction("AssignCase")


# -- what waits ---------------------------------------------------------------------------------------------------


def action_for(item: str, kind: str, case: Case) -> SuggestedAction | None:
    """Return the action that settles an item of the work list; None when its page is where to look first."""
    about = item.partition(":")[2]
    if kind in ("appointment_to_book", "find_interpreter") and about in care_of(case).appointments:
        return SuggestedAction("BookAppointment", (("service", care_of(case).appointments[about].service),))
    if kind == "referral_to_send" and about in referrals_of(case).referrals:
        return SuggestedAction("SendReferral", (("service", referrals_of(case).referrals[about].service),))
    if kind == "escalation":
        command = _FOR_ESCALATION.get(about, "")
        return SuggestedAction(command) if command else None
    found = _FOR_KIND.get(kind)
    if found is None:
        return None
    command, field = found
    return SuggestedAction(command, ((field, about),) if field and about else ())


# For each kind of item the command, and the field its item names.
_FOR_KIND: Final[Mapping[str, tuple[str, str]]] = {
    "task_dead": ("RetryTask", "task_id"),
    "task_refused": ("RetryTask", "task_id"),
    "task_unknown": ("RetryTask", "task_id"),
    "approve_grant": ("ApproveGrant", "grant_id"),
    "release_tranche": ("ReleaseTranche", "grant_id"),
    "referral_unanswered": ("SendReferral", ""),
    "referral_consent_needed": ("GiveConsent", ""),
    "referral_to_send": ("SendReferral", ""),
    "escort_answer": ("AnswerEscort", ""),
    "find_escort": ("PlanTrip", ""),
    "host_answer": ("AnswerHost", ""),
    "appointment_to_book": ("BookAppointment", ""),
    "find_interpreter": ("BookAppointment", ""),
    "document_refused": ("AppealDocument", "document_id"),
    "document_to_start": ("StartDocument", ""),
    "visit_due": ("RecordFollowUp", "month"),
    "take_seat": ("TakeSeat", "course"),
    "agree_plan": ("AgreePlan", ""),
    "decide_hand_over": ("DecideHandOver", "proposal_id"),
    "possible_duplicate": ("DecideDuplicate", "other"),
    "review_access": ("ReviewAccess", ""),
}
_FOR_ESCALATION: Final[Mapping[str, str]] = {
    "risk_reassess": "AssessRisk",
    "stay_ends": "ExtendStay",
    "visit_overdue": "RecordFollowUp",
    "plan_overdue": "DraftPlan",
    "payment_returned": "ChangePayee",
    "bank_silent": "RecordPayment",
    "no_show": "MeetPerson",
    "nobody_to_meet": "DelayArrival",
    "no_host": "AskHost",
    "missed_departure": "PlanTrip",
    "not_handed_over": "HandOver",
    "reflection_ending": "EndReflection",
    "appointment_unrecorded": "RecordSession",
    "document_late": "RecordDocumentStep",
    "document_expiring": "StartDocument",
    "hand_over_late": "DecideHandOver",
    "referral_unanswered": "SendReferral",
    "referral_not_served": "RecordReferralServed",
    "access_not_reviewed": "ReviewAccess",
    "idle": "AdvanceCase",
}
# What is to be done when a time comes, and the field of its form that the timer names.
_FOR_TIMER: Final[Mapping[str, tuple[str, str]]] = {
    "appointment": ("RecordSession", "appointment"),
    "bed_hold": ("TakeBed", ""),
    "departure": ("AdvanceCase", ""),
    "document_due": ("RecordDocumentStep", "document_id"),
    "document_expires": ("StartDocument", ""),
    "follow_up": ("RecordFollowUp", "month"),
    "hand_over_due": ("HandOver", ""),
    "no_show": ("MeetPerson", ""),
    "plan_due": ("DraftPlan", ""),
    "reflection_ending": ("EndReflection", ""),
    "referral_meeting": ("RecordReferralServed", "referral_id"),
    "risk_expires": ("AssessRisk", ""),
    "seat_offer": ("TakeSeat", "course"),
    "stay_ends": ("ExtendStay", ""),
    "visit_overdue": ("RecordFollowUp", "month"),
    "access_review": ("ReviewAccess", ""),
}


def action_at(timer: str, subject: Mapping[str, str]) -> SuggestedAction | None:
    """Return the action a timer reminds of."""
    command, field = _FOR_TIMER.get(timer, ("", ""))
    given = ((field, subject[field]),) if field and field in subject else ()
    return SuggestedAction(command, given) if command else None


# What waits for somebody to say yes: these come first to those who can.
APPROVALS: Final = frozenset({"approve_grant", "release_tranche", "agree_plan", "decide_hand_over", "review_access"})
