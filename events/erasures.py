"""Whose erasure the log tells: the one reason for which a sealed part, or its key, may be missing."""

from typing import Final

import orjson
from sqlalchemy import Connection

# Found by an index of just these (migration 0012); the database asks with the same words before it lets a part go.
ERASED: Final = "('PersonErased', 'ErasureReplayed')"
REPLAYED: Final = "ErasureReplayed"
COMPLETED: Final = "ErasureCompleted"
_TOLD: Final = f"SELECT type, body FROM events WHERE type IN {ERASED}"  # noqa: S608 - our own words


def erased_persons(connection: Connection) -> dict[str, str]:
    """Return whose erasure is told in the log, and by which fact last; what cannot be read tells nothing."""
    found: dict[str, str] = {}
    for kind, body in connection.exec_driver_sql(_TOLD):
        person = person_in(body)
        if person:
            found[person] = kind
    return found


def person_in(body: str) -> str:
    """Return the person a fact's open body names, or nothing when it names none or cannot be read."""
    try:
        said = orjson.loads(body)
    except (orjson.JSONDecodeError, TypeError, ValueError):
        return ""
    person = said.get("person_id") if isinstance(said, dict) else None
    return person if isinstance(person, str) else ""
