"""Codes that hold the end of each stream, and of the log, to what Wayhome itself wrote (HMAC-SHA256, one key).

There is no secret in a hash: whoever may write the database can add an event that fits in every one of them. The code
of a stream's end cannot be made without the key file, so an event that no command of ours stored is not believed by the
next command, and `verify` names the stream. What a code cannot show is that it is an old one, brought back with all
that belongs to it: that takes a head noted elsewhere.
"""

import hmac
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, Self

from sqlalchemy import Connection, func, select

from events.batch import UpdateRows
from events.keys import Keys
from events.tables import events, log_head, streams

PURPOSE: Final = "stream-heads"
CODED: Final = "heads-coded"  # beside the keys: from then on an end without its code was written by somebody else
_STREAM: Final = b"wayhome/stream-head/1"
_LOG: Final = b"wayhome/log-head/1"
_AT_ONCE: Final = 5_000
_SET_STREAMS: Final = UpdateRows(streams, ("version", "leaf", "mac"))
_SET_LOG: Final = UpdateRows(log_head, ("mac",))


class HeadCodes:
    """Makes and checks the codes; cheap enough for every write."""

    def __init__(self, keys: Keys, key: bytes | None = None) -> None:
        self._keys = keys
        self._given = key

    @classmethod
    def found(cls, keys: Keys) -> Self | None:
        """Return the codes of keys that have theirs, and make none: whoever only looks leaves nothing behind."""
        key = keys.find([("", PURPOSE)]).get(("", PURPOSE))
        return None if key is None else cls(keys, key)

    @cached_property
    def _key(self) -> bytes:
        return self._given or self._keys.secret(PURPOSE)

    def of_stream(self, stream: str, version: int, leaf: bytes) -> bytes:
        """Return the code of a stream that ends with this event."""
        name = stream.encode()
        said = _STREAM + len(name).to_bytes(4) + name + version.to_bytes(8) + leaf
        return hmac.digest(self._key, said, "sha256")

    def of_log(self, placed: int, place: bytes) -> bytes:
        """Return the code of a log whose first events, so many of them, end at this place."""
        return hmac.digest(self._key, _LOG + placed.to_bytes(8) + place, "sha256")

    def is_stream(self, stream: str, version: int, leaf: bytes, mac: Any) -> bool:
        """Tell whether a stream ends as Wayhome wrote it."""
        return version >= 0 and _same(self.of_stream(stream, version, leaf), mac)

    def is_log(self, size: int, placed: int, place: bytes, mac: Any) -> bool:
        """Tell whether the log ends as Wayhome wrote it; one in which nothing has happened has no code yet."""
        return (not size and not mac) or _same(self.of_log(placed, place), mac)


def code_heads_once(keys: Keys, connection: Connection) -> bool:
    """Give codes to the ends an older Wayhome left when its keys first see them, and tell whether that was done now.

    That it was done stands beside the keys, so that whoever may only write the database cannot have it done again.
    Until ``mark_coded`` says so, it is done again by whoever comes next.
    """
    if is_coded(keys):
        return False
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE streams, log_head IN EXCLUSIVE MODE")
    code_log(connection, HeadCodes(keys))
    stored = connection.execute(select(streams.c.stream, streams.c.version, streams.c.leaf)).all()
    _code(connection, HeadCodes(keys), stored)
    return True


def is_coded(keys: Keys) -> bool:
    """Tell whether the ends of the log that belongs to these keys have their codes."""
    return bool(keys.find([("", CODED)]))


def mark_coded(keys: Keys) -> None:
    """Remember beside the keys that the ends of this log have their codes."""
    keys.keep(CODED, sha256(CODED.encode()).digest())


def code_log(connection: Connection, codes: HeadCodes) -> None:
    """Give the end of the log its code as it stands: whoever has the keys says so."""
    query = select(log_head.c.placed, log_head.c.place).where(log_head.c.id == 0)
    placed, place = connection.execute(query).one()
    _SET_LOG.run(connection, [{"id": 0, "mac": codes.of_log(placed, bytes(place))}])


def vouch_for_streams(connection: Connection, codes: HeadCodes, names: Collection[str]) -> int:
    """Let these streams end with the last event that is stored in them, whoever stored it; return how many there are.

    Only after somebody has read what is in them.
    """
    named = events.c.stream.in_(list(names))
    last = select(events.c.stream, func.max(events.c.version).label("version")).where(named).group_by(events.c.stream)
    ends = last.subquery()
    is_end = (events.c.stream == ends.c.stream) & (events.c.version == ends.c.version)
    found = connection.execute(select(events.c.stream, events.c.version, events.c.leaf).join(ends, is_end)).all()
    _code(connection, codes, found)
    return len(found)


def forged_streams(connection: Connection, codes: HeadCodes) -> list[str]:
    """Return every stream that does not end as Wayhome wrote it, in order of their names."""
    last = select(events.c.stream, func.max(events.c.version).label("version")).group_by(events.c.stream).subquery()
    is_end = (events.c.stream == last.c.stream) & (events.c.version == last.c.version)
    ends = select(events.c.stream, events.c.version, events.c.leaf).join(last, is_end)
    stored = {stream: (version, bytes(leaf)) for stream, version, leaf in connection.execute(ends)}
    known = {row.stream: row for row in connection.execute(select(streams))}
    fit = {
        name
        for name, row in known.items()
        if stored.get(name) == (row.version, bytes(row.leaf))
        and codes.is_stream(name, row.version, bytes(row.leaf), row.mac)
    }
    return sorted({*stored, *known} - fit)


def coded_end(connection: Connection, codes: HeadCodes, stream: str) -> int:
    """Return the version of the last event behind which Wayhome put its code, or -1 when the code fits none."""
    mac = connection.execute(select(streams.c.mac).where(streams.c.stream == stream)).scalar_one_or_none()
    query = select(events.c.version, events.c.leaf).where(events.c.stream == stream).order_by(events.c.version.desc())
    found = (
        version for version, leaf in connection.execute(query) if codes.is_stream(stream, version, bytes(leaf), mac)
    )
    return next(found, -1)


def _same(code: bytes, mac: Any) -> bool:
    return isinstance(mac, bytes) and hmac.compare_digest(code, mac)


def _code(connection: Connection, codes: HeadCodes, ends: Sequence[Any]) -> None:
    for start in range(0, len(ends), _AT_ONCE):
        _SET_STREAMS.run(connection, list(_coded(codes, ends[start : start + _AT_ONCE])))


def _coded(codes: HeadCodes, ends: Iterable[Any]) -> Iterable[dict[str, Any]]:
    for stream, version, leaf in ends:
        end = bytes(leaf)
        yield {"stream": stream, "version": version, "leaf": end, "mac": codes.of_stream(stream, version, end)}
