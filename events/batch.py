"""Statements that write many rows in one go, built once from a table, when first needed.

On PostgreSQL the rows travel as one JSON parameter and are unpacked by the server (one round trip, next
to no work in Python); on SQLite they go through ``executemany``. Both run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import JSON, Connection, Table, bindparam, cast, column, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ClauseElement, TableValuedAlias

Row = Mapping[str, Any]


class InsertRows:
    """Inserts rows; with ``replace`` a row of the same key takes the new values.

    Give each key at most once in one batch: PostgreSQL refuses to replace a row twice in one statement.
    """

    def __init__(self, table: Table, *, replace: bool = False) -> None:
        self.table = table
        self.key = tuple(c.name for c in table.primary_key)
        self._columns = tuple(c.name for c in table.columns)
        self._replace = replace

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write the rows; no rows is no work."""
        _run(self, connection, rows)

    @cached_property
    def for_postgresql(self) -> str:
        """Return the statement that unpacks all rows from one JSON parameter."""
        given = rows_from_json(self.table, self._columns)
        return _postgresql(self._replacing(postgresql.insert(self.table).from_select(self._columns, select(*given.c))))

    @cached_property
    def for_sqlite(self) -> str:
        """Return the statement that is run once for each row."""
        return _sqlite(self._replacing(sqlite.insert(self.table).values({c: bindparam(c) for c in self._columns})))

    def _replacing(self, query: Any) -> Any:
        if not self._replace:
            return query
        changed = {c: query.excluded[c] for c in self._columns if c not in self.key}
        return query.on_conflict_do_update(index_elements=list(self.key), set_=changed)


class UpdateRows:
    """Sets some columns of rows found by their key; a key that is not there changes nothing."""

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        self.table = table
        self.key = tuple(c.name for c in table.primary_key)
        self._columns = tuple(columns)

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Change the rows; no rows is no work."""
        _run(self, connection, rows)

    @cached_property
    def for_postgresql(self) -> str:
        """Return the statement that unpacks all rows from one JSON parameter."""
        given = rows_from_json(self.table, (*self.key, *self._columns))
        changed = update(self.table).values({c: given.c[c] for c in self._columns})
        return _postgresql(changed.where(*[self.table.c[k] == given.c[k] for k in self.key]))

    @cached_property
    def for_sqlite(self) -> str:
        """Return the statement that is run once for each row."""
        changed = update(self.table).values({c: bindparam(c) for c in self._columns})
        return _sqlite(changed.where(*_named(self.table, self.key)))


class DeleteRows:
    """Deletes rows by their key; a key that is not there is no error."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.key = tuple(c.name for c in table.primary_key)

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Delete the rows; no rows is no work."""
        _run(self, connection, rows)

    @cached_property
    def for_postgresql(self) -> str:
        """Return the statement that unpacks all rows from one JSON parameter."""
        given = rows_from_json(self.table, self.key)
        return _postgresql(delete(self.table).where(*[self.table.c[k] == given.c[k] for k in self.key]))

    @cached_property
    def for_sqlite(self) -> str:
        """Return the statement that is run once for each row."""
        return _sqlite(delete(self.table).where(*_named(self.table, self.key)))


RowStatement = InsertRows | UpdateRows | DeleteRows


def rows_from_json(table: Table, names: Sequence[str], parameter: str = "rows") -> TableValuedAlias:
    """Return the JSON parameter as a table with the columns' own types (PostgreSQL)."""
    given = cast(bindparam(parameter), JSON)
    columns = [column(name, table.c[name].type) for name in names]
    return func.json_to_recordset(given).table_valued(*columns, name="given").render_derived(with_types=True)


def rows_as_json(rows: Sequence[Row]) -> str:
    """Return the rows as PostgreSQL takes them; bytes become its hexadecimal text."""
    return orjson.dumps(rows, default=_plain).decode()


def execute_prebuilt(connection: Connection, text: str, parameters: Any) -> Any:
    """Run a prebuilt statement on the driver itself, in this connection's transaction; return its cursor.

    The statements are SQLAlchemy's, built once. Going through its execution again costs more than all the
    rest of a small statement (docs/benchmarks.md); the driver's errors are translated all the same.
    """
    cursor = connection.connection.cursor()
    cursor.execute(text, parameters)
    return cursor


def _run(write: RowStatement, connection: Connection, rows: Sequence[Row]) -> None:
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        execute_prebuilt(connection, write.for_postgresql, (rows_as_json(rows),))
    else:
        connection.connection.cursor().executemany(write.for_sqlite, rows)


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    assert isinstance(value, Decimal), f"no plain form of {type(value).__name__}"
    return str(value)


def _named(table: Table, key: Sequence[str]) -> list[Any]:
    return [table.c[k] == bindparam(k) for k in key]


def _postgresql(statement: ClauseElement) -> str:
    return str(statement.compile(dialect=postgresql.dialect(paramstyle="format")))


def _sqlite(statement: ClauseElement) -> str:
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))
