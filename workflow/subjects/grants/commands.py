"""Commands about grants and payments."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from events.money import Money
from workflow.command import CaseCommand
from workflow.rights.acts import Acts
from workflow.values.text import CodeWord, PersonName, ReferenceToken, ShortText


def _written_as_text(value: object) -> object:
    return Money.parse(value) if isinstance(value, str) else value


Amount = Annotated[Money, BeforeValidator(_written_as_text)]
AccountNumber = Annotated[str, Field(min_length=4, max_length=34, pattern=r"^[A-Z0-9]+$")]


class RequestGrant(CaseCommand):
    """Ask for a grant for the person."""

    acts: ClassVar[Acts] = ("money.request",)
    kind: CodeWord
    amount: Amount
    payee_name: PersonName
    payee_account: AccountNumber
    sealed: ClassVar[bool] = True


class ApproveGrant(CaseCommand):
    """Approve a grant, or its changed payee; somebody who neither asked for it nor changed the payee does this."""

    acts: ClassVar[Acts] = ("money.approve",)
    grant_id: ReferenceToken


class DeclineGrant(CaseCommand):
    """Decide against a grant, or against what is left of it."""

    acts: ClassVar[Acts] = ("money.approve",)
    grant_id: ReferenceToken
    reason: ShortText


class ReleaseTranche(CaseCommand):
    """Let the next part of an approved grant go to the bank; a third person does this."""

    acts: ClassVar[Acts] = ("money.release",)
    grant_id: ReferenceToken
    delivery: Literal["", "cash", "in_kind"] = ""  # nothing said: as the kind of grant is given


class RecordEvidence(CaseCommand):
    """Record a receipt or another paper that shows what a paid part was used for."""

    acts: ClassVar[Acts] = ("money.record",)
    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    kind: CodeWord
    reference: ShortText
    sealed: ClassVar[bool] = True


class ChangePayee(CaseCommand):
    """Have somebody else, or another account, paid; the grant must then be approved anew."""

    acts: ClassVar[Acts] = ("money.request",)
    grant_id: ReferenceToken
    payee_name: PersonName
    payee_account: AccountNumber
    sealed: ClassVar[bool] = True


class PutPayeeOnHold(CaseCommand):
    """Let nothing go to a grant's payee until somebody has looked."""

    acts: ClassVar[Acts] = ("money.approve",)
    grant_id: ReferenceToken
    reason: ShortText


class ReleasePayee(CaseCommand):
    """Say that a payee on hold may be paid; not by whoever chose the payee."""

    acts: ClassVar[Acts] = ("money.approve",)
    grant_id: ReferenceToken
    reason: ShortText


class RecordPayment(CaseCommand):
    """Record what the bank says about a tranche."""

    acts: ClassVar[Acts] = ("money.record",)
    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    outcome: Literal["paid", "rejected"]
    reference: ShortText


class ReturnPayment(CaseCommand):
    """Record that the bank gave a payment back that it had made."""

    acts: ClassVar[Acts] = ("money.record",)
    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    reference: ShortText


class RecordCost(CaseCommand):
    """Record what something cost, on the day it was bought; the funders' lines bear it by weight."""

    acts: ClassVar[Acts] = ("money.record",)
    kind: CodeWord
    amount: Amount
    day: date
    reference: ShortText
    service: CodeWord | None = None
    sealed: ClassVar[bool] = True


class ReverseCost(CaseCommand):
    """Take back a cost recorded by mistake, or given back; both stay in the history."""

    acts: ClassVar[Acts] = ("money.record",)
    cost_id: ReferenceToken
    reason: ShortText
