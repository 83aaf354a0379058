"""The tables of a key store, the same in a SQLite file and in a PostgreSQL database of its own.

Nothing in them opens anything: keys lie wrapped, and what is noted, erased or over is no secret.
"""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, inspect, text

from events.errors import KeysMissing

_TABLES: Final = (
    "keys (person TEXT NOT NULL, compartment TEXT NOT NULL, key {blob} NOT NULL, PRIMARY KEY (person, compartment))",
    "retired (name TEXT PRIMARY KEY, until TEXT NOT NULL)",
    "notes (purpose TEXT PRIMARY KEY, value {blob} NOT NULL)",
    "destroyed (person TEXT PRIMARY KEY, at TEXT NOT NULL)",
    # One row: under which key-encryption key everything is wrapped, and whether anything may be opened.
    """key_state (one INTEGER PRIMARY KEY CHECK (one = 1), store TEXT NOT NULL, kek TEXT NOT NULL,
    generation INTEGER NOT NULL, status TEXT NOT NULL, told TEXT NOT NULL)""",
    # Which places hold which key-encryption key, and how those that hold an older one come to the newest.
    "kek_homes (name TEXT PRIMARY KEY, kek TEXT NOT NULL, at TEXT NOT NULL)",
    "kek_handovers (old TEXT PRIMARY KEY, new TEXT NOT NULL, wrapped {blob} NOT NULL)",
    "key_history (number INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL)",
)
_COLUMNS: Final = {  # what a copy takes along
    "keys": ("person", "compartment", "key"), "retired": ("name", "until"), "notes": ("purpose", "value"),
    "destroyed": ("person", "at"), "key_history": ("number", "at", "what", "who"),
}  # fmt: skip
CONTENT: Final = tuple(_COLUMNS)
_AT_ONCE: Final = 5_000
_ASKED_AT_ONCE: Final = 500


class KeyState(NamedTuple):
    """The one row of ``key_state``."""

    store: str
    kek: str
    generation: int
    status: str  # empty: keys are handed out; locked, moving or moved
    told: str  # by whom, or where to


def make_tables(connection: Connection) -> None:
    """Make the tables that are not there yet."""
    if connection.dialect.name == "postgresql":  # two hosts that begin at once
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('wayhome/keys', 0))")
    blob, without = ("BYTEA", "") if connection.dialect.name == "postgresql" else ("BLOB", " WITHOUT ROWID")
    for table in _TABLES:
        connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {table.format(blob=blob)}{without}")


def has_tables(connection: Connection) -> bool:
    """Tell whether every table is there; an older key file has some of them."""
    names = [table.split(" ", 1)[0] for table in _TABLES]
    return set(names) <= set(inspect(connection).get_table_names())


def state_of(connection: Connection, *, alone: bool = False, shared: bool = False) -> KeyState | None:
    """Return the state, or None for a store that nobody has wrapped yet.

    With ``alone`` nobody else changes a key until this transaction ends, with ``shared`` nobody takes another
    key-encryption key; SQLite has one writer anyway.
    """
    lock = " FOR UPDATE" if alone else " FOR SHARE" if shared else ""
    lock = lock if connection.dialect.name == "postgresql" else ""
    query = f"SELECT store, kek, generation, status, told FROM key_state{lock}"  # noqa: S608
    row = connection.exec_driver_sql(query).one_or_none()
    return None if row is None else KeyState(*row)


def put_state(connection: Connection, state: KeyState) -> None:
    """Put the state in the place of what it was."""
    columns = ", ".join(KeyState._fields)
    values = ", ".join(f":{name}" for name in KeyState._fields)
    changes = ", ".join(f"{name} = excluded.{name}" for name in KeyState._fields)
    connection.execute(
        text(
            f"INSERT INTO key_state (one, {columns}) VALUES (1, {values}) "  # noqa: S608 - names of our own
            f"ON CONFLICT (one) DO UPDATE SET {changes}"
        ),
        state._asdict(),
    )


def put_all(connection: Connection, statement: str, rows: Sequence[dict[str, Any]]) -> None:
    """Carry a statement out for each row, past all that SQLAlchemy could prepare for each."""
    if connection.dialect.name == "postgresql":
        statement = re.sub(r":(\w+)", r"%(\1)s", statement)
    for start in range(0, len(rows), _AT_ONCE):
        connection.exec_driver_sql(statement, list(rows[start : start + _AT_ONCE]))


def keys_of(connection: Connection, persons: Sequence[str]) -> dict[tuple[str, str], bytes]:
    """Return every wrapped key of these persons, in one question for many."""
    rows = _of_persons(connection, "SELECT person, compartment, key FROM keys", persons)
    return {(person, part): bytes(key) for person, part, key in rows}


def destroyed_of(connection: Connection, persons: Sequence[str]) -> dict[str, str]:
    """Return who of these persons was erased, and when."""
    return dict(_of_persons(connection, "SELECT person, at FROM destroyed", persons))


def _of_persons(connection: Connection, query: str, persons: Sequence[str]) -> list[Any]:
    """Ask past SQLAlchemy's own preparing, which would cost ten times what SQLite's answer does."""
    found = list[Any]()
    for start in range(0, len(persons), _ASKED_AT_ONCE):
        asked = list(persons[start : start + _ASKED_AT_ONCE])
        if connection.dialect.name == "postgresql":
            found += connection.exec_driver_sql(f"{query} WHERE person = ANY(%s)", (asked,)).all()
        else:
            marks = ",".join("?" * len(asked))
            found += connection.exec_driver_sql(f"{query} WHERE person IN ({marks})", tuple(asked)).all()
    return found


def put_keys(connection: Connection, rows: Sequence[tuple[str, str, bytes]]) -> None:
    """Put each key in the place of the one its owner had."""
    if connection.dialect.name == "postgresql":
        persons, compartments, keys = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
        statement = (
            "UPDATE keys SET key = new.key FROM unnest(%s::text[], %s::text[], %s::bytea[]) AS new(person, part, key) "
            "WHERE keys.person = new.person AND keys.compartment = new.part"
        )
        connection.exec_driver_sql(statement, (persons, compartments, keys))
        return
    named = [{"person": person, "compartment": part, "key": key} for person, part, key in rows]
    put_all(connection, "UPDATE keys SET key = :key WHERE person = :person AND compartment = :compartment", named)


def copy_content(source: Connection, target: Connection) -> None:
    """Copy everything but the state from one store into another that is empty."""
    for table, columns in _COLUMNS.items():
        rows = [row._asdict() for row in source.execute(text(f"SELECT {', '.join(columns)} FROM {table}"))]  # noqa: S608
        values = ", ".join(f":{column}" for column in columns)
        put_all(target, f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})", rows)  # noqa: S608


def empty_content(connection: Connection) -> None:
    """Delete everything but the state."""
    for table in (*CONTENT, "kek_homes", "kek_handovers"):
        connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608


def remember(connection: Connection, now_sql: str, what: str, who: str) -> None:
    """Write down what was done to the store, when by its own clock, and by whom."""
    connection.execute(
        text(
            "INSERT INTO key_history (number, at, what, who) "  # noqa: S608 - an expression of our own
            f"SELECT coalesce(max(number), 0) + 1, {now_sql}, :what, :who FROM key_history"
        ),
        {"what": what, "who": who},
    )


def refuse_log(connection: Connection) -> None:
    """Let keys lie in no database that holds a log: one thief would have both. Raises KeysMissing."""
    if "sealed_parts" in inspect(connection).get_table_names():
        raise KeysMissing(
            "WAYHOME_KEYS_URL names the database of the log: keys lie in a database of their own, on a server of "
            "their own and under another login"
        )
