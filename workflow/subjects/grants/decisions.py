"""Grants: asked for by one person, approved by another, let go by a third; never more than budget and cap.

``disbursed ≤ approved ≤ budget`` holds at every instant because each step is decided together with the
fund's own stream, and stored with it or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflow.case.state import Case
from workflow.command import Command
from workflow.programme.programme import Programme
from workflow.situation import Decide, Needs, TaskKind, TimesUp
from workflow.subjects.grants.approval import approve_grant, decline_grant
from workflow.subjects.grants.commands import (
    ApproveGrant,
    ChangePayee,
    DeclineGrant,
    PutPayeeOnHold,
    RecordEvidence,
    RecordPayment,
    ReleasePayee,
    ReleaseTranche,
    RequestGrant,
    ReturnPayment,
)
from workflow.subjects.grants.giving_back import ended
from workflow.subjects.grants.payees import change_payee, put_payee_on_hold, release_payee
from workflow.subjects.grants.payments import bank_is_silent, record_payment, return_payment
from workflow.subjects.grants.request import request_grant
from workflow.subjects.grants.state import IN_FLIGHT
from workflow.subjects.grants.tranches import (
    grant_sent,
    payment_is_wanted,
    record_evidence,
    release_tranche,
    tranche_stopped,
)

__all__ = ["AFTER_THE_END", "CANCELLING", "DECISIONS", "IN_FLIGHT", "NEEDS", "TASKS", "TIMES_UP", "ended"]


def _fund(programme: Programme, _case: Case) -> tuple[str, ...]:
    return (programme.fund_stream,)


DECISIONS: Final[Mapping[type[Command], Decide]] = {
    RequestGrant: request_grant,
    ApproveGrant: approve_grant,
    DeclineGrant: decline_grant,
    ReleaseTranche: release_tranche,
    RecordEvidence: record_evidence,
    ChangePayee: change_payee,
    PutPayeeOnHold: put_payee_on_hold,
    ReleasePayee: release_payee,
    RecordPayment: record_payment,
    ReturnPayment: return_payment,
}
NEEDS: Final[Mapping[type[Command], Needs]] = {
    ApproveGrant: _fund,
    ReleaseTranche: _fund,
    DeclineGrant: _fund,
    RecordPayment: _fund,
    ReturnPayment: _fund,
}
AFTER_THE_END: Final = (RecordPayment, ReturnPayment, RecordEvidence)
CANCELLING: Final = (RecordPayment, PutPayeeOnHold)
TIMES_UP: Final[Mapping[str, TimesUp]] = {"bank_answer": bank_is_silent}
TASKS: Final = (
    TaskKind("disburse_grant", grant_sent, payment_is_wanted, taken_back=tranche_stopped, unsent_needs=_fund),
)
