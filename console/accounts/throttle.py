"""Slows down whoever guesses, and never locks anybody out: a lock would be a way to lock out a colleague."""

import hashlib
import hmac
import ipaddress
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from events.database import Database
from events.instants import instant, instant_text
from events.world import Clock, Entropy
from handlers.projections.tables import sign_in_attempts as table

PASSWORD, FACTOR = "password", "factor"  # the two steps, as they are counted
FREE: Final = 3  # tries before the first wait
# Likewise, of all who come from nowhere known together: many for a password, which they cannot keep its owner from
# giving with fewer; few for a code, for they know the password.
ANYWHERE: Final = {PASSWORD: 300, FACTOR: FREE}
LONGEST_S: Final = 60
FORGOTTEN: Final = timedelta(days=1)
DESK_FORGOTTEN: Final = timedelta(days=90)
DEVICES_MAX: Final = 8  # marks of one device that are looked at: so many accounts sign in there


class Source(NamedTuple):
    """Where somebody comes from: their address, and the marks their device was given when it signed in before."""

    address: str
    devices: tuple[str, ...] = ()

    @property
    def network(self) -> str:
        """Return the address, of IPv6 the half that a provider gives out: whoever has one address there has them all.

        >>> Source("2001:db8::7:1").network, Source("192.0.2.7").network, Source("::ffff:192.0.2.7").network
        ('2001:db8::/64', '192.0.2.7', '192.0.2.7')
        """
        try:
            found = ipaddress.ip_address(self.address.partition("%")[0])
        except ValueError:
            return self.address  # the command line
        if isinstance(found, ipaddress.IPv4Address):
            return str(found)
        return str(found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False))


class DeviceMark(NamedTuple):
    """What a device is given once both factors were right there: it opens nothing, and names nobody."""

    name: str  # the same for an account wherever it signs in, and of no meaning without the secret
    value: str


class Throttle:
    """Counts failed tries for each account and for each source, both only as keyed hashes.

    A device that has signed in before has tries of its own (OWASP, "Slow down online guessing attacks with device
    cookies"), and so has the address from which somebody has. From anywhere else each address has its own, too:
    whoever guesses makes only themselves wait, until there were so many at one account that all who come from nowhere
    known have to.
    """

    def __init__(self, database: Database, clock: Clock, chance: Entropy, secret: bytes) -> None:
        self._database = database
        self._clock = clock
        self._chance = chance
        self._secret = secret

    def attempt(self, step: str, account: str, source: Source) -> int:
        """Return 0 and count a try, or how many seconds to wait before the next, which then is not counted.

        A try counts as failed until ``succeeded``, so that a hundred at the same moment are not one.
        """
        with self._database.writing() as connection:
            self._forget_old(connection)
            free = self._keys(connection, step, account, source)
            keys = sorted(free)
            seconds = max(self._seconds(row, free[row.key]) for row in _locked(connection, keys))
            if seconds == 0:
                now = {"count": table.c.count + 1, "last_at": instant_text(self._clock.now())}
                connection.execute(update(table).where(table.c.key.in_(keys)).values(now))
            return seconds

    def succeeded(self, step: str, account: str, source: Source) -> None:
        """Forget the tries at this account; of the source's, only those.

        Whoever guesses at others does not begin anew by signing in as themselves.
        """
        with self._database.writing() as connection:
            keys = sorted(self._keys(connection, step, account, source))
            counted = {row.key: row.count for row in _locked(connection, keys)}
            connection.execute(delete(table).where(table.c.key.in_(keys)))
            shared = self._shared(step, source)
            others = counted.get(shared, 0) - counted.get(self._key(step, account, source.network), 0)
            if others > 0:
                left = {"key": shared, "count": others, "last_at": instant_text(self._clock.now())}
                connection.execute(insert(table).values(left))

    def know(self, account: str, source: Source) -> None:
        """Know from now on that somebody signs in from there; a password alone is not enough for this."""
        desk = self._desk(account, source)
        with self._database.writing() as connection:
            _made_sure_of(connection, [desk])
            connection.execute(update(table).where(table.c.key == desk).values(last_at=instant_text(self._clock.now())))

    def is_known(self, account: str, source: Source) -> bool:
        """Tell whether somebody has signed in with this device, or from there, before."""
        with self._database.reading() as connection:
            return bool(self._device(account, source)) or self._has_desk(connection, account, source)

    def mark(self, account: str) -> DeviceMark:
        """Return a new mark for a device on which somebody has just signed in."""
        fields = f"{self._chance.bytes(12).hex()}.{int(self._clock.now().timestamp())}"
        return DeviceMark(self._key("device name", account)[:16], f"{fields}.{self._key('device', account, fields)}")

    def _keys(self, connection: Connection, step: str, account: str, source: Source) -> Mapping[str, int]:
        """Return what a try counts for, each with how many are free."""
        if device := self._device(account, source):
            return {self._key(step, account, "device", device): FREE}
        here = self._key(step, account, source.network)
        if self._has_desk(connection, account, source):
            return {here: FREE}
        return {self._key(step, account): ANYWHERE[step], self._shared(step, source): FREE, here: FREE}

    def _device(self, account: str, source: Source) -> str:
        """Return the mark of this account among those a device shows, if it is one of ours and not too old."""
        for mark in source.devices[:DEVICES_MAX]:
            fields, _, code = mark.rpartition(".")
            given_at = fields.rpartition(".")[2]
            ours = hmac.compare_digest(self._key("device", account, fields).encode(), code.encode(errors="replace"))
            if ours and self._clock.now().timestamp() - int(given_at) < DESK_FORGOTTEN.total_seconds():
                return fields
        return ""

    def _has_desk(self, connection: Connection, account: str, source: Source) -> bool:
        known = select(table.c.key).where(table.c.key == self._desk(account, source))
        return connection.execute(known).first() is not None

    def _desk(self, account: str, source: Source) -> str:
        return self._key("desk", account, source.network)

    def _shared(self, step: str, source: Source) -> str:
        return self._key("source", step, source.network)

    def _seconds(self, row: Any, free: int) -> int:
        if not row.last_at:
            return 0
        passed = (self._clock.now() - instant(row.last_at)).total_seconds()
        # A clock that was put back must not make anybody wait for it to come round again.
        return 0 if passed < -LONGEST_S else max(0, math.ceil(wait_after(row.count - free + FREE) - passed))

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
