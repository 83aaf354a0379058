"""Guards about referrals."""

from __future__ import annotations

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason, reason
from workflow.subjects.referrals.state import AWAITED, referrals_of


def referrals_are_settled(asked: GuardContext) -> Reason | None:
    """No provider is still to answer or to begin (NRM Bulgaria 1.4: feedback from the receiver)."""
    waiting = {key: one.status for key, one in referrals_of(asked.case).referrals.items() if one.status in AWAITED}
    if not waiting:
        return None
    said = ", ".join(f"{key} is {status.replace('_', ' ')}" for key, status in waiting.items())
    advice = "record what the provider says, or RevokeReferral"
    return reason("referrals_are_settled", f"still open: {said}", advice, referrals=", ".join(waiting))


GUARDS: Final = (referrals_are_settled,)
