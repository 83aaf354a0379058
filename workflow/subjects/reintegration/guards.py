"""Guards about life after the return."""

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason
from workflow.subjects.reintegration import refusals
from workflow.subjects.reintegration.state import reintegration_of


def plan_is_agreed(asked: GuardContext) -> Reason | None:
    """The reintegration plan has a second person's approval (IOM handbook 2.3)."""
    if reintegration_of(asked.case).plan_agreed:
        return None
    drafted = reintegration_of(asked.case).plan.number
    return refusals.PLAN_IS_NOT_AGREED() if drafted else refusals.PLAN_IS_NOT_DRAFTED()


def training_is_settled(asked: GuardContext) -> Reason | None:
    """The person took part in a course or said that they want none; nobody is moved on out of one."""
    life = reintegration_of(asked.case)
    if life.courses:
        courses = sorted(life.courses.items())
        under_way = (refusals.COURSE_UNDER_WAY(status=place.status, course=course) for course, place in courses)
        return refusals.PERSON_IS_IN_COURSES(courses=under_way)
    if life.training_declined or "training" in asked.case.provided:
        return None
    return refusals.NO_TRAINING_YET()


def follow_up_is_done(asked: GuardContext) -> Reason | None:
    """The last visit was made, or a reason given why not."""
    last = max(asked.programme.policies.follow_up_months)
    if last in reintegration_of(asked.case).visits or asked.reason not in ("", "goals_met", "support_period_ended"):
        return None
    return refusals.FOLLOW_UP_IS_DONE(month=last, made=sorted(reintegration_of(asked.case).visits))


GUARDS: Final = (plan_is_agreed, training_is_settled, follow_up_is_done)
