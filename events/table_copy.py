"""Every row of a log and of the tables beside it, copied as it is from one database to another of the same schema.

Rows are copied, not facts told again: so every hash, place and code stays what it was, and every proof holds.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Table, func, insert, select, update

from events.erasure_gate import copy_gate
from events.errors import BackupRefused
from events.schema import schema_revision
from events.tables import erasure_gate

_AT_ONCE: Final = 2_000
Progress = Callable[[str, int, int], None]  # table, rows in all, rows done


def copy_tables(
    source: Connection, target: Connection, schemas: Sequence[MetaData], progress: Progress | None = None
) -> dict[str, int]:
    """Copy every table and return how many rows each has; both sides are seen at one moment.

    Raises BackupRefused when the target is of another schema or holds anything.
    """
    tables = [table for schema in schemas for table in schema.sorted_tables]
    _refuse_unfit(source, target, tables)
    copied = {}
    for table in tables:
        rows = int(source.execute(select(func.count()).select_from(table)).scalar_one())
        copied[table.name] = _copied(source, target, table, partial(progress or _silent, table.name, rows))
        if copied[table.name] != rows:
            raise BackupRefused(f"{copied[table.name]} of {rows} rows of {table.name} were copied; nothing was kept")
    return copied


def made_with_rows(table: Table) -> bool:
    """Tell whether a table has its one row from the beginning, which is changed and never added."""
    return table.name in ("log_head", "high_water", erasure_gate.name)


def _copied(source: Connection, target: Connection, table: Table, tell: Callable[[int], None]) -> int:
    done = 0
    for rows in _in_parts(source, table):
        if table is erasure_gate and target.dialect.name == "postgresql":
            copy_gate(target, rows[0]["value"])
        elif made_with_rows(table):
            target.execute(update(table).values(rows[0]))
        else:
            target.execute(insert(table), rows)
        done += len(rows)
        tell(done)
    return done


def _in_parts(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_AT_ONCE)
    for part in source.execute(query).mappings().partitions():
        yield [dict(row) for row in part]


def _refuse_unfit(source: Connection, target: Connection, tables: Sequence[Table]) -> None:
    if schema_revision(source) != schema_revision(target):
        raise BackupRefused("the two databases are not of one schema: bring both up to date with wayhome migrate")
    for table in tables:
        if not made_with_rows(table) and target.execute(select(1).select_from(table).limit(1)).first():
            raise BackupRefused(f"there are rows in {table.name} there already: name an empty database")


def _silent(_table: str, _whole: int, _done: int) -> None:
    """Tell nobody how far it has come."""
