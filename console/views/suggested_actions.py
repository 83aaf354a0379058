"""Suggested actions: which command helps with what waits, and which are the likely ones for each part of a case.

Links only: whether an action is allowed is said when it is asked for; here it is only left out for
whoever may not do it.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import urlencode

from handlers.projections.tasks import LIVE_STATUSES
from workflow.case.erasure import erasure_of, is_erased
from workflow.case.proposals import proposed
from workflow.case.state import Case
from workflow.rights.acts import Act
from workflow.rights.command_rights import ACTS_OF
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.state import care_of
from workflow.subjects.corrections.state import corrections_of
from workflow.subjects.documents.state import documents_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.reception.state import reception_of
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.state import safety_of
from workflow.subjects.travel.state import travel_of, trip_is_ahead
from workflow.tasks import KIND_OF


class SuggestedAction(NamedTuple):
    """A command and what of its form is known already: ids and words, never anything of a person."""

    command: str
    given: tuple[tuple[str, str], ...] = ()

    def path(self, case_id: str) -> str:
        """Return the address of the form, or of the page that shows what the form decides about."""
        if self.command == "ConfirmDecision":
            return f"/cases/{case_id}/decisions/{dict(self.given)['proposal_id']}"
        query = f"?{urlencode(self.given)}" if self.given else ""
        return f"/cases/{case_id}/do/{self.command}{query}"


@cache
def commands_for(acts: frozenset[Act]) -> frozenset[str]:
    """Return the commands that these acts are enough for."""
    return frozenset(kind.__name__ for kind, any_of in ACTS_OF.items() if any(act in acts for act in any_of))


def _where(*wanted: tuple[str, bool]) -> Iterator[SuggestedAction]:
    return (SuggestedAction(command) for command, is_likely in wanted if is_likely)


def person_actions(case: Case) -> Iterator[SuggestedAction]:
    """Return what is likely about who the person is, the likeliest first: putting right what is wrong."""
    waiting = corrections_of(case).waiting
    if waiting is not None and not proposed(case, "ConfirmCorrectedAge"):
        yield SuggestedAction("ConfirmCorrectedAge", (("correction_id", waiting.correction_id),))
    yield from _where(("CorrectIdentity", True), ("CorrectCitizenships", True), ("CorrectDetails", True))


def safety_actions(case: Case) -> Iterator[SuggestedAction]:
    """Return what is likely about safety and age, the likeliest first."""
    safety = safety_of(case)
    return _where(
        ("AssessRisk", True),
        ("AgreeSafetyPlan", safety.risk is not None and safety.risk.level not in ("low", safety.plan_for)),
        ("AppointGuardian", case.child and not safety.guardian),
        ("IdentifyVictim", not safety.identified),
        ("EndReflection", safety.reflection_until is not None),
        ("EstablishAge", case.child),
    )


def accommodation_actions(case: Case) -> Iterator[SuggestedAction]:
    """Return what is likely about where the person stays, the likeliest first."""
    stay = accommodation_of(case)
    waits, is_held = bool(stay.waiting), not stay.moved_in
    if stay.bed is None:
        return _where(("HoldBed", True), ("LeaveWaitingList", waits), ("JoinWaitingList", not waits))
    return _where(("ExtendStay", stay.moved_in), ("TakeBed", is_held), ("ExtendHold", is_held), ("ReleaseBed", True))


def care_actions(case: Case) -> Iterator[SuggestedAction]:
    """Return what is likely about care, the likeliest first."""
    care = care_of(case)
    return _where(
        ("RecordSession", any(one.at is not None for one in care.appointments.values())),
        ("BookAppointment", True),
        ("AgreeCarePlan", not care.care_plan),
        ("CertifyFitness", True),
    )


def document_actions(case: Case) -> Iterator[SuggestedAction]:
    """Return what is likely about documents, the likeliest first."""
    is_refused = [paper.waits_for == "refused" for paper in documents_of(case).papers.values()]
    in_hand = documents_of(case).document is not None
    return _where(
        ("AppealDocument", any(is_refused)),
        ("RecordDocumentStep", not all(is_refused)),
        ("StartDocument", all(is_refused)),
        ("RecordDocumentLoss", in_hand),
        ("RecordTravelDocument", not in_hand),
    )


def travel_actions(case: Case) -> Iterator[SuggestedAction]:
    """Return what is likely about the arrival and the way home, the likeliest first."""
    trip, returns = travel_of(case).trip, case.stage == "returning"
    if reception_of(case).is_ahead:
        return _where(("MeetPerson", True), ("DelayArrival", True))
    if trip_is_ahead(case) and trip is not None:
        return _where(
            ("AnswerEscort", bool(trip.escort) and not trip.confirmed),
            ("AnswerHost", bool(trip.host) and not trip.host_ready),
            ("HandOver", returns),
            ("CancelTrip", not returns),
        )
    if case.stage in ("referral", "reassessment"):
        return _where(("PlanArrival", True))
    return _where(("DeclareReturn", not travel_of(case).destination), ("PlanTrip", True))


def reintegration_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about life after the return, the likeliest first."""
    life = reintegration_of(case)
    if life.due:
        yield SuggestedAction("RecordFollowUp", (("month", str(min(life.due))),))
    yield from _where(("DraftPlan", not life.plan.number), ("AgreePlan", life.plan.number > 0 and not life.plan.agreed))
    for key, one in life.courses.items():
        if one.status == "offered":
            yield SuggestedAction("TakeSeat", (("course", key),))
    enrolled = any(one.status == "enrolled" for one in life.courses.values())
    yield SuggestedAction("RecordAttendance" if enrolled else "EnrolInCourse")


def grant_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about grants and costs, the likeliest first."""
    grants = grants_of(case).grants
    for key, grant in grants.items():
        if grant.awaits_approval:
            yield SuggestedAction("ApproveGrant", (("grant_id", key),))
        elif not grant.declined and not grant.settled and grant.released < grant.amount:
            yield SuggestedAction("ReleaseTranche", (("grant_id", key),))
    is_paid = any(tranche.status == "paid" for grant in grants.values() for tranche in grant.tranches.values())
    yield from _where(("RequestGrant", True), ("RecordEvidence", is_paid), ("RecordCost", True))


def referral_actions(case: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about referrals, the likeliest first."""
    yield SuggestedAction("SendReferral")
    for key, one in referrals_of(case).referrals.items():
        if one.status in ("served", "feedback"):
            yield SuggestedAction("CloseReferral", (("referral_id", key),))


def consent_actions(case: Case) -> Iterator[SuggestedAction]:
    """Return what is likely about consents."""
    return _where(("GiveConsent", True), ("WithdrawConsent", bool(case.consents)))


def note_actions(_: Case) -> Iterator[SuggestedAction]:
    """Yield what is likely about notes."""
    yield SuggestedAction("AddNote")


def access_actions(case: Case) -> Iterator[SuggestedAction]:
    """Return what is likely about who may see the case, and about destroying what is known of the person."""
    asked, gone = erasure_of(case).request is not None, is_erased(case)
    due = "retention_due" in case.escalations
    yield from (SuggestedAction("JoinCases", (("other", other),)) for other in access_of(case).same if not gone)
    yield from _where(
        ("ErasePerson", asked and not gone and not proposed(case, "ErasePerson")),
        ("RequestErasure", due and not asked and not gone),
        ("AssignCase", not gone),
    )


# -- what waits ---------------------------------------------------------------------------------------------------


def action_for(item: str, kind: str, case: Case) -> SuggestedAction | None:
    """Return the action that settles an item of the work list; None when its page is where to look first."""
    about = item.partition(":")[2]
    if kind in ("appointment_to_book", "find_interpreter") and about in care_of(case).appointments:
        return SuggestedAction("BookAppointment", (("service", care_of(case).appointments[about].service),))
    if kind == "referral_to_send" and about in referrals_of(case).referrals:
        return SuggestedAction("SendReferral", (("service", referrals_of(case).referrals[about].service),))
    if about == "appointment_unrecorded" and (first := care_of(case).first):
        return SuggestedAction("RecordSession", (("appointment", first),))
    if kind == "task_unknown" and about in case.tasks:
        helps = deeds_for(case.tasks[about].kind, "unknown", wanted=case.tasks[about].wanted)
        return SuggestedAction(helps[0], (("task_id", about),)) if helps else None
    command, field = (_FOR_ESCALATION.get(about, ""), "") if kind == "escalation" else _FOR_KIND.get(kind, ("", ""))
    return SuggestedAction(command, ((field, about),) if field and about else ()) if command else None


def deeds_for(kind: str, status: str, *, wanted: bool = True) -> tuple[str, ...]:
    """Return the commands that help with a task that stopped; what is called off and asked about needs none.

    >>> deeds_for("send_referral", "unknown"), deeds_for("disburse_grant", "unknown"), deeds_for("ask_host", "dead")
    (('ConfirmLetter', 'RetryTask'), ('RetryTask',), ('RetryTask', 'CancelTask'))
    >>> deeds_for("send_referral", "unknown", wanted=False), deeds_for("disburse_grant", "unknown", wanted=False)
    (('ConfirmLetter', 'CancelTask'), ())
    """
    if status != "unknown":
        return ("RetryTask", "CancelTask")
    if KIND_OF[kind].is_letter:
        return ("ConfirmLetter", "RetryTask" if wanted else "CancelTask")
    return ("RetryTask",) if wanted else ()


def shown_status(status: str, *, wanted: bool) -> str:
    """Return how a task stands, for people: what was called off and may have left is neither waiting nor over.

    >>> shown_status("unknown", wanted=True), shown_status("waiting", wanted=False), shown_status("done", wanted=False)
    ('unknown', 'called_off', 'done')
    """
    return status if wanted or status not in LIVE_STATUSES else "called_off"


# For each kind of item the command, and the field its item names.
_FOR_KIND: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(("task_dead", "task_refused"), ("RetryTask", "task_id")),
    "approve_grant": ("ApproveGrant", "grant_id"),
    "release_tranche": ("ReleaseTranche", "grant_id"),
    "settle_bank_answer": ("SettleBankAnswer", "tranche_id"),
    **dict.fromkeys(("referral_unanswered", "referral_to_send"), ("SendReferral", "")),
    "referral_consent_needed": ("GiveConsent", ""),
    "escort_answer": ("AnswerEscort", ""),
    "find_escort": ("PlanTrip", ""),
    "host_answer": ("AnswerHost", ""),
    **dict.fromkeys(("appointment_to_book", "find_interpreter"), ("BookAppointment", "")),
    "document_refused": ("AppealDocument", "document_id"),
    "document_to_start": ("StartDocument", ""),
    "visit_due": ("RecordFollowUp", "month"),
    "take_seat": ("TakeSeat", "course"),
    "agree_plan": ("AgreePlan", ""),
    "decide_hand_over": ("DecideHandOver", "proposal_id"),
    "possible_duplicate": ("DecideDuplicate", "other"),
    "review_access": ("ReviewAccess", ""),
    "review_stop": ("ReviewStop", "account"),
    "decision_to_confirm": ("ConfirmDecision", "proposal_id"),
    "erase_person": ("ErasePerson", ""),
    "erasure_to_confirm": ("ConfirmDecision", "proposal_id"),
}
_FOR_ESCALATION: Final[Mapping[str, str]] = {
    "comes_of_age": "GiveConsent", "guardian_consents_lapsed": "GiveConsent",
    "risk_review": "AssessRisk", "safety_plan_overdue": "AgreeSafetyPlan",
    "risk_reassess": "AssessRisk", "stay_ends": "ExtendStay", "visit_overdue": "RecordFollowUp",
    "plan_overdue": "DraftPlan", "payment_returned": "ChangePayee", "bank_silent": "RecordPayment",
    "bank_contradicts": "SettleBankAnswer",
    "no_show": "MeetPerson", "nobody_to_meet": "DelayArrival", "no_host": "AskHost", "missed_departure": "PlanTrip",
    "suspect_is_along": "AdvanceCase", "family_waits": "JoinWaitingList",
    "not_handed_over": "HandOver", "reflection_ending": "EndReflection", "appointment_unrecorded": "RecordSession",
    "document_late": "RecordDocumentStep", "document_expiring": "StartDocument", "hand_over_late": "DecideHandOver",
    "referral_unanswered": "SendReferral", "referral_not_served": "RecordReferralServed",
    "access_not_reviewed": "ReviewAccess", "idle": "AdvanceCase", "retention_due": "RequestErasure",
}  # fmt: skip
# What is to be done when a time comes, and the field of its form that the timer names.
ACTIONS_AT: Final[Mapping[str, tuple[str, str]]] = {
    "appointment": ("RecordSession", "appointment"), "bed_hold": ("TakeBed", ""), "departure": ("AdvanceCase", ""),
    "document_due": ("RecordDocumentStep", "document_id"), "document_expires": ("StartDocument", ""),
    "follow_up": ("RecordFollowUp", "month"), "hand_over_due": ("HandOver", ""), "no_show": ("MeetPerson", ""),
    "plan_due": ("DraftPlan", ""), "reflection_ending": ("EndReflection", ""),
    "referral_meeting": ("RecordReferralServed", "referral_id"), "risk_expires": ("AssessRisk", ""),
    "risk_review": ("AssessRisk", ""), "safety_plan_due": ("AgreeSafetyPlan", ""),
    "seat_offer": ("TakeSeat", "course"), "stay_ends": ("ExtendStay", ""),
    "visit_overdue": ("RecordFollowUp", "month"), "access_review": ("ReviewAccess", ""),
}  # fmt: skip


def action_at(timer: str, subject: Mapping[str, str]) -> SuggestedAction | None:
    """Return the action a timer reminds of."""
    command, field = ACTIONS_AT.get(timer, ("", ""))
    given = ((field, subject[field]),) if field and field in subject else ()
    return SuggestedAction(command, given) if command else None


# What waits for somebody to say yes: these come first to those who can.
APPROVALS: Final = frozenset({
    "approve_grant", "release_tranche", "agree_plan", "decide_hand_over", "review_access", "review_stop",
    "decision_to_confirm",
    "erasure_to_confirm",
})  # fmt: skip
