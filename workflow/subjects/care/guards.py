"""Guards about care."""

from datetime import timedelta
from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason
from workflow.subjects.care import refusals
from workflow.subjects.care.state import care_of
from workflow.subjects.travel.state import travel_of


def care_plan_is_agreed(asked: GuardContext) -> Reason | None:
    """Two people agreed on the plan of care."""
    return None if care_of(asked.case).care_plan else refusals.CARE_PLAN_IS_AGREED()


def fit_to_travel(asked: GuardContext) -> Reason | None:
    """A doctor's certificate covers the journey and is not too old when it begins."""
    fitness, trip = care_of(asked.case).fitness, travel_of(asked.case).trip
    needed = asked.day(trip.departs_at) if trip else asked.today
    days = asked.programme.policies.fitness_valid_days
    if fitness is None:
        return refusals.NO_CERTIFICATE(needed_until=needed)
    if fitness.valid_until < needed:
        return refusals.CERTIFICATE_RUNS_OUT(needed_until=needed)
    if needed - fitness.certified_on > timedelta(days=days):
        return refusals.CERTIFICATE_WILL_BE_OLD(days=days, needed_until=needed)
    return None


GUARDS: Final = (care_plan_is_agreed, fit_to_travel)
