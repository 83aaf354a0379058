"""Commands about costs: what is bought for a person and who of the funders bears it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from workflow.commands.command import CaseCommand
from workflow.commands.grants import Amount
from workflow.text import ShortText, Token, Word

__all__ = ["RecordCost", "ReverseCost"]


class RecordCost(CaseCommand):
    """Record what something cost, on the day it was bought; the funders' lines bear it by weight."""

    kind: Word
    amount: Amount
    day: date
    reference: ShortText
    service: Word | None = None
    sealed: ClassVar[bool] = True


class ReverseCost(CaseCommand):
    """Take back a cost recorded by mistake, or given back; both stay in the history."""

    cost_id: Token
    reason: ShortText


# What `wayhome case record` offers.
BY_PEOPLE: tuple[type[CaseCommand], ...] = (RecordCost, ReverseCost)
