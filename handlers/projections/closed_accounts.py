"""That an account was closed stands beside the keys too: an older log put in place does not open it again."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from events.instants import instant, instant_text
from events.keys import Keys
from events.log import Log
from handlers.projections.tables import accounts

_KEPT: Final = timedelta(days=3650)
_CLOSED: Final = select(accounts.c.account, accounts.c.epoch).where(accounts.c.closed)


def retire_closed_accounts(log: Log) -> int:
    """Remember beside the keys which accounts are closed, and return how many were not remembered yet.

    An account that is opened again begins a new epoch, which is not among those that are over.
    """
    with log.database.reading() as connection:
        closed = [(row.account, row.epoch) for row in connection.execute(_CLOSED)]
    new = [(account, epoch) for account, epoch in closed if not was_closed(log.keys, account, epoch - 1)]
    if new:
        now = log.now()
        names = [closed_name(account, before) for account, epoch in new for before in range(epoch)]
        log.keys.retire(names, instant_text(instant(now) + _KEPT), now)
    return len(new)


def was_closed(keys: Keys, account: str, epoch: int) -> bool:
    """Tell whether an account was closed in this epoch or after it, whatever the log in place says."""
    return keys.is_retired(closed_name(account, epoch))


def closed_name(account: str, epoch: int) -> str:
    """Return by which name it stands beside the keys that an account was closed in an epoch or after it."""
    return f"account/{account}/{epoch}"
