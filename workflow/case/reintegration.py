"""Life after the return."""

from __future__ import annotations

from workflow.case.change import Change

CHANGES: dict[str, Change] = {
    "PlanAgreed": lambda c, _f, _: c._replace(plan=True),
    "FollowUpVisited": lambda c, f, _: c._replace(visits=c.visits | {f.month}),
}
