"""Commands about meeting a person who arrives."""

from __future__ import annotations

from workflow.commands.command import CaseCommand, Instant
from workflow.text import ShortText


class PlanArrival(CaseCommand):
    """Record when, where and how the person arrives and will be met."""

    at: Instant
    place: ShortText
    means: ShortText


# What `wayhome case record` offers.
BY_PEOPLE: tuple[type[CaseCommand], ...] = (PlanArrival,)
