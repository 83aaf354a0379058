"""Who sees a case: the organisation whose programme it is, and those it was referred or handed over to.

An actor's name begins with the organisation's own word (``redcross:olga``). A programme file that names the
word of its organisation is closed to everybody else; to them a case of it is as if it were not there.
"""

from __future__ import annotations

from typing import Final

from workflow.case.state import Case
from workflow.programme import Programme

# Wayhome's own hands: workers, timers, the bank's mail, imports. They act for whichever office runs them.
MACHINES: Final = frozenset({"worker", "system"})
_ACCEPTED: Final = frozenset({"accepted", "wait_listed", "served", "feedback", "closed"})


def sees(actor: str, case: Case, programme: Programme) -> bool:
    """Tell whether somebody may look at a case and act on it."""
    return runs(actor, programme) or actor.partition(":")[0] in _received(case, programme)


def runs(actor: str, programme: Programme) -> bool:
    """Tell whether somebody may speak for a programme's office: count its calls, close its houses, end it."""
    word = actor.partition(":")[0]
    own = programme.organisation.staff if programme.organisation else ""
    return not own or word == own or word in MACHINES


def _received(case: Case, programme: Programme) -> set[str]:
    """Return the words of the organisations that took the person on by referral or hand-over."""
    providers = {referral.provider for referral in case.referrals.values() if referral.status in _ACCEPTED}
    went = {one.to for one in case.hand_overs.values() if one.outcome in ("accepted", "elsewhere")}
    found = (programme.provider_of.get(name) for name in providers | went)
    return {provider.staff for provider in found if provider is not None and provider.staff}
