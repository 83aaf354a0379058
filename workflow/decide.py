"""The table of decisions: which function decides a command, and which shared streams it looks at.

``decide`` is the single entrance to the rules. It is pure: the same command and situation give the same facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from workflow import commands as ask
from workflow.advancing import advance_case
from workflow.beds import hold_bed, release_bed, take_bed
from workflow.case import Case
from workflow.deciding import Decide, Decision, Situation
from workflow.grants import approve_grant, decline_grant, record_payment, release_tranche, request_grant
from workflow.programme import Programme
from workflow.reasons import refused
from workflow.records import (
    add_note,
    agree_care_plan,
    agree_plan,
    appoint_guardian,
    assess_risk,
    certify_fitness,
    choose_stay,
    decide_best_interests,
    declare_return,
    end_reflection,
    establish_age,
    give_consent,
    identify_victim,
    open_sealed,
    plan_arrival,
    record_follow_up,
    record_travel_document,
    withdraw_consent,
)  # fmt: skip
from workflow.referrals import open_case
from workflow.tasks import cancel_task, finish_task, fire_timer, retry_task
from workflow.trips import answer_escort, cancel_trip, plan_trip

DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.OpenCase: open_case,
    ask.AdvanceCase: advance_case,
    ask.GiveConsent: give_consent,
    ask.WithdrawConsent: withdraw_consent,
    ask.EstablishAge: establish_age,
    ask.IdentifyVictim: identify_victim,
    ask.EndReflection: end_reflection,
    ask.AssessRisk: assess_risk,
    ask.AppointGuardian: appoint_guardian,
    ask.DecideBestInterests: decide_best_interests,
    ask.PlanArrival: plan_arrival,
    ask.HoldBed: hold_bed,
    ask.TakeBed: take_bed,
    ask.ReleaseBed: release_bed,
    ask.AgreeCarePlan: agree_care_plan,
    ask.CertifyFitness: certify_fitness,
    ask.RecordTravelDocument: record_travel_document,
    ask.DeclareReturn: declare_return,
    ask.ChooseStay: choose_stay,
    ask.PlanTrip: plan_trip,
    ask.AnswerEscort: answer_escort,
    ask.CancelTrip: cancel_trip,
    ask.RequestGrant: request_grant,
    ask.ApproveGrant: approve_grant,
    ask.DeclineGrant: decline_grant,
    ask.ReleaseTranche: release_tranche,
    ask.RecordPayment: record_payment,
    ask.AgreePlan: agree_plan,
    ask.RecordFollowUp: record_follow_up,
    ask.AddNote: add_note,
    ask.OpenSealed: open_sealed,
    ask.FinishTask: finish_task,
    ask.RetryTask: retry_task,
    ask.CancelTask: cancel_task,
    ask.FireTimer: fire_timer,
}

# What may still be said of a case that has ended: late answers from outside, notes, and that it goes on after all.
_AFTER_THE_END: Final = frozenset(
    {
        ask.AdvanceCase,
        ask.AddNote,
        ask.OpenSealed,
        ask.FinishTask,
        ask.RetryTask,
        ask.CancelTask,
        ask.RecordPayment,
        ask.FireTimer,
    }
)
# Decisions that take back tasks must know which of them a worker has already begun.
CANCELLING: Final = frozenset(
    {
        ask.AdvanceCase, ask.AnswerEscort, ask.CancelTrip, ask.PlanTrip, ask.CancelTask, ask.RecordPayment,
        ask.WithdrawConsent,
    }
)  # fmt: skip

Needs = Callable[[Programme, Case], tuple[str, ...]]
_ENDING: Final[Needs] = lambda p, _c: (p.facility_stream, p.fund_stream, p.escorts_stream)  # noqa: E731
_BED: Final[Needs] = lambda p, _c: (p.facility_stream,)  # noqa: E731
_MONEY: Final[Needs] = lambda p, _c: (p.fund_stream,)  # noqa: E731
_ESCORTS: Final[Needs] = lambda p, _c: (p.escorts_stream,)  # noqa: E731
_NEEDS: Final[Mapping[type[ask.Command], Needs]] = {
    ask.HoldBed: _BED,
    ask.TakeBed: _BED,
    ask.ReleaseBed: _BED,
    ask.PlanTrip: _ESCORTS,
    ask.AnswerEscort: _ESCORTS,
    ask.CancelTrip: _ESCORTS,
    ask.ApproveGrant: _MONEY,
    ask.DeclineGrant: _MONEY,
    ask.RecordPayment: _MONEY,
}


def needs(command: ask.Command, case: Case | None, programme: Programme) -> tuple[str, ...]:
    """Return the shared streams a decision looks at, so that they can be held still until it is stored."""
    if case is None:
        return ()
    if isinstance(command, ask.AdvanceCase):
        return _step_needs(command, case, programme)
    if isinstance(command, ask.FireTimer):
        return (programme.facility_stream,) if case.bed is not None and not case.moved_in else ()
    if isinstance(command, ask.FinishTask | ask.CancelTask):
        return _task_needs(command, case, programme)
    found = _NEEDS.get(type(command))
    return found(programme, case) if found else ()


def decide(command: ask.Command, situation: Situation) -> Decision:
    """Return the facts of a command, or a refusal that lists every reason."""
    if not isinstance(command, ask.OpenCase):
        if situation.case is None:
            return refused("case_exists", "there is no such case", "check the case number")
        if situation.journey.stage(situation.case.stage).ends and type(command) not in _AFTER_THE_END:
            stage = situation.case.stage
            return refused(
                "case_is_open", f"the case has ended ({stage})", "reopen it, or open a new case", stage=stage
            )
    return DECISIONS[type(command)](command, situation)


def _task_needs(command: ask.FinishTask | ask.CancelTask, case: Case, programme: Programme) -> tuple[str, ...]:
    """Return the fund when a payment that did not happen may free money."""
    task = case.tasks.get(command.task_id)
    happened = isinstance(command, ask.FinishTask) and command.outcome in ("done", "unknown")
    return () if task is None or task.kind != "disburse_grant" or happened else (programme.fund_stream,)


def _step_needs(command: ask.AdvanceCase, case: Case, programme: Programme) -> tuple[str, ...]:
    dests = {w.dest for w in programme.journey.transitions if w.trigger == command.trigger and case.stage in w.source}
    stages = [programme.journey.stages[dest] for dest in dests]
    if any(stage.ends for stage in stages) or "reassessment" in dests:
        return _ENDING(programme, case)
    return (programme.facility_stream,) if case.bed is not None and any(stage.frees_bed for stage in stages) else ()
