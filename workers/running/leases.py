"""Claims on tasks: who does a task, until when, and under which epoch.

The row is the truth. A claim raises the epoch; a result counts only with the epoch of the claim, so a worker
that was paused for an hour cannot report on a task that somebody else has meanwhile taken over.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Executable, Row, Select, Update, and_, bindparam, case, select, update

from events.high_water import count_claim
from events.ids import CaseId
from events.instants import instant, instant_text
from events.log import Log
from handlers.projections.tables import tasks, timers
from handlers.queries.quarantine import is_quarantined
from workers.running.jobs import AnyJob, Job

_MINE: Any = bindparam("ids", expanding=True)


class ElapsedTimer(NamedTuple):
    """A timer whose time has come."""

    timer_id: str
    case_id: CaseId
    due_at: str


def _update(ids: Select[tuple[str]]) -> Update:
    """Return the change of these tasks, passing over rows somebody else is at (SQLite has one writer and no locks)."""
    return update(tasks).where(tasks.c.task_id.in_(ids.with_for_update(skip_locked=True).scalar_subquery()))


_IDS = select(tasks.c.task_id)
_IS_DUE = and_(tasks.c.status == "waiting", tasks.c.wanted, tasks.c.due_at <= bindparam("now"))
# What a sweep looks for, asked here task by task and in ``due_work`` all at once.
IS_LOST = and_(tasks.c.status == "claimed", tasks.c.lease_until < bindparam("now"))
IS_UNRUNG = and_(_IS_DUE, tasks.c.rung_at <= bindparam("rung_before"))
IS_UNKNOWN = and_(tasks.c.status == "unknown", tasks.c.rung_at < bindparam("asked_before"))
IS_CALLED_OFF = and_(tasks.c.status == "waiting", ~tasks.c.wanted)
HAS_ELAPSED = and_(timers.c.status == "set", timers.c.due_at <= bindparam("now"))
_IS_HELD = and_(tasks.c.task_id == bindparam("id"), tasks.c.epoch == bindparam("held"), tasks.c.status == "claimed")
_HELD_ANEW = {
    "status": "claimed",
    "epoch": tasks.c.epoch + 1,
    "attempts": tasks.c.attempts + 1,
    "owner": bindparam("worker"),
    "lease_until": bindparam("until"),
    "claimed_at": case((tasks.c.claimed_at == "", bindparam("now")), else_=tasks.c.claimed_at),
}
_CLAIM = _update(_IDS.where(tasks.c.task_id.in_(_MINE), _IS_DUE)).values(_HELD_ANEW).returning(*tasks.c)
_CLAIM_CALLED_OFF = (
    _update(_IDS.where(tasks.c.task_id.in_(_MINE), IS_CALLED_OFF)).values(_HELD_ANEW).returning(*tasks.c)
)
_MINE_STILL = select(tasks.c.task_id, tasks.c.epoch, tasks.c.lease_until).where(
    tasks.c.task_id.in_(_MINE), tasks.c.status == "claimed", tasks.c.owner == bindparam("worker")
)
_STANDS = select(tasks.c.task_id, tasks.c.epoch, tasks.c.owner).where(tasks.c.task_id.in_(_MINE))
_AGAIN = (
    update(tasks)
    .where(_IS_HELD)
    .values(status="waiting", due_at=bindparam("later"), error=bindparam("why"), rung_at="")
)
_LOST = select(tasks).where(IS_LOST).limit(500)
_FREE = (
    update(tasks)
    .where(_IS_HELD, tasks.c.lease_until < bindparam("now"))
    .values(status="waiting", rung_at="", error="lease ran out")
)
_UNRUNG = _IDS.where(IS_UNRUNG).order_by(tasks.c.due_at)
_TO_RING = (
    _update(_UNRUNG.limit(bindparam("most"))).values(rung_at=bindparam("now")).returning(tasks.c.task_id, tasks.c.kind)
)
_UNKNOWN = _update(_IDS.where(IS_UNKNOWN).limit(100)).values(rung_at=bindparam("now")).returning(*tasks.c)
_CALLED_OFF = select(tasks).where(IS_CALLED_OFF).limit(500)
_TIMERS_DUE = (
    select(timers.c.timer_id, timers.c.case_id, timers.c.due_at)
    .where(HAS_ELAPSED)
    .order_by(timers.c.due_at, timers.c.timer_id)
    .limit(bindparam("most"))
)


class Leases:
    """One worker's claims; the worker's name is fresh for each process, never a host name that may come again."""

    def __init__(self, log: Log, worker: str, lease: timedelta) -> None:
        self._log = log
        self._database = log.database
        self._worker = worker
        self._lease = lease

    def claim(self, task_ids: Sequence[str], now: str) -> list[AnyJob]:
        """Return those of these tasks that are now ours; the others are done, not due, or somebody else's.

        In quarantine none is: nothing leaves the house.
        """
        with self._database.writing() as connection:
            return [] if is_quarantined(self._log, connection) else self._claimed(connection, task_ids, now, _CLAIM)

    def claim_due(self, now: str, most: int) -> list[AnyJob]:
        """Return tasks that are due, now ours, also in quarantine: to ask what became of them, not to do them."""
        with self._database.writing() as connection:
            due = connection.execute(_IDS.where(_IS_DUE).limit(most), {"now": now}).scalars().all()
            return self._claimed(connection, due, now, _CLAIM)

    def claim_called_off(self, task_ids: Sequence[str], now: str) -> list[AnyJob]:
        """Return those of these tasks that are still called off and wait, now ours: to ask what became of them."""
        with self._database.writing() as connection:
            return self._claimed(connection, task_ids, now, _CLAIM_CALLED_OFF)

    def _claimed(self, connection: Connection, task_ids: Sequence[str], now: str, how: Executable) -> list[AnyJob]:
        until = instant_text(instant(now) + self._lease)
        asked = {"ids": list(task_ids), "now": now, "worker": self._worker, "until": until}
        jobs = [_job(row) for row in connection.execute(how, asked)]
        if jobs:
            count_claim(connection, self._log.keys)
        return jobs

    def still_ours(self, jobs: Sequence[AnyJob]) -> list[AnyJob]:
        """Return those of these jobs whose claim stands in the log that is in place now.

        A claim is known by who made it and until when it holds: the log may have been exchanged for an older copy
        since, and others have begun the same task there.
        """
        with self._database.reading() as connection:
            rows = connection.execute(_MINE_STILL, {"ids": [job.task_id for job in jobs], "worker": self._worker})
            held = {(row.task_id, row.epoch, row.lease_until) for row in rows}
        return [job for job in jobs if (job.task_id, job.epoch, job.until) in held]

    def passed_on(self, jobs: Sequence[AnyJob]) -> list[AnyJob]:
        """Return those of these jobs, ours no longer, whose claim this log has seen: it was freed, or made anew.

        By the row and not by the clock: when an older log has been put in place, every lease has run out too.
        """
        with self._database.reading() as connection:
            rows = connection.execute(_STANDS, {"ids": [job.task_id for job in jobs]})
            stands = {row.task_id: (row.epoch, row.owner) for row in rows}
        claims = ((job, *stands.get(job.task_id, (-1, ""))) for job in jobs)
        return [job for job, epoch, owner in claims if epoch > job.epoch or (epoch, owner) == (job.epoch, self._worker)]

    def again(self, waits: Sequence[tuple[AnyJob, str, str]]) -> None:
        """Let jobs wait until a later instant, with the class of error that stopped them."""
        if waits:
            with self._database.writing() as connection:
                for job, later, why in waits:
                    connection.execute(_AGAIN, {"id": job.task_id, "held": job.epoch, "later": later, "why": why})

    def lost(self, now: str) -> list[AnyJob]:
        """Return the jobs whose workers did not come back in time."""
        with self._database.reading() as connection:
            return [_job(row) for row in connection.execute(_LOST, {"now": now})]

    def free(self, jobs: Sequence[AnyJob], now: str) -> None:
        """Let lost jobs be claimed again; the next claim's epoch shuts the old worker out."""
        if jobs:
            with self._database.writing() as connection:
                for job in jobs:
                    connection.execute(_FREE, {"id": job.task_id, "held": job.epoch, "now": now})

    def to_ring(self, now: str, again_after: timedelta, most: int) -> list[tuple[str, str]]:
        """Return tasks that are due and that no bell was rung for lately, and note that one is rung now."""
        before = instant_text(instant(now) - again_after)
        with self._database.writing() as connection:
            rows = connection.execute(_TO_RING, {"now": now, "rung_before": before, "most": most})
            return [(row.task_id, row.kind) for row in rows]

    def unknown(self, now: str, again_after: timedelta) -> list[AnyJob]:
        """Return tasks nobody knows the outcome of and that were not asked about lately."""
        before = instant_text(instant(now) - again_after)
        with self._database.writing() as connection:
            return [_job(row) for row in connection.execute(_UNKNOWN, {"now": now, "asked_before": before})]

    def called_off(self) -> list[AnyJob]:
        """Return tasks that came back after they had been called off: nobody will begin them again."""
        with self._database.reading() as connection:
            return [_job(row) for row in connection.execute(_CALLED_OFF)]

    def timers_due(self, now: str, most: int) -> list[ElapsedTimer]:
        """Return the timers whose time has come, the earliest first."""
        with self._database.reading() as connection:
            return [ElapsedTimer(*row) for row in connection.execute(_TIMERS_DUE, {"now": now, "most": most})]


def any_task_due(log: Log) -> bool:
    """Tell whether any task waits that could be done now, or is being done."""
    is_due = (tasks.c.status == "waiting") & (tasks.c.due_at <= log.now())
    with log.database.reading() as connection:
        return connection.execute(_IDS.where((tasks.c.status == "claimed") | is_due).limit(1)).first() is not None


def _job(row: Row[Any]) -> AnyJob:
    begun = instant(row.claimed_at or row.created_at)
    way = row.owner.split("-")[1] if row.owner.startswith("crew-") else ""  # as a pool of workers names itself
    subject = orjson.loads(row.subject)
    return Job(row.task_id, row.case_id, row.kind, subject, row.epoch, row.attempts, begun, way, row.lease_until)
