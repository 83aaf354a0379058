"""Commands about grants and payments."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from events.money import Money
from workflow.commands.command import CaseCommand
from workflow.text import PersonName, ShortText, Token, Word


class RequestGrant(CaseCommand):
    """Ask for a grant for the person."""

    kind: Word
    amount: Money
    payee_name: PersonName
    payee_account: str = Field(min_length=4, max_length=34, pattern=r"^[A-Z0-9]+$")
    sealed: ClassVar[bool] = True

    @field_validator("amount", mode="before")
    @classmethod
    def _written_as_text(cls, value: object) -> object:
        return Money.parse(value) if isinstance(value, str) else value


class ApproveGrant(CaseCommand):
    """Approve a grant somebody else asked for; each funder's share is set aside."""

    grant_id: Token


class DeclineGrant(CaseCommand):
    """Decide against a grant, or against what is left of it."""

    grant_id: Token
    reason: ShortText


class ReleaseTranche(CaseCommand):
    """Let the next part of an approved grant go to the bank; a third person does this."""

    grant_id: Token


class RecordPayment(CaseCommand):
    """Record what the bank says about a tranche."""

    grant_id: Token
    tranche_id: Token
    outcome: Literal["paid", "rejected"]
    reference: ShortText


# What `wayhome case record` offers.
BY_PEOPLE: tuple[type[CaseCommand], ...] = (
    RequestGrant,
    ApproveGrant,
    DeclineGrant,
    ReleaseTranche,
    RecordPayment,
)
