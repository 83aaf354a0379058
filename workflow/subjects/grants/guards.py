"""Guards about money."""

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason
from workflow.subjects.grants import refusals
from workflow.subjects.grants.state import grants_of


def grants_are_settled(asked: GuardContext) -> Reason | None:
    """No grant waits for approval, release or the bank."""
    waiting = [grant_id for grant_id, grant in grants_of(asked.case).grants.items() if not grant.settled]
    return refusals.GRANTS_ARE_SETTLED(count=len(waiting), grants=waiting) if waiting else None


GUARDS: Final = (grants_are_settled,)
