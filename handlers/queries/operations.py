"""The machine's work in numbers: what is due and late, what stopped, who is at it, and what is still to come.

Counts and ids only: a case number is handed out beside its task, for whoever may see the case.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, func, select

from events.instants import instant_text
from events.tables import log_head
from handlers.projections.tables import tasks, timers, work_items
from handlers.projections.tasks import LIVE_STATUSES

LATE_AFTER: Final = timedelta(minutes=5)  # due for so long and not begun: workers are behind, or there are none
TASKS_SHOWN_MAX: Final = 50
LATE_COUNTED_MAX: Final = 10_000  # whoever has more than that late needs no exact number


class LiveTaskCount(NamedTuple):
    """How many live tasks there are of one kind in one status, and since when the first is due."""

    kind: str
    status: str
    number: int
    first_due: str


class TaskSummary(NamedTuple):
    """One task, as far as its row tells."""

    id: str
    case_id: str
    kind: str
    status: str
    due_at: str
    attempts: int
    error: str
    wanted: bool = True  # False: called off, and asked about if anything of it may have left


class WorkerLoad(NamedTuple):
    """A crew that holds tasks now, and how many of its leases have run out."""

    owner: str
    tasks: int
    lost: int


class TimerCount(NamedTuple):
    """How many timers of one kind are set, and when the next is due."""

    kind: str
    number: int
    next_due: str


class UnreadFile(NamedTuple):
    """A file of the bank that nobody has read: how it stands, and why if it was set aside."""

    name: str
    state: str  # waiting, draft, no_file (a folder, a link), unreadable
    reason: str = ""


class OperationsReport(NamedTuple):
    """The machine's work at one moment."""

    live: Sequence[LiveTaskCount]
    waiting_due: int  # at most COUNTED are counted
    oldest_due: str  # empty when nothing waits that could be begun
    late: Sequence[TaskSummary]
    stopped: Sequence[TaskSummary]  # dead, refused or unknown: somebody has to look
    stopped_count: int
    crews: Sequence[WorkerLoad]
    ahead: Sequence[TimerCount]
    timers_late: int
    events: int


def machine(connection: Connection, now: datetime) -> OperationsReport:
    """Return the machine's work as it stands; each question goes by an index and none reads what is done."""
    at, late = instant_text(now), instant_text(now - LATE_AFTER)
    due = select(tasks.c.task_id, tasks.c.due_at).where(tasks.c.status == "waiting", tasks.c.due_at <= at).subquery()
    timers_late = select(timers.c.timer_id).where(timers.c.status == "set", timers.c.due_at <= late)
    oldest = connection.execute(select(func.min(due.c.due_at))).scalar_one()
    return OperationsReport(
        live=_live(connection),
        waiting_due=_counted(connection, select(due.c.task_id)),
        oldest_due=oldest or "",
        late=_late(connection, late),
        stopped=_stopped(connection),
        stopped_count=_counted(connection, _STOPPED),
        crews=_crews(connection, at),
        ahead=_ahead(connection),
        timers_late=_counted(connection, timers_late),
        events=int(connection.execute(select(log_head.c.size)).scalar_one()),
    )


_TASK: Final = (
    tasks.c.task_id, tasks.c.case_id, tasks.c.kind, tasks.c.status, tasks.c.due_at, tasks.c.attempts, tasks.c.error,
    tasks.c.wanted,
)  # fmt: skip
# What stopped stands on the work list too; its index leads there past everything that is done.
_IS_STOPPED: Final = work_items.c.kind.in_(("task_dead", "task_refused", "task_unknown"))
_STOPPED: Final = select(work_items.c.item).where(_IS_STOPPED)


def _counted(connection: Connection, query: Select[Any]) -> int:
    counted = select(func.count()).select_from(query.limit(LATE_COUNTED_MAX).subquery())
    return int(connection.execute(counted).scalar_one())


def _live(connection: Connection) -> list[LiveTaskCount]:
    query = (
        select(tasks.c.kind, tasks.c.status, func.count(), func.min(tasks.c.due_at))
        .where(tasks.c.status.in_(LIVE_STATUSES))
        .group_by(tasks.c.kind, tasks.c.status)
        .order_by(tasks.c.kind, tasks.c.status)
    )
    return [LiveTaskCount(*row) for row in connection.execute(query)]


def _late(connection: Connection, before: str) -> list[TaskSummary]:
    query = select(*_TASK).where(tasks.c.status == "waiting", tasks.c.due_at <= before)
    query = query.order_by(tasks.c.due_at, tasks.c.task_id).limit(TASKS_SHOWN_MAX)
    return [TaskSummary(*row) for row in connection.execute(query)]


def _stopped(connection: Connection) -> list[TaskSummary]:
    items = select(func.substr(work_items.c.item, 6)).where(_IS_STOPPED).order_by(work_items.c.since)
    query = select(*_TASK).where(tasks.c.task_id.in_(items.limit(TASKS_SHOWN_MAX)))
    query = query.order_by(tasks.c.finished_at.desc(), tasks.c.task_id)
    return [TaskSummary(*row) for row in connection.execute(query)]


def _crews(connection: Connection, at: str) -> list[WorkerLoad]:
    lost = func.count().filter(tasks.c.lease_until < at)
    query = select(tasks.c.owner, func.count(), lost).where(tasks.c.status == "claimed").group_by(tasks.c.owner)
    return [WorkerLoad(*row) for row in connection.execute(query.order_by(tasks.c.owner))]


def _ahead(connection: Connection) -> list[TimerCount]:
    query = select(timers.c.kind, func.count(), func.min(timers.c.due_at)).where(timers.c.status == "set")
    found = [TimerCount(*row) for row in connection.execute(query.group_by(timers.c.kind))]
    return sorted(found, key=lambda one: (one.next_due, one.kind))  # the same on every database, ties too
