"""Commands about grants and payments."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from workflow.command import CaseCommand
from workflow.subjects.grants.definition import Amount
from workflow.values.text import CodeWord, PersonName, ReferenceToken, ShortText

AccountNumber = Annotated[str, Field(min_length=4, max_length=34, pattern=r"^[A-Z0-9]+$")]


class RequestGrant(CaseCommand, acts=("money.request",), sealed=True):
    """Ask for a grant for the person."""

    kind: CodeWord
    amount: Amount
    payee_name: PersonName
    payee_account: AccountNumber


class ApproveGrant(CaseCommand, acts=("money.approve",)):
    """Approve a grant, or its changed payee; somebody who neither asked for it nor changed the payee does this."""

    grant_id: ReferenceToken


class DeclineGrant(CaseCommand, acts=("money.approve",)):
    """Decide against a grant, or against what is left of it."""

    grant_id: ReferenceToken
    reason: ShortText


class ReleaseTranche(CaseCommand, acts=("money.release",)):
    """Let the next part of an approved grant go to the bank; a third person does this."""

    grant_id: ReferenceToken
    delivery: Literal["", "cash", "in_kind"] = ""  # nothing said: as the kind of grant is given


class RecordEvidence(CaseCommand, acts=("money.record",), sealed=True):
    """Record a receipt or another paper that shows what a paid part was used for."""

    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    kind: CodeWord
    reference: ShortText


class ChangePayee(CaseCommand, acts=("money.request",), sealed=True):
    """Have somebody else, or another account, paid; the grant must then be approved anew."""

    grant_id: ReferenceToken
    payee_name: PersonName
    payee_account: AccountNumber


class PutPayeeOnHold(CaseCommand, acts=("money.approve",)):
    """Let nothing go to a grant's payee until somebody has looked."""

    grant_id: ReferenceToken
    reason: ShortText


class ReleasePayee(CaseCommand, acts=("money.approve",)):
    """Say that a payee on hold may be paid; not by whoever chose the payee."""

    grant_id: ReferenceToken
    reason: ShortText


class RecordPayment(CaseCommand, acts=("money.record",)):
    """Record what the bank says about a tranche."""

    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    outcome: Literal["paid", "rejected"]
    reference: ShortText


class ReturnPayment(CaseCommand, acts=("money.record",)):
    """Record that the bank gave a payment back that it had made."""

    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    reference: ShortText


class RecordCost(CaseCommand, acts=("money.record",), sealed=True):
    """Record what something cost, on the day it was bought; the funders' lines bear it by weight."""

    kind: CodeWord
    amount: Amount
    day: date
    reference: ShortText
    service: CodeWord | None = None


class ReverseCost(CaseCommand, acts=("money.record",)):
    """Take back a cost recorded by mistake, or given back; both stay in the history."""

    cost_id: ReferenceToken
    reason: ShortText
