"""Which act of the table of rights each command is: one line for each, so that none is forgotten or asked differently.

Where several acts are named, any one of them will do: a session is recorded by whoever held it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from workflow import commands as ask
from workflow.case.state import Case
from workflow.commands import accounts
from workflow.programme import Programme
from workflow.rights import Account, Act, Permit, permit

_ADVANCE: Final[tuple[Act, ...]] = ("case.advance",)
_CONSENT: Final[tuple[Act, ...]] = ("case.consent",)
_RECORD: Final[tuple[Act, ...]] = ("case.record",)
_CARE: Final[tuple[Act, ...]] = ("case.record", "case.medical", "case.legal")  # whoever sees the person
_REQUEST: Final[tuple[Act, ...]] = ("money.request",)
_APPROVE: Final[tuple[Act, ...]] = ("money.approve",)
_MONEY: Final[tuple[Act, ...]] = ("money.record",)
_SEND: Final[tuple[Act, ...]] = ("referral.send",)
_ANSWER: Final[tuple[Act, ...]] = ("referral.answer",)
_DESK: Final[tuple[Act, ...]] = ("hotline.record",)
_CLOSE: Final[tuple[Act, ...]] = ("office.close",)
_TASKS: Final[tuple[Act, ...]] = ("tasks.retry",)
_ACCOUNTS: Final[tuple[Act, ...]] = ("accounts.change",)
_SELF: Final[tuple[Act, ...]] = ("self",)

ACTS_OF: Final[Mapping[type[ask.Command], tuple[Act, ...]]] = {
    # the case itself
    ask.OpenCase: ("case.open",),
    ask.AdvanceCase: _ADVANCE,
    ask.AddNote: _CARE,
    ask.OpenSealed: ("case.open_sealed",),
    ask.GiveConsent: _CONSENT,
    ask.WithdrawConsent: _CONSENT,
    ask.RecordAssent: _CONSENT,
    # safety
    ask.EstablishAge: _RECORD,
    ask.IdentifyVictim: _RECORD,
    ask.EndReflection: _RECORD,
    ask.AssessRisk: _RECORD,
    ask.AgreeSafetyPlan: _RECORD,
    ask.AppointGuardian: _RECORD,
    ask.DecideBestInterests: _RECORD,
    ask.RecordRoute: _RECORD,
    # arrival, beds
    ask.PlanArrival: _RECORD,
    ask.DelayArrival: _RECORD,
    ask.CancelArrival: _RECORD,
    ask.MeetPerson: _RECORD,
    ask.HoldBed: _RECORD,
    ask.ExtendHold: _RECORD,
    ask.TakeBed: _RECORD,
    ask.ExtendStay: _RECORD,
    ask.ReleaseBed: _RECORD,
    ask.JoinWaitingList: _RECORD,
    ask.LeaveWaitingList: _RECORD,
    # care
    ask.BookAppointment: _CARE,
    ask.MoveAppointment: _CARE,
    ask.CancelAppointment: _CARE,
    ask.RecordSession: _CARE,
    ask.AgreeCarePlan: ("case.record", "case.medical"),
    ask.AssignLegalReference: ("case.legal",),
    ask.CertifyFitness: ("case.medical",),
    # documents
    ask.RecordTravelDocument: _RECORD,
    ask.StartDocument: _RECORD,
    ask.RecordDocumentStep: _RECORD,
    ask.RefuseDocument: _RECORD,
    ask.AppealDocument: _RECORD,
    ask.WithdrawDocument: _RECORD,
    ask.RecordDocumentLoss: _RECORD,
    # the way home
    ask.DeclareReturn: _RECORD,
    ask.ChooseStay: _RECORD,
    ask.RecordTransitVisa: _RECORD,
    ask.PlanTrip: _RECORD,
    ask.AnswerEscort: _RECORD,
    ask.AskHost: _RECORD,
    ask.AnswerHost: _RECORD,
    ask.CancelTrip: _RECORD,
    ask.HandOver: _RECORD,
    # money: one hand asks, another approves, a third lets it go
    ask.RequestGrant: _REQUEST,
    ask.ChangePayee: _REQUEST,
    ask.ApproveGrant: _APPROVE,
    ask.DeclineGrant: _APPROVE,
    ask.PutPayeeOnHold: _APPROVE,
    ask.ReleasePayee: _APPROVE,
    ask.ReleaseTranche: ("money.release",),
    ask.RecordEvidence: _MONEY,
    ask.RecordPayment: _MONEY,
    ask.ReturnPayment: _MONEY,
    ask.RecordCost: _MONEY,
    ask.ReverseCost: _MONEY,
    # life after the return
    ask.DraftPlan: _RECORD,
    ask.AgreePlan: _RECORD,
    ask.RevisePlan: _RECORD,
    ask.EnrolInCourse: _RECORD,
    ask.TakeSeat: _RECORD,
    ask.LeaveCourse: _RECORD,
    ask.RecordAttendance: _RECORD,
    ask.CompleteCourse: _RECORD,
    ask.DeclineTraining: _RECORD,
    ask.RecordFollowUp: _RECORD,
    # referrals: who sends is not who answers
    ask.SendReferral: _SEND,
    ask.CloseReferral: _SEND,
    ask.RevokeReferral: _SEND,
    ask.AcknowledgeReferral: _ANSWER,
    ask.AcceptReferral: _ANSWER,
    ask.DeclineReferral: _ANSWER,
    ask.WaitlistReferral: _ANSWER,
    ask.RecordReferralServed: _ANSWER,
    ask.RecordReferralFeedback: _ANSWER,
    ask.DiscloseReferral: ("referral.disclose",),
    # ends, and work that got stuck
    ask.DecideHandOver: _RECORD,
    ask.CloseFacility: _CLOSE,
    ask.EndProgramme: _CLOSE,
    ask.RetryTask: _TASKS,
    ask.CancelTask: _TASKS,
    ask.PublishProgramme: ("programmes.publish",),
    # the desk
    ask.TakeCall: _DESK,
    ask.RecordMissedCall: _DESK,
    ask.MakeCallBack: _DESK,
    ask.StrikeCallBacks: _DESK,
    ask.RecordConsultation: _DESK,
    ask.PrintCaseCodes: _DESK,
    # whose case it is, and who looked
    ask.AssignCase: ("case.assign",),
    ask.DecideDuplicate: _RECORD,
    ask.BreakGlass: ("case.break_glass",),
    ask.MendGlass: ("case.see", "case.review"),  # one's own, under the glass; the rules see to it
    ask.ReviewAccess: ("case.review",),
    # who signs in
    accounts.OpenAccount: _ACCOUNTS,
    accounts.ChangeRoles: _ACCOUNTS,
    accounts.PlaceAccount: _ACCOUNTS,
    accounts.CloseAccount: _ACCOUNTS,
    accounts.ReopenAccount: _ACCOUNTS,
    accounts.ResetCredentials: _ACCOUNTS,
    accounts.RevokeSessions: ("accounts.change", "self"),
    accounts.ChooseLanguage: _SELF,
    accounts.RecordSecondFactor: _SELF,
    accounts.RemoveSecondFactor: _SELF,
}

# What no person asks for: workers report and timers fire.
BY_MACHINES: Final[frozenset[type[ask.Command]]] = frozenset({
    ask.FinishTask, ask.FireTimer, ask.OfferSeat, ask.SuspectDuplicate,
})  # fmt: skip


class Right(NamedTuple):
    """The act somebody does by a command, and why they may."""

    act: Act
    permit: Permit


def right_to(
    account: Account, kind: type[ask.Command], case: Case | None, programme: Programme | None, now: datetime
) -> Right | None:
    """Return by which right somebody may give a command now, or None; a command without a line is nobody's."""
    for act in ACTS_OF.get(kind, ()):
        found = permit(account, act, case, programme, now)
        if found is not None:
            return Right(act, found)
    return None


def stays_within(permit: Permit, command: ask.Command, case: Case, programme: Programme) -> bool:
    """Tell whether a command stays within the relation it is given by: a partner answers for its own referrals only."""
    if permit.relation != "partner":
        return True
    word = command.actor.partition(":")[0]
    return getattr(command, "referral_id", None) in own_referrals(word, case, programme)


def own_referrals(word: str, case: Case, programme: Programme) -> frozenset[str]:
    """Return the referrals of a case that were sent to the organisation whose people's ids begin with a word."""
    providers = {provider.id for provider in programme.providers if provider.staff and provider.staff == word}
    return frozenset(key for key, one in case.referrals.items() if one.provider in providers)
