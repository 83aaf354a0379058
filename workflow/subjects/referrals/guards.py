"""Guards about referrals."""

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason
from workflow.subjects.referrals import refusals
from workflow.subjects.referrals.state import AWAITED, referrals_of


def referrals_are_settled(asked: GuardContext) -> Reason | None:
    """No provider is still to answer or to begin (NRM Bulgaria 1.4: feedback from the receiver)."""
    waiting = {key: one.status for key, one in referrals_of(asked.case).referrals.items() if one.status in AWAITED}
    if not waiting:
        return None
    left = (refusals.REFERRAL_IS_LEFT(key=key, status=status) for key, status in waiting.items())
    return refusals.REFERRALS_ARE_SETTLED(left=left, referrals=waiting)


GUARDS: Final = (referrals_are_settled,)
