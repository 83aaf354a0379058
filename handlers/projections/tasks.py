"""Tasks and timers as rows: written from facts in the same transaction, read by workers and operators."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.engine import RowMapping

from events.asking import Asked, Rows, ask_by_key
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

LIVE_STATUSES: Final = ("waiting", "claimed", "unknown")
_INSERT_TASKS = InsertRows(tasks)
_CHANGE_TASKS = UpdateRows(tasks, ("status", "due_at", "attempts", "error", "finished_at", "rung_at"))
_CALL_OFF = UpdateRows(tasks, ("wanted",))
_INSERT_TIMERS = InsertRows(timers)
_CHANGE_TIMERS = UpdateRows(timers, ("status", "finished_at"))

_HELD = "SELECT t.task_id, t.epoch, t.status FROM tasks t WHERE t.task_id {}"
# Those that failed too: one is tried again and called off in the same turn, and was begun before all that.
_OPEN_OF_CASES = (
    "SELECT t.case_id, t.task_id, t.status, t.epoch FROM tasks t "  # noqa: S608 - words of ours
    f"WHERE t.case_id {{}} AND t.status IN {(*LIVE_STATUSES, 'dead')}"
)

Row = dict[str, Any]


class HeldTask(NamedTuple):
    """Who holds a task: only a report with this epoch counts."""

    epoch: int
    status: str


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


def lock_tasks(connection: Connection, task_ids: Collection[str]) -> Asked[dict[str, HeldTask]]:
    """Ask how these tasks stand; they are held still until the write ends."""
    query = _for_update(connection, _HELD)
    return ask_by_key(connection, task_ids, query, lambda rows: {key: HeldTask(*row) for key, *row in rows})


class InHand(NamedTuple):
    """Of cases, the open tasks that workers are doing, and those that any worker ever had in hand."""

    claimed: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()


def lock_claims(connection: Connection, case_ids: Collection[str]) -> Asked[dict[str, InHand]]:
    """Ask per case what workers are doing or had in hand; nothing can be begun until the write ends."""
    return ask_by_key(connection, sorted(case_ids), _for_update(connection, _OPEN_OF_CASES), in_hand_by_case)


def in_hand_by_case(rows: Rows) -> dict[str, InHand]:
    """Return by case what is in hand, of rows of case, task, status and epoch."""
    found: dict[str, InHand] = {}
    for case_id, task_id, status, epoch in rows:
        if epoch:
            claimed, begun = found.get(case_id, InHand())
            mine = frozenset({task_id})
            found[case_id] = InHand(claimed | mine if status == "claimed" else claimed, begun | mine)
    return found


def _for_update(connection: Connection, query: str) -> str:
    return f"{query} FOR UPDATE" if connection.dialect.name == "postgresql" else query


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


def list_work(connection: Connection, case_id: str, *, most: int) -> tuple[list[RowMapping], list[RowMapping]]:
    """Return a case's tasks and the timers that are set for it, those due first at the top: one question for both."""
    rows = connection.execute(_WORK, {"case_id": case_id, "most": most}).mappings().all()
    rows = sorted(rows, key=lambda row: (row["due_at"], row["task_id"]))
    return [row for row in rows if not row["is_timer"]], [row for row in rows if row["is_timer"]]


def _of_case(table: Table, columns: Sequence[ColumnElement[Any]], *which: ColumnElement[bool]) -> Select[Any]:
    """Return what asks for the first rows of a case in one of the two tables, under the names of the tasks' columns."""
    here = (table.c.case_id == bindparam("case_id", type_=Text), *which)
    rows = select(*columns, literal(table is timers).label("is_timer")).where(*here)
    return select(rows.order_by(table.c.due_at, *table.primary_key).limit(bindparam("most", type_=Integer)).subquery())


_SHOWN: Final = ("task_id", "kind", "subject", "status", "due_at", "attempts", "error", "finished_at", "wanted")
_NOT_OF_TIMERS: Final[Mapping[str, ColumnElement[Any]]] = {
    "task_id": timers.c.timer_id, "attempts": literal(0), "error": literal("", Text()), "wanted": literal(True),
}  # fmt: skip
_WORK: Final = union_all(
    _of_case(tasks, [tasks.c[name] for name in _SHOWN]),
    _of_case(
        timers,
        [(_NOT_OF_TIMERS[name] if name in _NOT_OF_TIMERS else timers.c[name]).label(name) for name in _SHOWN],
        timers.c.status == "set",
    ),
)


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
