"""Guards about money."""

from __future__ import annotations

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason, reason
from workflow.subjects.grants.state import grants_of


def grants_are_settled(asked: GuardContext) -> Reason | None:
    """No grant waits for approval, release or the bank."""
    waiting = [grant_id for grant_id, grant in grants_of(asked.case).grants.items() if not grant.settled]
    if not waiting:
        return None
    advice = "release and pay what is left, or record DeclineGrant"
    return reason("grants_are_settled", f"{len(waiting)} grants are not settled", advice, grants=", ".join(waiting))


GUARDS: Final = (grants_are_settled,)
