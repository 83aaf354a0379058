"""What a page asks of the database, heard at the file itself: also what goes past SQLAlchemy's own ears."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Engine, event

from tests.kit.offices import Office

# Not asked of what is stored: where a transaction begins and ends, and what a trigger does by itself.
_FRAME: Final = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "--")


@contextmanager
def reading(office: Office) -> Iterator[list[str]]:
    """Yield every statement that is sent to a SQLite office meanwhile."""
    heard: list[str] = []

    def take(statement: str) -> None:
        if not statement.startswith(_FRAME):
            heard.append(statement)

    def begin(file: sqlite3.Connection, *_: Any) -> None:
        file.set_trace_callback(take)

    def end(file: sqlite3.Connection, *_: Any) -> None:
        file.set_trace_callback(None)

    engines = [one for database in (office.database, office.service.log.database) for one in engines_of(database)]
    for engine in engines:
        event.listen(engine, "checkout", begin)
        event.listen(engine, "checkin", end)
    try:
        yield heard
    finally:
        for engine in engines:
            event.remove(engine, "checkout", begin)
            event.remove(engine, "checkin", end)


def engines_of(database: Any) -> list[Any]:
    """Return the engines of a database, each once; what only carries options hears what the one behind it hears."""
    found = [value for value in vars(database).values() if isinstance(value, Engine)]
    return list({id(engine): engine for engine in (getattr(one, "_proxied", one) for one in found)}.values())
