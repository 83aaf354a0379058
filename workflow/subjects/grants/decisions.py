"""Grants: asked for by one person, approved by another, let go by a third; never more than budget and cap.

``disbursed ≤ approved ≤ budget`` holds at every instant because each step is decided together with the
fund's own stream, and stored with it or not at all.
"""

from __future__ import annotations

from typing import Final

from events.facts.grants import TrancheInstructed
from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.situation import TaskKind, ends_in
from workflow.subject import CommandRule, StepHook, TimerKind, case_ends
from workflow.subjects.grants import commands
from workflow.subjects.grants.approval import approve_grant, decline_grant
from workflow.subjects.grants.giving_back import grants_ended
from workflow.subjects.grants.payees import change_payee, put_payee_on_hold, release_payee
from workflow.subjects.grants.payments import bank_is_silent, record_payment, return_payment
from workflow.subjects.grants.request import request_grant
from workflow.subjects.grants.tranches import (
    TranchePayment,
    payment_is_wanted,
    record_evidence,
    release_tranche,
    tranche_stopped,
)


def _fund(programme: Programme, _case: Case) -> tuple[str, ...]:
    return (programme.fund_stream,)


TASKS: Final = (
    TaskKind(
        "disburse_grant",
        TranchePayment,
        ends_in(TrancheInstructed, "message_id"),
        payment_is_wanted,
        taken_back=tranche_stopped,
        unsent_needs=_fund,
    ),
)


RULES: Final = (
    CommandRule(commands.RequestGrant, request_grant),
    CommandRule(commands.ApproveGrant, approve_grant, needs=_fund),
    CommandRule(commands.DeclineGrant, decline_grant, needs=_fund),
    CommandRule(commands.ReleaseTranche, release_tranche, needs=_fund),
    CommandRule(commands.RecordEvidence, record_evidence, after_the_end=True),
    CommandRule(commands.ChangePayee, change_payee),
    CommandRule(commands.PutPayeeOnHold, put_payee_on_hold, cancels=True),
    CommandRule(commands.ReleasePayee, release_payee),
    CommandRule(commands.RecordPayment, record_payment, needs=_fund, after_the_end=True, cancels=True),
    CommandRule(commands.ReturnPayment, return_payment, needs=_fund, after_the_end=True),
)
TIMERS: Final = (TimerKind("bank_answer", bank_is_silent),)
ON_ENTERING: Final = StepHook(case_ends, lambda situation, dest: grants_ended(situation, f"case {dest}"), _fund)
