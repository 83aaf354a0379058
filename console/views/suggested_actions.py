"""Deeds: which command helps with what waits, and which are the likely ones for each part of a case.

Links only: whether a deed is allowed is said when it is asked for; here it is only left out for whoever may not do it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import urlencode

from console.views.case_panels import Sheet
from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.rights.acts import Act
from workflow.rights.command_rights import ACTS_OF
from workflow.rights.table import ABOUT_A_CASE, Account, permit

LIKELY_MAX: Final = 3


class Deed(NamedTuple):
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


def likely(sheet: Sheet, case: Case, may: Collection[str], *, ended: bool) -> tuple[Deed, ...]:
    """Return the deeds offered beside a sheet, the likeliest first, and only those somebody may do."""
    source = _LIKELY.get(sheet)
    if source is None or (ended and sheet not in _AFTER_THE_END):
        return ()
    return tuple(deed for deed in source(case) if deed.command in may)[:LIKELY_MAX]


_AFTER_THE_END: Final[frozenset[Sheet]] = frozenset({"notes", "money", "referrals"})


def _safety(case: Case) -> Iterator[Deed]:
    yield Deed("AssessRisk")
    if case.risk is not None and case.risk.level not in ("low", case.safety.plan_for):
        yield Deed("AgreeSafetyPlan")
    if case.child and not case.guardian:
        yield Deed("AppointGuardian")
    if not case.identified:
        yield Deed("IdentifyVictim")
    if case.reflection_until is not None:
        yield Deed("EndReflection")
    if case.child:
        yield Deed("EstablishAge")


def _place(case: Case) -> Iterator[Deed]:
    if case.bed is None:
        yield Deed("HoldBed")
        yield Deed("LeaveWaitingList" if case.places.waiting else "JoinWaitingList")
        return
    yield from (Deed("ExtendStay"),) if case.moved_in else (Deed("TakeBed"), Deed("ExtendHold"))
    yield Deed("ReleaseBed")


def _care(case: Case) -> Iterator[Deed]:
    if any(one.at is not None for one in case.care.appointments.values()):
        yield Deed("RecordSession")
    yield Deed("BookAppointment")
    if not case.care_plan:
        yield Deed("AgreeCarePlan")
    yield Deed("CertifyFitness")


def _documents(case: Case) -> Iterator[Deed]:
    if any(paper.waits_for == "refused" for paper in case.papers.values()):
        yield Deed("AppealDocument")
    if any(paper.waits_for != "refused" for paper in case.papers.values()):
        yield Deed("RecordDocumentStep")
    else:
        yield Deed("StartDocument")
    yield Deed("RecordDocumentLoss" if case.document else "RecordTravelDocument")


def _travel(case: Case) -> Iterator[Deed]:
    if case.arrival_is_ahead:
        yield Deed("MeetPerson")
        yield Deed("DelayArrival")
        return
    if case.trip_is_ahead and case.trip is not None:
        if case.trip.escort and not case.trip.confirmed:
            yield Deed("AnswerEscort")
        if case.trip.host and not case.trip.host_ready:
            yield Deed("AnswerHost")
        yield Deed("HandOver" if case.stage == "returning" else "CancelTrip")
        return
    if case.stage in ("referral", "reassessment"):
        yield Deed("PlanArrival")
        return
    if not case.destination:
        yield Deed("DeclareReturn")
    yield Deed("PlanTrip")


def _life(case: Case) -> Iterator[Deed]:
    life = case.reintegration
    if life.due:
        yield Deed("RecordFollowUp", (("month", str(min(life.due))),))
    if not life.plan.number:
        yield Deed("DraftPlan")
    elif not life.plan.agreed:
        yield Deed("AgreePlan")
    yield from (Deed("TakeSeat", (("course", key),)) for key, one in life.courses.items() if one.status == "offered")
    yield Deed("RecordAttendance" if "enrolled" in {one.status for one in life.courses.values()} else "EnrolInCourse")


def _money(case: Case) -> Iterator[Deed]:
    for key, grant in case.grants.items():
        if grant.awaits_approval:
            yield Deed("ApproveGrant", (("grant_id", key),))
        elif not grant.declined and not grant.settled and grant.released < grant.amount:
            yield Deed("ReleaseTranche", (("grant_id", key),))
    yield Deed("RequestGrant")
    if any(tranche.status == "paid" for grant in case.grants.values() for tranche in grant.tranches.values()):
        yield Deed("RecordEvidence")
    yield Deed("RecordCost")


def _referrals(case: Case) -> Iterator[Deed]:
    yield Deed("SendReferral")
    yield from (Deed("CloseReferral", (("referral_id", key),))
                for key, one in case.referrals.items() if one.status in ("served", "feedback"))  # fmt: skip


_LIKELY: Final[Mapping[Sheet, Callable[[Case], Iterator[Deed]]]] = {
    "safety": _safety,
    "place": _place,
    "care": _care,
    "consents": lambda case: iter((Deed("GiveConsent"), Deed("WithdrawConsent"))[: 2 if case.consents else 1]),
    "documents": _documents,
    "travel": _travel,
    "life": _life,
    "money": _money,
    "referrals": _referrals,
    "notes": lambda _: iter((Deed("AddNote"),)),
    "access": lambda _: iter((Deed("AssignCase"), Deed("MendGlass"))[:1]),
}


# -- what waits ---------------------------------------------------------------------------------------------------


def deed_for(item: str, kind: str, case: Case) -> Deed | None:
    """Return the deed that settles an item of the work list; None when its page is where to look first."""
    about = item.partition(":")[2]
    if kind in ("appointment_to_book", "find_interpreter") and about in case.care.appointments:
        return Deed("BookAppointment", (("service", case.care.appointments[about].service),))
    if kind == "referral_to_send" and about in case.referrals:
        return Deed("SendReferral", (("service", case.referrals[about].service),))
    if kind == "escalation":
        command = _FOR_ESCALATION.get(about, "")
        return Deed(command) if command else None
    found = _FOR_KIND.get(kind)
    if found is None:
        return None
    command, field = found
    return Deed(command, ((field, about),) if field and about else ())


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


def deed_at(timer: str, subject: Mapping[str, str]) -> Deed | None:
    """Return the deed a timer reminds of."""
    command, field = _FOR_TIMER.get(timer, ("", ""))
    given = ((field, subject[field]),) if field and field in subject else ()
    return Deed(command, given) if command else None


# What waits for somebody to say yes: these come first to those who can.
APPROVALS: Final = frozenset({"approve_grant", "release_tranche", "agree_plan", "decide_hand_over", "review_access"})
