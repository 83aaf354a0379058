"""What a page asks of the database, heard at the driver: also what goes past SQLAlchemy's own ears."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol
from unittest.mock import patch

import psycopg
from sqlalchemy import Engine, event

from events.database import Database
from handlers.commanding.service import CommandService

# Not asked of what is stored: where a transaction begins and ends, and what a trigger does by itself.
_FRAME: Final = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "--")


class Opened(Protocol):
    """An office, or what the product opens one with."""

    database: Database
    service: CommandService


@contextmanager
def reading(office: Opened) -> Iterator[list[str]]:
    """Yield every statement that is sent to an office's database meanwhile; to PostgreSQL, by all of this process."""
    heard: list[str] = []

    def take(statement: str) -> None:
        if not statement.startswith(_FRAME):
            heard.append(statement)

    with _at_psycopg(take) if office.database.kind == "postgresql" else _at_files(office, take):
        yield heard


@contextmanager
def _at_psycopg(take: Callable[[str], None]) -> Iterator[None]:
    execute = psycopg.Cursor.execute

    def heard(cursor: psycopg.Cursor[Any], query: Any, *more: Any, **how: Any) -> Any:
        take(str(query))
        return execute(cursor, query, *more, **how)

    with patch.object(psycopg.Cursor, "execute", heard):
        yield


@contextmanager
def _at_files(office: Opened, take: Callable[[str], None]) -> Iterator[None]:
    def begin(file: sqlite3.Connection, *_: Any) -> None:
        file.set_trace_callback(take)

    def end(file: sqlite3.Connection, *_: Any) -> None:
        file.set_trace_callback(None)

    databases = {id(one): one for one in (office.database, office.service.log.database)}.values()
    engines = [engine for database in databases for engine in engines_of(database)]
    for engine in engines:
        event.listen(engine, "checkout", begin)
        event.listen(engine, "checkin", end)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "checkout", begin)
            event.remove(engine, "checkin", end)


def engines_of(database: Any) -> list[Any]:
    """Return the engines of a database, each once; what only carries options hears what the one behind it hears."""
    found = [value for value in vars(database).values() if isinstance(value, Engine)]
    return list({id(engine): engine for engine in (getattr(one, "_proxied", one) for one in found)}.values())
