"""Which act of the table of rights each command is: one line for each, so that none is forgotten or asked differently.

Where several acts are named, any one of them will do: a session is recorded by whoever held it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from workflow.case.state import Case
from workflow.command import AdvanceCase, CancelTask, Command, FinishTask, FireTimer, PublishProgramme, RetryTask
from workflow.programme.programme import Programme
from workflow.rights.table import Account, Act, Permit, permit
from workflow.subjects.access.commands import (
    AssignCase,
    BreakGlass,
    DecideDuplicate,
    MendGlass,
    ReviewAccess,
    SuspectDuplicate,
)
from workflow.subjects.accommodation.commands import (
    ExtendHold,
    ExtendStay,
    HoldBed,
    JoinWaitingList,
    LeaveWaitingList,
    ReleaseBed,
    TakeBed,
)
from workflow.subjects.accounts.commands import (
    ChangeRoles,
    ChooseLanguage,
    CloseAccount,
    OpenAccount,
    PlaceAccount,
    RecordSecondFactor,
    RemoveSecondFactor,
    ReopenAccount,
    ResetCredentials,
    RevokeSessions,
)
from workflow.subjects.care.commands import (
    AgreeCarePlan,
    AssignLegalReference,
    BookAppointment,
    CancelAppointment,
    CertifyFitness,
    MoveAppointment,
    RecordSession,
)
from workflow.subjects.closing.commands import CloseFacility, DecideHandOver, EndProgramme
from workflow.subjects.documents.commands import (
    AppealDocument,
    RecordDocumentLoss,
    RecordDocumentStep,
    RecordTravelDocument,
    RefuseDocument,
    StartDocument,
    WithdrawDocument,
)
from workflow.subjects.grants.commands import (
    ApproveGrant,
    ChangePayee,
    DeclineGrant,
    PutPayeeOnHold,
    RecordCost,
    RecordEvidence,
    RecordPayment,
    ReleasePayee,
    ReleaseTranche,
    RequestGrant,
    ReturnPayment,
    ReverseCost,
)
from workflow.subjects.hotline.commands import (
    MakeCallBack,
    PrintCaseCodes,
    RecordConsultation,
    RecordMissedCall,
    StrikeCallBacks,
    TakeCall,
)
from workflow.subjects.intake.commands import AddNote, GiveConsent, OpenCase, OpenSealed, WithdrawConsent
from workflow.subjects.reception.commands import CancelArrival, DelayArrival, MeetPerson, PlanArrival
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    AcknowledgeReferral,
    CloseReferral,
    DeclineReferral,
    DiscloseReferral,
    RecordReferralFeedback,
    RecordReferralServed,
    RevokeReferral,
    SendReferral,
    WaitlistReferral,
)
from workflow.subjects.reintegration.commands import (
    AgreePlan,
    CompleteCourse,
    DeclineTraining,
    DraftPlan,
    EnrolInCourse,
    LeaveCourse,
    OfferSeat,
    RecordAttendance,
    RecordFollowUp,
    RevisePlan,
    TakeSeat,
)
from workflow.subjects.safety.commands import (
    AgreeSafetyPlan,
    AppointGuardian,
    AssessRisk,
    DecideBestInterests,
    EndReflection,
    EstablishAge,
    IdentifyVictim,
    RecordAssent,
)
from workflow.subjects.trafficking_routes.commands import RecordRoute
from workflow.subjects.travel.commands import (
    AnswerEscort,
    AnswerHost,
    AskHost,
    CancelTrip,
    ChooseStay,
    DeclareReturn,
    HandOver,
    PlanTrip,
    RecordTransitVisa,
)

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

ACTS_OF: Final[Mapping[type[Command], tuple[Act, ...]]] = {
    # the case itself
    OpenCase: ("case.open",),
    AdvanceCase: _ADVANCE,
    AddNote: _CARE,
    OpenSealed: ("case.open_sealed",),
    GiveConsent: _CONSENT,
    WithdrawConsent: _CONSENT,
    RecordAssent: _CONSENT,
    # safety
    EstablishAge: _RECORD,
    IdentifyVictim: _RECORD,
    EndReflection: _RECORD,
    AssessRisk: _RECORD,
    AgreeSafetyPlan: _RECORD,
    AppointGuardian: _RECORD,
    DecideBestInterests: _RECORD,
    RecordRoute: _RECORD,
    # arrival, beds
    PlanArrival: _RECORD,
    DelayArrival: _RECORD,
    CancelArrival: _RECORD,
    MeetPerson: _RECORD,
    HoldBed: _RECORD,
    ExtendHold: _RECORD,
    TakeBed: _RECORD,
    ExtendStay: _RECORD,
    ReleaseBed: _RECORD,
    JoinWaitingList: _RECORD,
    LeaveWaitingList: _RECORD,
    # care
    BookAppointment: _CARE,
    MoveAppointment: _CARE,
    CancelAppointment: _CARE,
    RecordSession: _CARE,
    AgreeCarePlan: ("case.record", "case.medical"),
    AssignLegalReference: ("case.legal",),
    CertifyFitness: ("case.medical",),
    # documents
    RecordTravelDocument: _RECORD,
    StartDocument: _RECORD,
    RecordDocumentStep: _RECORD,
    RefuseDocument: _RECORD,
    AppealDocument: _RECORD,
    WithdrawDocument: _RECORD,
    RecordDocumentLoss: _RECORD,
    # the way home
    DeclareReturn: _RECORD,
    ChooseStay: _RECORD,
    RecordTransitVisa: _RECORD,
    PlanTrip: _RECORD,
    AnswerEscort: _RECORD,
    AskHost: _RECORD,
    AnswerHost: _RECORD,
    CancelTrip: _RECORD,
    HandOver: _RECORD,
    # money: one hand asks, another approves, a third lets it go
    RequestGrant: _REQUEST,
    ChangePayee: _REQUEST,
    ApproveGrant: _APPROVE,
    DeclineGrant: _APPROVE,
    PutPayeeOnHold: _APPROVE,
    ReleasePayee: _APPROVE,
    ReleaseTranche: ("money.release",),
    RecordEvidence: _MONEY,
    RecordPayment: _MONEY,
    ReturnPayment: _MONEY,
    RecordCost: _MONEY,
    ReverseCost: _MONEY,
    # life after the return
    DraftPlan: _RECORD,
    AgreePlan: _RECORD,
    RevisePlan: _RECORD,
    EnrolInCourse: _RECORD,
    TakeSeat: _RECORD,
    LeaveCourse: _RECORD,
    RecordAttendance: _RECORD,
    CompleteCourse: _RECORD,
    DeclineTraining: _RECORD,
    RecordFollowUp: _RECORD,
    # referrals: who sends is not who answers
    SendReferral: _SEND,
    CloseReferral: _SEND,
    RevokeReferral: _SEND,
    AcknowledgeReferral: _ANSWER,
    AcceptReferral: _ANSWER,
    DeclineReferral: _ANSWER,
    WaitlistReferral: _ANSWER,
    RecordReferralServed: _ANSWER,
    RecordReferralFeedback: _ANSWER,
    DiscloseReferral: ("referral.disclose",),
    # ends, and work that got stuck
    DecideHandOver: _RECORD,
    CloseFacility: _CLOSE,
    EndProgramme: _CLOSE,
    RetryTask: _TASKS,
    CancelTask: _TASKS,
    PublishProgramme: ("programmes.publish",),
    # the desk
    TakeCall: _DESK,
    RecordMissedCall: _DESK,
    MakeCallBack: _DESK,
    StrikeCallBacks: _DESK,
    RecordConsultation: _DESK,
    PrintCaseCodes: _DESK,
    # whose case it is, and who looked
    AssignCase: ("case.assign",),
    DecideDuplicate: _RECORD,
    BreakGlass: ("case.break_glass",),
    MendGlass: ("case.see", "case.review"),  # one's own, under the glass; the rules see to it
    ReviewAccess: ("case.review",),
    # who signs in
    OpenAccount: _ACCOUNTS,
    ChangeRoles: _ACCOUNTS,
    PlaceAccount: _ACCOUNTS,
    CloseAccount: _ACCOUNTS,
    ReopenAccount: _ACCOUNTS,
    ResetCredentials: _ACCOUNTS,
    RevokeSessions: ("accounts.change", "self"),
    ChooseLanguage: _SELF,
    RecordSecondFactor: _SELF,
    RemoveSecondFactor: _SELF,
}

# What no person asks for: workers report and timers fire.
BY_MACHINES: Final[frozenset[type[Command]]] = frozenset({
    FinishTask, FireTimer, OfferSeat, SuspectDuplicate,
})  # fmt: skip


class Right(NamedTuple):
    """The act somebody does by a command, and why they may."""

    act: Act
    permit: Permit


def right_to(
    account: Account, kind: type[Command], case: Case | None, programme: Programme | None, now: datetime
) -> Right | None:
    """Return by which right somebody may give a command now, or None; a command without a line is nobody's."""
    for act in ACTS_OF.get(kind, ()):
        found = permit(account, act, case, programme, now)
        if found is not None:
            return Right(act, found)
    return None


def stays_within(permit: Permit, command: Command, case: Case, programme: Programme) -> bool:
    """Tell whether a command stays within the relation it is given by: a partner answers for its own referrals only."""
    if permit.relation != "partner":
        return True
    word = command.actor.partition(":")[0]
    return getattr(command, "referral_id", None) in own_referrals(word, case, programme)


def own_referrals(word: str, case: Case, programme: Programme) -> frozenset[str]:
    """Return the referrals of a case that were sent to the organisation whose people's ids begin with a word."""
    providers = {provider.id for provider in programme.providers if provider.staff and provider.staff == word}
    return frozenset(key for key, one in case.referrals.items() if one.provider in providers)
