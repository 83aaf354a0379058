"""Guards about care."""

from __future__ import annotations

from typing import Final

from workflow.guards.asked import Asked
from workflow.reasons import Reason, reason


def care_plan_is_agreed(asked: Asked) -> Reason | None:
    """Two people agreed on the plan of care."""
    if asked.case.care_plan:
        return None
    return reason("care_plan_is_agreed", "there is no agreed care plan", "record AgreeCarePlan with a second person")


def fit_to_travel(asked: Asked) -> Reason | None:
    """A doctor's certificate covers the journey."""
    case = asked.case
    needed = case.trip.departs_at.date() if case.trip else asked.today
    if case.fitness is not None and case.fitness.valid_until >= needed:
        return None
    said = "no doctor has certified fitness to travel" if case.fitness is None else "the certificate runs out before"
    return reason("fit_to_travel", said, "record CertifyFitness", needed_until=needed)


GUARDS: Final = (
    care_plan_is_agreed,
    fit_to_travel,
)
