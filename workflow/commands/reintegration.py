"""Commands about life after the return."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from workflow.commands.command import CaseCommand
from workflow.text import ActorId, LongText, Word


class AgreePlan(CaseCommand):
    """Record the reintegration plan with the second person who approved it."""

    second: ActorId


class RecordFollowUp(CaseCommand):
    """Record how the person is, so many months after the return."""

    month: int = Field(ge=0, le=60)
    outcome: Word
    note: LongText | None = None
    sealed: ClassVar[bool] = True


# What `wayhome case record` offers.
BY_PEOPLE: tuple[type[CaseCommand], ...] = (
    AgreePlan,
    RecordFollowUp,
)
