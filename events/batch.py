"""Statements that write many rows in one go, built once from a table, when first needed.

On PostgreSQL the rows travel as one JSON parameter and are unpacked by the server (one round trip, next
to no work in Python); on SQLite they go through ``executemany``. Both run inside the caller's transaction.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import JSON, ColumnElement, Connection, Table, bindparam, cast, column, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ClauseElement, TableValuedAlias

Row = Mapping[str, Any]


class RowStatement(ABC):
    """What is done to rows of a table found by their key: in one statement for all of them, or once for each."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.key = tuple(c.name for c in table.primary_key)

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Do it to these rows; no rows is no work."""
        if rows and connection.dialect.name == "postgresql":
            execute_prebuilt(connection, self._for_postgresql, (rows_as_json(rows),))
        elif rows:
            connection.connection.cursor().executemany(self._for_sqlite, rows)

    @abstractmethod
    def _unpacking(self) -> ClauseElement:
        """Return the statement for PostgreSQL, which unpacks all rows from one JSON parameter."""

    @abstractmethod
    def _for_each(self) -> ClauseElement:
        """Return the statement for SQLite, which is run once for each row."""

    def _keyed(self, given: Any = None) -> list[Any]:
        return [self.table.c[k] == (given[k] if given is not None else bindparam(k)) for k in self.key]

    @cached_property
    def _for_postgresql(self) -> str:
        return str(self._unpacking().compile(dialect=postgresql.dialect(paramstyle="format")))

    @cached_property
    def _for_sqlite(self) -> str:
        return str(self._for_each().compile(dialect=sqlite.dialect(paramstyle="named")))


class InsertRows(RowStatement):
    """Inserts rows; with ``replace`` a row of the same key takes the new values.

    Give each key at most once in one batch: PostgreSQL refuses to replace a row twice in one statement.
    """

    def __init__(self, table: Table, *, replace: bool = False) -> None:
        super().__init__(table)
        self._columns = tuple(c.name for c in table.columns)
        self._replace = replace

    def _unpacking(self) -> Any:
        given = rows_from_json(self.table, self._columns)
        return self._replacing(postgresql.insert(self.table).from_select(self._columns, select(*given.c)))

    def _for_each(self) -> Any:
        return self._replacing(sqlite.insert(self.table).values({c: bindparam(c) for c in self._columns}))

    def _replacing(self, query: Any) -> Any:
        if not self._replace:
            return query
        changed = {c: query.excluded[c] for c in self._columns if c not in self.key}
        return query.on_conflict_do_update(index_elements=list(self.key), set_=changed)


class AddToRows(InsertRows):
    """Adds to a number of each row; a row that is not there begins with it.

    Give the rows in the order of their keys: two that add to the same ones then never wait for each other for ever.
    """

    def __init__(self, table: Table, number: str) -> None:
        super().__init__(table)
        self._number = number

    def _replacing(self, query: Any) -> Any:
        changed = {self._number: self.table.c[self._number] + query.excluded[self._number]}
        return query.on_conflict_do_update(index_elements=list(self.key), set_=changed)


class UpdateRows(RowStatement):
    """Sets some columns of rows found by their key; a key that is not there changes nothing."""

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        super().__init__(table)
        self._columns = tuple(columns)

    def _unpacking(self) -> ClauseElement:
        given = rows_from_json(self.table, (*self.key, *self._columns))
        return update(self.table).values({c: given.c[c] for c in self._columns}).where(*self._keyed(given.c))

    def _for_each(self) -> ClauseElement:
        return update(self.table).values({c: bindparam(c) for c in self._columns}).where(*self._keyed())


class DeleteRows(RowStatement):
    """Deletes rows by their key, or those ``only`` for which a condition holds; a key that is not there is no error."""

    def __init__(self, table: Table, *, only: ColumnElement[bool] | None = None) -> None:
        super().__init__(table)
        self._only = () if only is None else (only,)

    def _unpacking(self) -> ClauseElement:
        return delete(self.table).where(*self._keyed(rows_from_json(self.table, self.key).c), *self._only)

    def _for_each(self) -> ClauseElement:
        return delete(self.table).where(*self._keyed(), *self._only)


def rows_from_json(table: Table, names: Sequence[str]) -> TableValuedAlias:
    """Return the JSON parameter ``rows`` as a table with the columns' own types (PostgreSQL)."""
    given = cast(bindparam("rows"), JSON)
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


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    assert isinstance(value, Decimal), f"no plain form of {type(value).__name__}"
    return str(value)
