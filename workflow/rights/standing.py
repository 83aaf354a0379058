"""Whose account it is that a decision looks at, as it stands at that moment."""

from typing import Any

from events.ids import account_stream
from workflow.rights.table import Account
from workflow.situation import Situation


def account_of(name: str, situation: Situation) -> Account | None:
    """Return somebody's account, closed or not; None where there is none."""
    standing: Any = situation.state_of(account_stream(name), lambda: None)
    found: Account | None = standing.account if standing is not None else None
    return found
