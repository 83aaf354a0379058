"""I4: what lies in the tables beside the log equals a replay into empty ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Table

from handlers.checks.check_results import InvariantCheck, WalkEnd
from handlers.projections.replay import Row
from handlers.projections.tables import (
    accounts,
    beds,
    beds_in_use,
    case_board,
    case_relations,
    tasks,
    timers,
    work_items,
)

COMPARED: Final = (tasks, timers, beds, beds_in_use, accounts, work_items, case_relations, case_board)
# Left out: since and stage are those of the write in which an item appeared, which the log does not tell.
_ITEMS: Final = ("kind", "office", "owner", "team")
_TASKS: Final = ("case_id", "kind", "subject", "status", "created_at", "finished_at")
# Once a worker has claimed a task, when it is due again and what stopped it is the queue's to say.
_TASKS_UNTRIED: Final = (*_TASKS, "due_at", "error")


class ReadModelsCheck(InvariantCheck):
    """I4: the case board, the work list, beds, accounts, tasks and timers say what the log says."""

    name, title = "I4", "tables equal a replay"

    def end(self, end: WalkEnd) -> None:
        """Compare every row with what the log implies."""
        for fault in end.unreadable:
            self.fault(fault)
        replay = end.replay
        self._compare(tasks, replay.tasks, map(_as_log_knows, end.rows[tasks]), _task_columns)
        self._compare(timers, replay.timers, end.rows[timers])
        there, used = replay.beds()
        self._compare(beds, there, end.rows[beds])
        self._compare(beds_in_use, used, end.rows[beds_in_use])
        self._compare(accounts, replay.accounts(), end.rows[accounts])
        try:
            board, items = replay.board(), replay.items()
        except KeyError as unknown:
            self.fault(f"a case runs under definition {unknown.args[0]}, which nobody published")
            return
        self._compare(work_items, items, end.rows[work_items], lambda _: _ITEMS)
        self._compare(case_relations, replay.relations(), end.rows[case_relations])
        self._compare(case_board, board, end.rows[case_board])

    def _compare(
        self,
        table: Table,
        implied: Mapping[Any, Row],
        rows: Iterable[Row],
        columns_of: Callable[[Row], Sequence[str]] | None = None,
    ) -> None:
        stored = _by(rows, *(column.name for column in table.primary_key))
        others = [column.name for column in table.columns if not column.primary_key]
        self.count(f"rows of {table}", len(stored))
        for key, row in stored.items():
            said = implied.get(key)
            if said is None:
                self.fault(f"{table} has {_name(key)}, which the log does not imply")
                continue
            for column in columns_of(row) if columns_of else others:
                if row[column] != said[column]:
                    self.fault(f"{table} {_name(key)}: {column} is {row[column]!r}, by the log {said[column]!r}")
        for key in implied.keys() - stored.keys():
            self.fault(f"{table} lacks {_name(key)}")


def _as_log_knows(row: Row) -> Row:
    """Return a task's row in the log's terms: that somebody holds it just now is the queue's to know."""
    return {**row, "status": "waiting"} if row["status"] == "claimed" else row


def _task_columns(row: Row) -> Sequence[str]:
    return _TASKS if row["attempts"] else _TASKS_UNTRIED


def _by(rows: Iterable[Row], *key: str) -> dict[Any, Row]:
    if len(key) == 1:
        return {row[key[0]]: row for row in rows}
    return {tuple(row[name] for name in key): row for row in rows}


def _name(key: Any) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
