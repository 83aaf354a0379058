"""Guards about beds."""

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason
from workflow.subjects.accommodation import refusals
from workflow.subjects.accommodation.state import accommodation_of


def bed_is_held(asked: GuardContext) -> Reason | None:
    """A bed waits before anybody is brought to the house; a hold that ran out holds nothing."""
    return None if accommodation_of(asked.case).has_bed(asked.now) else refusals.NO_BED_IS_HELD_YET()


def moved_in(asked: GuardContext) -> Reason | None:
    """The person lives in the house."""
    return None if accommodation_of(asked.case).moved_in else refusals.HAS_NOT_MOVED_IN_YET()


GUARDS: Final = (bed_is_held, moved_in)
