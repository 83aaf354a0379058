"""Guards about life after the return."""

from __future__ import annotations

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason, reason
from workflow.subjects.reintegration.state import reintegration_of


def plan_is_agreed(asked: GuardContext) -> Reason | None:
    """The reintegration plan has a second person's approval (IOM handbook 2.3)."""
    if reintegration_of(asked.case).plan_agreed:
        return None
    drafted = reintegration_of(asked.case).plan.number
    advice = (
        "record AgreePlan with a second person" if drafted else "record DraftPlan, then AgreePlan with a second person"
    )
    return reason("plan_is_agreed", "there is no approved reintegration plan", advice)


def training_is_settled(asked: GuardContext) -> Reason | None:
    """The person took part in a course or said that they want none; nobody is moved on out of one."""
    life = reintegration_of(asked.case)
    if life.courses:
        stands = ", ".join(f"{place.status} in {course}" for course, place in sorted(life.courses.items()))
        return reason("training_is_settled", f"the person is {stands}", "record CompleteCourse or LeaveCourse")
    if life.training_declined or "training" in asked.case.provided:
        return None
    advice = "record EnrolInCourse, or DeclineTraining if the person wants none"
    return reason("training_is_settled", "no training was given and none was declined", advice)


def follow_up_is_done(asked: GuardContext) -> Reason | None:
    """The last visit was made, or a reason given why not."""
    last = max(asked.programme.policies.follow_up_months)
    if last in reintegration_of(asked.case).visits or asked.reason not in ("", "goals_met", "support_period_ended"):
        return None
    advice = f"wait for the visit of month {last}, or close with a reason that explains why there is none"
    return reason(
        "follow_up_is_done",
        f"the visit of month {last} was not made",
        advice,
        made=sorted(reintegration_of(asked.case).visits),
    )


GUARDS: Final = (
    plan_is_agreed,
    training_is_settled,
    follow_up_is_done,
)
