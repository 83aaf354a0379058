"""Commands about beds."""

from __future__ import annotations

from workflow.commands.command import CaseCommand
from workflow.text import ShortText


class HoldBed(CaseCommand):
    """Hold a bed in the programme's house."""


class TakeBed(CaseCommand):
    """Record that the person moved in."""


class ReleaseBed(CaseCommand):
    """Give the bed up."""

    reason: ShortText


# What `wayhome case record` offers.
BY_PEOPLE: tuple[type[CaseCommand], ...] = (
    HoldBed,
    TakeBed,
    ReleaseBed,
)
