"""I4: what lies in the tables beside the log equals a replay into empty ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from handlers.checks.check_results import CheckRecorder, Observer, WalkEnd
from handlers.projections.accounts import ACCOUNT_COLUMNS
from handlers.projections.case_access import RELATION_KEY
from handlers.projections.replay import Row

_BOARD: Final = (
    "programme", "definition", "stage", "since", "opened_at", "source", "route", "child", "ended", "reason",
    "previous_case", "version", "office", "owner", "team", "facility",
)  # fmt: skip
# Left out: since and stage are those of the write in which an item appeared, which the log does not tell.
_ITEMS: Final = ("kind", "office", "owner", "team")
_TASKS: Final = ("case_id", "kind", "subject", "status", "created_at", "finished_at")
# Once a worker has claimed a task, when it is due again and what stopped it is the queue's to say.
_TASKS_UNTRIED: Final = (*_TASKS, "due_at", "error")
_USES: Final = ("case_id", "held_until")
_TIMERS: Final = ("case_id", "kind", "subject", "status", "due_at", "created_at", "finished_at")


class ReadModelsCheck:
    """I4: the case board, the work list, beds, accounts, tasks and timers say what the log says."""

    def __init__(self) -> None:
        self.tally = CheckRecorder("I4", "tables equal a replay")

    def sees(self) -> Mapping[str, Observer]:
        """Ask for nothing: the replay keeps what is compared."""
        return {}

    def end(self, end: WalkEnd) -> None:
        """Compare every row with what the log implies."""
        for fault in end.unreadable:
            self.tally.fault(fault)
        tables, replay = end.tables, end.replay
        self._compare("tasks", replay.tasks, _by(map(_as_log_knows, tables.tasks), "task_id"), _task_columns)
        self._compare("timers", replay.timers, _by(tables.timers, "timer_id"), lambda _: _TIMERS)
        there, used = replay.beds()
        self._compare("beds", there, _by(tables.beds, "facility", "bed"), lambda _: ("room",))
        self._compare("beds_in_use", used, _by(tables.beds_in_use, "facility", "bed"), lambda _: _USES)
        self._compare("accounts", replay.accounts(), _by(tables.accounts, "account"), lambda _: ACCOUNT_COLUMNS)
        try:
            board, items = replay.board(), replay.items()
        except KeyError as unknown:
            self.tally.fault(f"a case runs under definition {unknown.args[0]}, which nobody published")
            return
        self._compare("work_items", items, _by(tables.items, "case_id", "item"), lambda _: _ITEMS)
        relations = replay.relations()
        self._compare("case_relations", relations, _by(tables.relations, *RELATION_KEY), lambda _: ("until",))
        self._compare("case_board", board, _by(tables.board, "case_id"), lambda _: _BOARD)

    def _compare(
        self, table: str, implied: Mapping[Any, Row], stored: Mapping[Any, Row], columns: Callable[[Row], Sequence[str]]
    ) -> None:
        self.tally.count(f"rows of {table}", len(stored))
        for key, row in stored.items():
            said = implied.get(key)
            if said is None:
                self.tally.fault(f"{table} has {_name(key)}, which the log does not imply")
                continue
            for column in columns(row):
                if row[column] != said[column]:
                    text = f"{table} {_name(key)}: {column} is {row[column]!r}, by the log {said[column]!r}"
                    self.tally.fault(text)
        for key in implied.keys() - stored.keys():
            self.tally.fault(f"{table} lacks {_name(key)}")


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
