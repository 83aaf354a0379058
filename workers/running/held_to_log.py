"""What a worker asks before it acts outside: whether the log asks for the task, and whether Wayhome wrote that log.

A row of the task table can be put there by whoever may write the database, and an event behind a case's history as
well. Neither moves money or sends a letter: the task has to be open in the case as the log tells of it, and the history
has to end as the keys vouch for.
"""

import logging
from collections.abc import Sequence
from typing import Final, NamedTuple

from events.ids import case_stream
from workers.running.jobs import Adapters, AnyJob, JobOutcome

_log = logging.getLogger(__name__)
NOT_IN_LOG: Final = "NotInLog"
FORGED: Final = "StreamForged"


class HeldJobs(NamedTuple):
    """Jobs that may be done, and what came of those that may not."""

    held: list[AnyJob]
    others: list[JobOutcome]


def held_to_log(jobs: Sequence[AnyJob], outside: Adapters) -> HeldJobs:
    """Return which of these jobs the log asks for; the others wait, with an alarm, until somebody has looked."""
    if not jobs:
        return HeldJobs([], [])
    forged = outside.log.forged(case_stream(job.case_id) for job in jobs)
    cases = {one.case.case_id: one.case for one in outside.look.at_many({job.case_id for job in jobs})}
    held: list[AnyJob] = []
    others: list[JobOutcome] = []
    for job in jobs:
        task = cases[job.case_id].tasks.get(job.task_id) if job.case_id in cases else None
        asked_for = task is not None and (task.kind, dict(task.subject)) == (job.kind, dict(job.subject))
        if case_stream(job.case_id) in forged:
            others.append(_put_off(job, FORGED))
        elif not asked_for:
            others.append(_put_off(job, NOT_IN_LOG))
        else:
            held.append(job)
    return HeldJobs(held, others)


def _put_off(job: AnyJob, why: str) -> JobOutcome:
    _log.error("task %s is not done (%s): `wayhome fsck` says what is wrong", job.task_id, why)
    return JobOutcome(job, "unavailable", why)
