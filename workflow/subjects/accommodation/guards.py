"""Guards about beds."""

from __future__ import annotations

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason, reason
from workflow.subjects.accommodation.state import accommodation_of


def bed_is_held(asked: GuardContext) -> Reason | None:
    """A bed waits before anybody is brought to the house; a hold that ran out holds nothing."""
    if accommodation_of(asked.case).has_bed(asked.now):
        return None
    return reason(
        "bed_is_held", "no bed is held for the person", "record HoldBed; when every house is full, JoinWaitingList"
    )


def moved_in(asked: GuardContext) -> Reason | None:
    """The person lives in the house."""
    if accommodation_of(asked.case).moved_in:
        return None
    return reason("moved_in", "the person has not moved in", "record TakeBed when they have")


GUARDS: Final = (
    bed_is_held,
    moved_in,
)
