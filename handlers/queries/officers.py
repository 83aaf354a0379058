"""Who the officers of the house are by the histories of the accounts, when no command holds them still."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from events.ids import OFFICE_POLICY, account_stream
from events.log import Log
from events.tables import events
from handlers.states.state_cache import fold_events
from workflow.situation import OfficeSituation
from workflow.subjects.accounts.state import AccountState


def officers_now(log: Log, now: datetime) -> OfficeSituation:
    """Return every account, and for how long a new officer waits, as they stand.

    A history that does not end as Wayhome wrote it counts as an officer's who is open if it ever was one's: whoever
    may only write the database must not leave a house with fewer officers, for then the operator decides alone.
    """
    stream = events.c.stream
    accounts = select(stream).where(stream.startswith(account_stream(""))).distinct()
    with log.database.reading() as connection:
        names = list(connection.execute(accounts).scalars())
    forged = log.forged([*names, OFFICE_POLICY])
    states: dict[str, Any] = {name: _doubtful(log, name) if name in forged else _state(log, name) for name in names}
    states[OFFICE_POLICY] = None if OFFICE_POLICY in forged else _state(log, OFFICE_POLICY)
    return OfficeSituation(now, states)


def _state(log: Log, stream: str) -> Any:
    return fold_events(stream, log.stream(stream), log.fact).state


def _doubtful(log: Log, stream: str) -> AccountState | None:
    """Return the account as it was when it was last an open officer's, or else as it is."""
    states = list(_states(log, stream))
    return next((one for one in reversed(states) if one.is_officer and one.is_open), states[-1])


def _states(log: Log, stream: str) -> Iterable[AccountState]:
    before = fold_events(stream, [], log.fact)
    for event in log.stream(stream):
        before = fold_events(stream, [event], log.fact, before)
        yield before.state
