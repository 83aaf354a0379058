"""Statements that write many rows in one go, built once from a table.

On PostgreSQL the rows travel as one JSON parameter and are unpacked by the server (one round trip, next
to no work in Python); on SQLite they go through ``executemany``. Both run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import JSON, Connection, Table, bindparam, cast, column, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ClauseElement, TableValuedAlias

Row = Mapping[str, Any]


class Rows:
    """Inserts rows; with ``replace`` a row of the same key takes the new values.

    Give each key at most once in one batch: PostgreSQL refuses to replace a row twice in one statement.
    """

    def __init__(self, table: Table, *, replace: bool = False) -> None:
        self.table = table
        self.key = tuple(c.name for c in table.primary_key)
        self._columns = tuple(c.name for c in table.columns)
        self._postgresql = _text(self._insert_from_json(replace=replace), postgresql.dialect(paramstyle="format"))
        self._sqlite = _text(self._insert_many(replace=replace), sqlite.dialect(paramstyle="named"))

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write the rows; no rows is no work."""
        if rows:
            _run(connection, self._postgresql, self._sqlite, rows)

    def _insert_from_json(self, *, replace: bool) -> ClauseElement:
        given = unpacked(self.table, self._columns)
        query = postgresql.insert(self.table).from_select(self._columns, select(*given.c))
        if not replace:
            return query
        changed = {c: query.excluded[c] for c in self._columns if c not in self.key}
        return query.on_conflict_do_update(index_elements=list(self.key), set_=changed)

    def _insert_many(self, *, replace: bool) -> ClauseElement:
        query = sqlite.insert(self.table).values({c: bindparam(c) for c in self._columns})
        if not replace:
            return query
        changed = {c: query.excluded[c] for c in self._columns if c not in self.key}
        return query.on_conflict_do_update(index_elements=list(self.key), set_=changed)


class Changes:
    """Sets some columns of rows found by their key; a key that is not there changes nothing."""

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        self.table = table
        self.key = tuple(c.name for c in table.primary_key)
        names = (*self.key, *columns)
        given = unpacked(table, names)
        matches = [table.c[k] == given.c[k] for k in self.key]
        many = update(table).values({c: bindparam(c) for c in columns}).where(*_named(table, self.key))
        one = update(table).values({c: given.c[c] for c in columns}).where(*matches)
        self._postgresql = _text(one, postgresql.dialect(paramstyle="format"))
        self._sqlite = _text(many, sqlite.dialect(paramstyle="named"))

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Change the rows; no rows is no work."""
        if rows:
            _run(connection, self._postgresql, self._sqlite, rows)


class Removals:
    """Deletes rows by their key; a key that is not there is no error."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.key = tuple(c.name for c in table.primary_key)
        given = unpacked(table, self.key)
        one = delete(table).where(*[table.c[k] == given.c[k] for k in self.key])
        self._postgresql = _text(one, postgresql.dialect(paramstyle="format"))
        self._sqlite = _text(delete(table).where(*_named(table, self.key)), sqlite.dialect(paramstyle="named"))

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Delete the rows; no rows is no work."""
        if rows:
            _run(connection, self._postgresql, self._sqlite, rows)


Write = Rows | Changes | Removals


def unpacked(table: Table, names: Sequence[str], parameter: str = "rows") -> TableValuedAlias:
    """Return the JSON parameter as a table with the columns' own types (PostgreSQL)."""
    given = cast(bindparam(parameter), JSON)
    columns = [column(name, table.c[name].type) for name in names]
    return func.json_to_recordset(given).table_valued(*columns, name="given").render_derived(with_types=True)


def as_json(rows: Sequence[Row]) -> str:
    """Return the rows as PostgreSQL takes them; bytes become its hexadecimal text."""
    return orjson.dumps(rows, default=_plain).decode()


def ask(connection: Connection, text: str, parameters: Any) -> Any:
    """Run a prebuilt statement on the driver itself, in this connection's transaction; return its cursor.

    The statements are SQLAlchemy's, built once. Going through its execution again costs more than all the
    rest of a small statement (docs/benchmarks.md); the driver's errors are translated all the same.
    """
    cursor = connection.connection.cursor()
    cursor.execute(text, parameters)
    return cursor


def _run(connection: Connection, postgresql_text: str, sqlite_text: str, rows: Sequence[Row]) -> None:
    if connection.dialect.name == "postgresql":
        ask(connection, postgresql_text, (as_json(rows),))
    else:
        connection.connection.cursor().executemany(sqlite_text, rows)


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    assert isinstance(value, Decimal), f"no plain form of {type(value).__name__}"
    return str(value)


def _named(table: Table, key: Sequence[str]) -> list[Any]:
    return [table.c[k] == bindparam(k) for k in key]


def _text(statement: ClauseElement, dialect: Any) -> str:
    return str(statement.compile(dialect=dialect))
