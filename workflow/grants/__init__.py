"""Grants: asked for by one person, approved by another, let go by a third; never more than budget and cap.

``disbursed ≤ approved ≤ budget`` holds at every instant because each step is decided together with the
fund's own stream, and stored with it or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflow import commands as ask
from workflow.case.grants import IN_FLIGHT
from workflow.case.state import Case
from workflow.deciding import Decide, Needs, TaskKind, TimesUp
from workflow.grants.approval import approve_grant, decline_grant
from workflow.grants.giving_back import ended
from workflow.grants.payees import change_payee, put_payee_on_hold, release_payee
from workflow.grants.payments import bank_is_silent, record_payment, return_payment
from workflow.grants.request import request_grant
from workflow.grants.tranches import grant_sent, payment_is_wanted, record_evidence, release_tranche, tranche_stopped
from workflow.programme import Programme

__all__ = ["AFTER_THE_END", "CANCELLING", "DECISIONS", "IN_FLIGHT", "NEEDS", "TASKS", "TIMES_UP", "ended"]


def _fund(programme: Programme, _case: Case) -> tuple[str, ...]:
    return (programme.fund_stream,)


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.RequestGrant: request_grant,
    ask.ApproveGrant: approve_grant,
    ask.DeclineGrant: decline_grant,
    ask.ReleaseTranche: release_tranche,
    ask.RecordEvidence: record_evidence,
    ask.ChangePayee: change_payee,
    ask.PutPayeeOnHold: put_payee_on_hold,
    ask.ReleasePayee: release_payee,
    ask.RecordPayment: record_payment,
    ask.ReturnPayment: return_payment,
}
NEEDS: Final[Mapping[type[ask.Command], Needs]] = {
    ask.ApproveGrant: _fund,
    ask.ReleaseTranche: _fund,
    ask.DeclineGrant: _fund,
    ask.RecordPayment: _fund,
    ask.ReturnPayment: _fund,
}
AFTER_THE_END: Final = (ask.RecordPayment, ask.ReturnPayment, ask.RecordEvidence)
CANCELLING: Final = (ask.RecordPayment, ask.PutPayeeOnHold)
TIMES_UP: Final[Mapping[str, TimesUp]] = {"bank_answer": bank_is_silent}
TASKS: Final = (
    TaskKind("disburse_grant", grant_sent, payment_is_wanted, taken_back=tranche_stopped, unsent_needs=_fund),
)
