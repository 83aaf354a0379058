"""A log as it was earlier, to be put back in place of the one that went on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from events import tables
from events.database import owner_engine
from events.log import Log
from tests.kit.logs import lower_the_fences

TABLES = (tables.events, tables.sealed_parts, tables.streams, tables.commands, tables.log_head, tables.high_water)


class Older:
    """Every row of the log at the moment this is made."""

    def __init__(self, log: Log, *beside: Table) -> None:
        self._log = log
        self._tables = (*TABLES, *beside)
        with log.database.reading() as connection:
            self._rows: dict[str, list[Any]] = {
                table.name: list(connection.execute(select(table)).mappings()) for table in self._tables
            }

    def put_back(self) -> None:
        """Put these rows in place of those that are there, as restoring a database does."""
        engine = owner_engine(self._log.database.url)
        try:
            with engine.begin() as connection:
                self._written(connection)
        finally:
            engine.dispose()

    def _written(self, connection: Connection) -> None:
        lower_the_fences(connection, [table.name for table in TABLES if table is not tables.high_water])
        for table in reversed(self._tables):
            connection.execute(delete(table))
        for table in self._tables:
            if self._rows[table.name]:
                connection.execute(insert(table), [dict(row) for row in self._rows[table.name]])
