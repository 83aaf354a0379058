"""What came after a version, for several streams in one question."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from events.asking import Asked, ask
from events.batch import rows_as_json
from events.tables import events

_ALL = ", ".join(f"e.{c.name}" for c in events.columns)
# OFFSET 0 keeps the planner from joining the whole log with the list: one short index walk for each stream.
_SINCE_POSTGRESQL = (
    f"SELECT {_ALL} FROM json_to_recordset(%s) AS given(stream text, version int) CROSS JOIN LATERAL ("  # noqa: S608
    "SELECT * FROM events WHERE events.stream = given.stream AND events.version > given.version "
    "ORDER BY events.version OFFSET 0) e"
)
_SINCE_SQLITE = (
    f"SELECT {_ALL} FROM json_each(?) given JOIN events e ON e.stream = json_extract(given.value, '$.stream') "  # noqa: S608
    "AND e.version > json_extract(given.value, '$.version') ORDER BY e.stream, e.version"
)


def rows_since(connection: Connection, versions: Mapping[str, int]) -> list[tuple[Any, ...]]:
    """Return the rows of events after a version, for several streams in one question, each in its own order."""
    return ask_since(connection, versions).answer


def ask_since(connection: Connection, versions: Mapping[str, int]) -> Asked[list[tuple[Any, ...]]]:
    """Ask the same; no stream is no question."""
    if not versions:
        return Asked((), list)
    given = rows_as_json([{"stream": stream, "version": version} for stream, version in versions.items()])
    query = _SINCE_POSTGRESQL if connection.dialect.name == "postgresql" else _SINCE_SQLITE
    return ask(connection, query, (given,), list)
