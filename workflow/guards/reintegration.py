"""Guards about life after the return."""

from __future__ import annotations

from typing import Final

from workflow.guards.asked import Asked
from workflow.reasons import Reason, reason


def plan_is_agreed(asked: Asked) -> Reason | None:
    """The reintegration plan has a second person's approval (IOM handbook 2.3)."""
    if asked.case.plan:
        return None
    return reason("plan_is_agreed", "there is no approved reintegration plan", "record AgreePlan with a second person")


def follow_up_is_done(asked: Asked) -> Reason | None:
    """The last visit was made, or a reason given why not."""
    last = max(asked.programme.policies.follow_up_months)
    if last in asked.case.visits or asked.reason not in ("", "goals_met", "support_period_ended"):
        return None
    advice = f"wait for the visit of month {last}, or close with a reason that explains why there is none"
    return reason(
        "follow_up_is_done", f"the visit of month {last} was not made", advice, made=sorted(asked.case.visits)
    )


GUARDS: Final = (
    plan_is_agreed,
    follow_up_is_done,
)
