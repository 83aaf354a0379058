"""Guards about care."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason, reason
from workflow.subjects.care.state import care_of
from workflow.subjects.travel.state import travel_of


def care_plan_is_agreed(asked: GuardContext) -> Reason | None:
    """Two people agreed on the plan of care."""
    if care_of(asked.case).care_plan:
        return None
    return reason("care_plan_is_agreed", "there is no agreed care plan", "record AgreeCarePlan with a second person")


def fit_to_travel(asked: GuardContext) -> Reason | None:
    """A doctor's certificate covers the journey and is not too old when it begins."""
    fitness, trip = care_of(asked.case).fitness, travel_of(asked.case).trip
    needed = trip.departs_at.date() if trip else asked.today
    days = asked.programme.policies.fitness_valid_days
    said = ""
    if fitness is None:
        said = "no doctor has certified fitness to travel"
    elif fitness.valid_until < needed:
        said = "the certificate runs out before"
    elif needed - fitness.certified_on > timedelta(days=days):
        said = f"the certificate is older than {days} days then"
    if not said:
        return None
    advice = "have a doctor see the person, then record CertifyFitness with mandate medical"
    return reason("fit_to_travel", said, advice, needed_until=needed)


GUARDS: Final = (
    care_plan_is_agreed,
    fit_to_travel,
)
