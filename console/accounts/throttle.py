"""Slows down whoever guesses, and never locks anybody out: a lock would be a way to lock out a colleague."""

import hashlib
import hmac
import math
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from events.database import Database
from events.instants import instant, instant_text
from events.world import Clock
from handlers.projections.tables import sign_in_attempts as table

FREE: Final = 3  # tries before the first wait
LONGEST_S: Final = 60
FORGOTTEN: Final = timedelta(days=1)
DESK_FORGOTTEN: Final = timedelta(days=90)


class Throttle:
    """Counts failed tries for each account and for each source, both only as keyed hashes.

    From where somebody has signed in before, only the tries from there count: whoever guesses elsewhere does not
    slow them down.
    """

    def __init__(self, database: Database, clock: Clock, secret: bytes) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret

    def attempt(self, step: str, account: str, source: str) -> int:
        """Return 0 and count a try, or how many seconds to wait before the next, which then is not counted.

        A try counts as failed until ``succeeded``, so that a hundred at the same moment are not one.
        """
        with self._database.writing() as connection:
            self._forget_old(connection)
            keys = self._keys(connection, step, account, source)
            seconds = max(self._seconds(row) for row in _locked(connection, keys))
            if seconds == 0:
                now = {"count": table.c.count + 1, "last_at": instant_text(self._clock.now())}
                connection.execute(update(table).where(table.c.key.in_(keys)).values(now))
            return seconds

    def succeeded(self, step: str, account: str, source: str) -> None:
        """Forget the tries that led to success."""
        with self._database.writing() as connection:
            keys = self._keys(connection, step, account, source)
            connection.execute(delete(table).where(table.c.key.in_(keys)))

    def know(self, account: str, source: str) -> None:
        """Know from now on that somebody signs in from there; a password alone is not enough for this."""
        desk = self._key("desk", account, source)
        with self._database.writing() as connection:
            _made_sure_of(connection, [desk])
            connection.execute(update(table).where(table.c.key == desk).values(last_at=instant_text(self._clock.now())))

    def _keys(self, connection: Connection, step: str, account: str, source: str) -> list[str]:
        known = select(table.c.key).where(table.c.key == self._key("desk", account, source))
        if connection.execute(known).first() is not None:
            return [self._key(step, account, source)]
        return sorted([self._key(step, account), self._key("source", step, source)])

    def _seconds(self, row: Any) -> int:
        if not row.last_at:
            return 0
        passed = (self._clock.now() - instant(row.last_at)).total_seconds()
        # A clock that was put back must not make anybody wait for it to come round again.
        return 0 if passed < -LONGEST_S else max(0, math.ceil(wait_after(row.count) - passed))

    def _forget_old(self, connection: Connection) -> None:
        now = self._clock.now()
        tries = and_(table.c.count > 0, table.c.last_at < instant_text(now - FORGOTTEN))
        desks = and_(table.c.count == 0, table.c.last_at < instant_text(now - DESK_FORGOTTEN))
        connection.execute(delete(table).where(or_(tries, desks)))

    def _key(self, *parts: str) -> str:
        return hmac.new(self._secret, repr(parts).encode(), hashlib.sha256).hexdigest()


def wait_after(failures: int) -> int:
    """Return how many seconds to wait after so many failures.

    >>> [wait_after(n) for n in (0, 2, 3, 4, 5, 8, 9, 10_000)]
    [0, 0, 1, 2, 4, 32, 60, 60]
    """
    return 0 if failures < FREE else min(LONGEST_S, 2 ** min(failures - FREE, 10))


def _locked(connection: Connection, keys: list[str]) -> list[Any]:
    """Return the rows of these keys, nobody else counting meanwhile; always in the order of the keys."""
    _made_sure_of(connection, keys)
    return list(connection.execute(select(table).where(table.c.key.in_(keys)).order_by(table.c.key).with_for_update()))


def _made_sure_of(connection: Connection, keys: list[str]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    rows = [{"key": key, "count": 0, "last_at": ""} for key in keys]
    connection.execute(dialect.insert(table).values(rows).on_conflict_do_nothing())
