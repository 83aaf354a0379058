"""Whose erasure the log tells: the one reason for which a sealed part, or its key, may be missing."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

# Found by an index of just these (migration 0012); the database asks with the same words before it lets a part go.
ERASED: Final = "('PersonErased', 'ErasureReplayed')"
REPLAYED: Final = "ErasureReplayed"
COMPLETED: Final = "ErasureCompleted"
TOLD: Final = f"SELECT type, body FROM events WHERE type IN {ERASED}"  # noqa: S608 - our own words
_WHERE_TOLD: Final = f"SELECT stream, type, body, recorded_at FROM events WHERE type IN {ERASED}"  # noqa: S608 - as above


def erased_persons(connection: Connection) -> dict[str, str]:
    """Return whose erasure is told in the log, and by which fact last."""
    return erased_in((kind, body) for kind, body in connection.exec_driver_sql(TOLD))


class ToldErasure(NamedTuple):
    """An event by which the log tells somebody's erasure."""

    stream: str
    person_id: str
    type: str
    recorded_at: str


def told_erasures(connection: Connection) -> list[ToldErasure]:
    """Return every event that tells an erasure; what cannot be read tells nothing."""
    rows = connection.exec_driver_sql(_WHERE_TOLD)
    told = [ToldErasure(stream, person_in(body), kind, at) for stream, kind, body, at in rows]
    return [one for one in told if one.person_id]


def erased_in(rows: Iterable[Sequence[Any]]) -> dict[str, str]:
    """Return the same of what ``TOLD`` finds; what cannot be read tells nothing."""
    told = ((person_in(body), str(kind)) for kind, body in rows)
    return {person: kind for person, kind in told if person}


def person_in(body: str) -> str:
    """Return the person a fact's open body names, or nothing when it names none or cannot be read."""
    try:
        said = orjson.loads(body)
    except (orjson.JSONDecodeError, TypeError, ValueError):
        return ""
    person = said.get("person_id") if isinstance(said, dict) else None
    return person if isinstance(person, str) else ""
