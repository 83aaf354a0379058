"""Tasks and timers as rows: written from facts in the same transaction, read by workers and operators."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, select
from sqlalchemy.engine import RowMapping

from events.batch import InsertRows, UpdateRows
from events.catalogue import Fact, TaskOutcome
from events.facts.tasks import (
    TaskCancelled,
    TaskDied,
    TaskRefused,
    TaskRequested,
    TaskUnwanted,
    TimerCancelled,
    TimerFired,
    TimerSet,
)
from events.instants import instant_text
from events.writing import Writing
from handlers.projections.tables import tasks, timers
from workflow.case.state import Pairs
from workflow.tasks import KIND_OF

LIVE_STATUSES: Final = ("waiting", "claimed", "unknown")
_INSERT_TASKS = InsertRows(tasks)
_CHANGE_TASKS = UpdateRows(tasks, ("status", "due_at", "attempts", "error", "finished_at", "rung_at"))
_CALL_OFF = UpdateRows(tasks, ("wanted",))
_INSERT_TIMERS = InsertRows(timers)
_CHANGE_TIMERS = UpdateRows(timers, ("status", "finished_at"))

_TASK_ROWS = select(tasks).where(tasks.c.task_id.in_(bindparam("ids", expanding=True)))
_IS_OPEN = tasks.c.status.in_(("waiting", "claimed"))
_OPEN_OF_CASES = select(tasks).where(tasks.c.case_id.in_(bindparam("ids", expanding=True)), _IS_OPEN)

Row = dict[str, Any]


class WorkChange(NamedTuple):
    """What a fact changes of a task's or a timer's row, or the whole row when it is new."""

    table: Table
    key: str
    row: Row
    is_new: bool = False


def work_change(case_id: str, fact: Fact, now: str) -> WorkChange | None:
    """Return what a fact changes of tasks and timers; None when it is not about work."""
    match fact:
        case TaskRequested():
            return WorkChange(tasks, fact.task_id, task_row(case_id, fact, now), is_new=True)
        case TaskUnwanted():
            return WorkChange(tasks, fact.task_id, {"wanted": False})
        case TaskOutcome() if fact.task_id:  # a service given by people ends no task
            return WorkChange(tasks, fact.task_id, task_outcome(fact, now))
        case TimerSet():
            return WorkChange(timers, fact.timer_id, timer_row(case_id, fact, now), is_new=True)
        case TimerFired() | TimerCancelled():
            status = "fired" if isinstance(fact, TimerFired) else "cancelled"
            return WorkChange(timers, fact.timer_id, {"status": status, "finished_at": now})
    return None


class TaskRows:
    """The task and timer rows that one write changes; a task made and ended in one write becomes one row."""

    def __init__(self, now: str) -> None:
        self._now = now
        self._made: dict[Table, dict[str, Row]] = {tasks: {}, timers: {}}
        self._changed: dict[Table, dict[str, Row]] = {tasks: {}, timers: {}}
        self._called_off: set[str] = set()
        self._kinds: dict[str, str] = {}  # of tasks, as far as facts tell

    def apply(self, case_id: str, fact: Fact) -> None:
        """Take in a fact; those that are not about work change nothing."""
        change = work_change(case_id, fact, self._now)
        if change is None:
            return
        made, changed = self._made[change.table], self._changed[change.table]
        if isinstance(fact, TaskUnwanted):
            self._called_off.add(change.key)
        elif change.is_new or change.key in made:
            made[change.key] = made.get(change.key, {}) | change.row
        else:
            (key,) = change.table.primary_key
            changed[change.key] = {str(key.name): change.key} | change.row
            self._kinds[change.key] = getattr(fact, "kind", "")

    def due(self) -> list[tuple[str, str]]:
        """Return the new tasks that may be begun at once, with their kinds, for the bell."""
        rows = (*self._made[tasks].values(), *self._changed[tasks].values())
        due = (row for row in rows if row["status"] == "waiting" and row["due_at"] <= self._now)
        return [(row["task_id"], row["kind"] if "kind" in row else self._kinds[row["task_id"]]) for row in due]

    def store(self, writing: Writing) -> None:
        """Put the rows into the write."""
        called_off = {task_id: {"task_id": task_id, "wanted": False} for task_id in self._called_off}
        for statement, rows in (
            (_INSERT_TASKS, self._made[tasks]),
            (_CHANGE_TASKS, self._changed[tasks]),
            (_CALL_OFF, called_off),
            (_INSERT_TIMERS, self._made[timers]),
            (_CHANGE_TIMERS, self._changed[timers]),
        ):
            for row in rows.values():
                writing.write(statement, row)


def task_row(case_id: str, fact: TaskRequested, now: str) -> Row:
    """Return the row of a task just asked for."""
    due_at = instant_text(fact.due_at)
    return {
        "task_id": fact.task_id,
        "case_id": case_id,
        "kind": fact.kind,
        "subject": subject_text(fact.subject),
        "status": "waiting",
        "due_at": due_at,
        "epoch": 0,
        "owner": "",
        "lease_until": "",
        "attempts": 0,
        "error": "",
        "created_at": now,
        "claimed_at": "",
        "finished_at": "",
        "wanted": True,
        "rung_at": now if due_at <= now else "",
    }


def task_outcome(fact: TaskOutcome, now: str) -> Row:
    """Return what a fact changes in its task's row."""
    status = fact.leaves
    over = status in ("done", "cancelled", "dead")
    error = fact.error if isinstance(fact, TaskDied) else ""
    if isinstance(fact, TaskRefused | TaskCancelled):
        error = fact.reason
    return {
        "status": status,
        "due_at": now,
        "attempts": 0,
        "error": error,
        "finished_at": now if over else "",
        "rung_at": now if status == "waiting" else "",
    }


def timer_row(case_id: str, fact: TimerSet, now: str) -> Row:
    """Return the row of a timer just set."""
    return {
        "timer_id": fact.timer_id,
        "case_id": case_id,
        "kind": fact.kind,
        "subject": subject_text(fact.subject),
        "status": "set",
        "due_at": instant_text(fact.due_at),
        "created_at": now,
        "finished_at": "",
    }


def lock_tasks(connection: Connection, task_ids: list[str]) -> dict[str, RowMapping]:
    """Return these tasks' rows, held still until the write ends."""
    query = _TASK_ROWS.with_for_update() if connection.dialect.name == "postgresql" else _TASK_ROWS
    return {row["task_id"]: row for row in connection.execute(query, {"ids": task_ids}).mappings()}


def lock_claims(connection: Connection, case_ids: list[str]) -> dict[str, set[str]]:
    """Return per case the tasks that workers have in hand; none can be begun until the write ends.

    Whoever died, or was told that it failed, may have done it all the same: what is to be tried again is in hand too,
    and asked about before it is called undone. A letter that waits was not sent.
    """
    query = _OPEN_OF_CASES.with_for_update() if connection.dialect.name == "postgresql" else _OPEN_OF_CASES
    found: dict[str, set[str]] = {}
    for row in connection.execute(query, {"ids": case_ids}):
        if row.status == "claimed" or (row.attempts and not KIND_OF[row.kind].is_letter):
            found.setdefault(row.case_id, set()).add(row.task_id)
    return found


def subject_text(subject: Pairs) -> str:
    """Return what a task is about as its column holds it."""
    return orjson.dumps(dict(subject)).decode()


def find_task(connection: Connection, task_id: str) -> RowMapping | None:
    """Return a task's row, or None when there is no such task."""
    return connection.execute(select(tasks).where(tasks.c.task_id == task_id)).mappings().first()


def list_tasks(
    connection: Connection, *, status: str | None = None, case_id: str | None = None, limit: int = 100
) -> list[RowMapping]:
    """Return tasks, those due first at the top."""
    return _listed(connection, tasks, limit, status=status, case_id=case_id)


def list_timers(
    connection: Connection, *, status: str | None = "set", case_id: str | None = None, limit: int = 100
) -> list[RowMapping]:
    """Return timers, the next ones first."""
    return _listed(connection, timers, limit, status=status, case_id=case_id)


def count_listed_tasks(connection: Connection, *, status: str | None = None, case_id: str | None = None) -> int:
    """Return how many tasks there are to list."""
    return _counted(connection, tasks, status=status, case_id=case_id)


def count_listed_timers(connection: Connection, *, status: str | None = "set", case_id: str | None = None) -> int:
    """Return how many timers there are to list."""
    return _counted(connection, timers, status=status, case_id=case_id)


def _counted(connection: Connection, table: Table, **narrowed: str | None) -> int:
    query = select(func.count()).select_from(table).where(*_narrowed(table, narrowed))
    return int(connection.execute(query).scalar_one())


def _narrowed(table: Table, narrowed: Mapping[str, str | None]) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in narrowed.items() if value is not None]


def _listed(connection: Connection, table: Table, limit: int, **narrowed: str | None) -> list[RowMapping]:
    query = select(table).where(*_narrowed(table, narrowed)).order_by(table.c.due_at, *table.primary_key).limit(limit)
    return list(connection.execute(query).mappings())


def count_tasks(connection: Connection) -> dict[str, int]:
    """Return how many tasks there are of each status."""
    query = select(tasks.c.status, func.count()).group_by(tasks.c.status)
    return {name: int(count) for name, count in connection.execute(query)}


def count_retried(connection: Connection) -> int:
    """Return how many tasks were begun more than once."""
    return int(connection.execute(select(func.count()).select_from(tasks).where(tasks.c.epoch > 1)).scalar_one())
