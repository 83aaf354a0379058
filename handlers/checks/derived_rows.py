"""Rows beside the log, compared with what the log implies: which table, which row, what stands there and what should.

Tasks and timers are compared as far as the log knows them; who holds a task just now is the queue's to say.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, select

from handlers.projections.read_models import READ_MODELS, Rows, open_rows
from handlers.projections.replay import Replay, Row
from handlers.projections.tables import name_tokens, tasks, timers, work_items

# All but the tokens: to compare those, names are opened (``repair``).
COMPARED: Final = (tasks, timers, *(table for table in reversed(READ_MODELS) if table is not name_tokens))
# Left out: since and stage are those of the write in which an item appeared, which the log does not tell.
_ITEMS: Final = ("kind", "office", "owner", "team")
_TASKS: Final = ("case_id", "kind", "subject", "status", "created_at", "finished_at", "wanted")
# Once a worker has claimed a task, when it is due again and what stopped it is the queue's to say.
_TASKS_UNTRIED: Final = (*_TASKS, "due_at", "error")
MISSING: Final = "(no row)"


class RowDifference(NamedTuple):
    """One value that is not what the log implies; without a column the whole row is missing or too much."""

    table: str
    key: str
    column: str
    expected: Any
    actual: Any

    @property
    def text(self) -> str:
        """Return it as a fault names it: ids and open values only."""
        if self.expected == MISSING:
            return f"{self.table} has {self.key}, which the log does not imply"
        if self.actual == MISSING:
            return f"{self.table} lacks {self.key}"
        return f"{self.table} {self.key}: {self.column} is {self.actual!r}, by the log {self.expected!r}"


def implied_rows(replay: Replay) -> Rows:
    """Return what a replay implies for each table; raises KeyError for a definition nobody published."""
    return {tasks: replay.tasks, timers: replay.timers, **open_rows(replay)}


def stored_rows(connection: Connection, tables: Iterable[Table]) -> dict[Table, list[Row]]:
    """Return what lies in the tables, as this connection sees it."""
    return {table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}


def differences(table: Table, implied: Mapping[Any, Row], rows: Iterable[Row]) -> Iterator[RowDifference]:
    """Yield what is different in a table, row by row."""
    stored = keyed(table, rows)
    for key, row in stored.items():
        said = implied.get(key)
        if said is None:
            yield RowDifference(table.name, key_text(key), "", MISSING, "")
            continue
        known = as_log_knows(table, row)
        for column in columns_of(table, row):
            if known[column] != said[column]:
                yield RowDifference(table.name, key_text(key), column, said[column], known[column])
    for key in implied.keys() - stored.keys():
        yield RowDifference(table.name, key_text(key), "", "", MISSING)


def keyed(table: Table, rows: Iterable[Row]) -> dict[Any, Row]:
    """Return rows by their key: one value, or several as a tuple."""
    names = [column.name for column in table.primary_key]
    return {row[names[0]] if len(names) == 1 else tuple(row[name] for name in names): row for row in rows}


def key_text(key: Any) -> str:
    """Return a key as people read it."""
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def as_log_knows(table: Table, row: Row) -> Row:
    """Return a row in the log's terms: that somebody holds a task just now is the queue's to know."""
    return {**row, "status": "waiting"} if table is tasks and row["status"] == "claimed" else row


def columns_of(table: Table, row: Row) -> Sequence[str]:
    """Return which columns of a row the log knows."""
    return _KNOWN[table](row) if table in _KNOWN else [c.name for c in table.columns if not c.primary_key]


_KNOWN: Final[Mapping[Table, Callable[[Row], Sequence[str]]]] = {
    tasks: lambda row: _TASKS if row["attempts"] else _TASKS_UNTRIED,
    work_items: lambda _: _ITEMS,
}
