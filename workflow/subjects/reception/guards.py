"""Guards about meeting somebody."""

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason
from workflow.subjects.reception import refusals
from workflow.subjects.reception.state import reception_of


def arrival_is_planned(asked: GuardContext) -> Reason | None:
    """Somebody can be met only at a known time and place."""
    return None if reception_of(asked.case).arrival is not None else refusals.ARRIVAL_IS_PLANNED()


GUARDS: Final = (arrival_is_planned,)
