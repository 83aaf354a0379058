"""The sweeper: whatever queue, process or clock did, it finds what is due and sees to it.

Everything it does is safe to do twice and in several processes at once. It rings again for waiting tasks,
frees those whose worker died, asks about unknown outcomes, fires timers, reads the bank's answers, compares new cases.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, NamedTuple

from events.clock_check import leap
from events.high_water import raise_mark
from events.ids import CaseId
from events.instants import instant
from handlers.commanding.service import CommandService, TaskNotifier
from handlers.drafts.store import sweep_drafts
from handlers.projections.closed_accounts import retire_closed_accounts
from handlers.projections.person_search import search_key, unknown_days
from handlers.queries.duplicates import cases_to_compare, mark_compared, older_matches
from handlers.queries.quarantine import is_quarantined
from workers.effects.registry import EFFECTS
from workers.iso20022.bank_inbox import BankInbox
from workers.mail.staff_letters import StaffLetters
from workers.running.due_work import DueWork, due_work
from workers.running.jobs import AnyJob, JobOutcome
from workers.running.leases import ElapsedTimer, Leases
from workers.running.perform import Performer
from workflow.command import CancelTask, FireTimer
from workflow.rights.machine_ids import MachineIds
from workflow.subjects.access.commands import SuspectDuplicate

_log = logging.getLogger(__name__)
COMPARED_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """How often things are looked at again, in seconds, and how much at once."""

    ring_again_s: float = 5.0
    ask_again_s: float = 60.0
    most: int = 1000
    leap_most: timedelta | None = None  # a clock so far ahead of the newest event is not believed; None: it always is


class SweepResult(NamedTuple):
    """What one sweep found to do."""

    freed: int = 0
    asked: int = 0
    fired: int = 0
    rung: int = 0
    answers: int = 0
    cancelled: int = 0
    compared: int = 0
    told: int = 0  # of those who work here, by mail
    held: Literal["", "clock", "quarantine"] = ""  # why nothing was done: the clock leapt, or an older log is in place

    @property
    def anything(self) -> bool:
        """Tell whether something moved; asking alone moves nothing."""
        return any((self.freed, self.fired, self.rung, self.answers, self.cancelled, self.compared, self.told))


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Sweeps when told to; whoever runs it decides how often."""

    service: CommandService
    leases: Leases
    performer: Performer
    bell: TaskNotifier
    bank: BankInbox
    rhythm: SweepSettings
    letters: StaffLetters | None = None

    def sweep(self) -> SweepResult:
        """Do everything that is due now and return how much that was.

        A part that fails does not keep the others from their work: all are gone through, then the first problem
        is raised, and what it left lying waits for the next sweep.
        """
        if self._clock_leapt():
            return SweepResult(held="clock")
        now = self.service.log.now()
        due = self._look(now)
        if due is None:
            return SweepResult(held="quarantine")
        self._keep_mark(due)
        problems: list[Exception] = []
        swept = self._swept(due, now, problems)
        if problems:
            raise problems[0]
        return swept

    def _swept(self, due: DueWork, now: str, problems: list[Exception]) -> SweepResult:
        """Do what is due, part by part; what one of them lets wait again is called off, or rung for, at once."""
        log = self.service.log
        _tried(due.drafts, lambda: sweep_drafts(log.database, instant(now)), problems)
        swept = SweepResult(
            freed=_tried(due.lost, lambda: self._free_lost(now), problems),
            answers=_tried(True, self.bank.read, problems),
            fired=_tried(due.elapsed, lambda: self._fire_timers(now), problems),
            asked=_tried(due.unknown or due.lost, lambda: self._ask_about_unknown(now), problems),
            cancelled=_tried(due.called_off or due.lost or due.unknown, lambda: self._settle_called_off(now), problems),
            compared=_tried(due.new_cases, lambda: compare_new_cases(self.service), problems),
            told=_tried(due.mail, self.letters.send_due, problems) if self.letters else 0,
        )
        moved = bool(problems) or any(swept[:-1])
        return swept._replace(rung=_tried(due.unrung or moved, lambda: self._ring(now), problems))

    def sweep_safely(self) -> SweepResult:
        """Sweep, and when something fails say so and leave it to the next sweep: a sweeper never dies."""
        try:
            return self.sweep()
        except Exception as problem:  # noqa: BLE001 - without its sweeper a process would look alive and do nothing
            _log.error("sweep put off: %s", type(problem).__name__)
            return SweepResult()

    def _clock_leapt(self) -> bool:
        """Tell whether the clock is days ahead of the newest event; then nothing runs out before somebody looked."""
        most = self.rhythm.leap_most
        return most is not None and leap(self.service.log) > most

    def _look(self, now: str) -> DueWork | None:
        """Return what is due; None while an older log is in place and not everything it does not know is settled."""
        rings, asks = (timedelta(seconds=after) for after in (self.rhythm.ring_again_s, self.rhythm.ask_again_s))
        with self.service.log.database.reading() as connection:
            due = due_work(self.service.log, connection, now, ring_again=rings, ask_again=asks)
            return None if due.restored and is_quarantined(self.service.log, connection) else due

    def _keep_mark(self, due: DueWork) -> None:
        """Let what was recorded, and who may not sign in any more, stand beside the keys."""
        if due.unmarked:
            raise_mark(self.service.log)
        if due.closed:
            retire_closed_accounts(self.service.log)

    def _free_lost(self, now: str) -> int:
        lost = self.leases.lost(now)
        self.leases.free([job for job in lost if EFFECTS[job.kind].safe_to_repeat], now)
        unsafe = [job for job in lost if not EFFECTS[job.kind].safe_to_repeat]
        self.performer.report([JobOutcome(job, "unknown", found_out=True) for job in unsafe])
        return len(lost)

    def _ask_about_unknown(self, now: str) -> int:
        jobs = self.leases.unknown(now, timedelta(seconds=self.rhythm.ask_again_s))
        self.performer.ask(jobs)
        return len(jobs)

    def _settle_called_off(self, now: str) -> int:
        """Take back what was called off while it ran, and came back.

        A letter that came back was not sent. Of a payment or an order nobody knows: its worker may have died after it,
        or was told that it failed. It is asked about, so that what is there is on record and can be given back.
        """
        jobs = self.leases.called_off()
        doubtful = [job.task_id for job in jobs if EFFECTS[job.kind].safe_to_repeat]
        undone = [job for job in jobs if not EFFECTS[job.kind].safe_to_repeat]
        self.service.offer([_cancelling(job, self.service.machine_ids) for job in undone])
        if doubtful:
            self.performer.doubt(self.leases.claim_called_off(doubtful, now))
        return len(jobs)

    def _fire_timers(self, now: str) -> int:
        due = self.leases.timers_due(now, self.rhythm.most)
        self.service.offer([_firing(timer, self.service.machine_ids) for timer in due])
        return len(due)

    def _ring(self, now: str) -> int:
        due = self.leases.to_ring(now, timedelta(seconds=self.rhythm.ring_again_s), self.rhythm.most)
        self.bell.ring(due)
        return len(due)


def compare_new_cases(service: CommandService) -> int:
    """Tell older cases' people which of the cases opened since the last time may be the same person's.

    Return how many were compared; safe to do twice.
    """
    database = service.log.database
    with database.reading() as connection:
        new = cases_to_compare(connection, COMPARED_AT_ONCE)
        days = unknown_days(search_key(service.log.keys)) if new else frozenset()
        suspected = [(older, one) for one in new for older in older_matches(connection, one, days)]
    if not new:
        return 0
    service.submit_many([_suspicion(older, one, service.machine_ids) for older, one in suspected])
    mark_compared(database, new)
    return len(new)


def _tried(is_due: bool, part: Callable[[], int], problems: list[Exception]) -> int:  # noqa: FBT001 - whether to
    try:
        return part() if is_due else 0
    except Exception as problem:  # noqa: BLE001 - told when the other parts have had their turn
        problems.append(problem)
        return 0


def _cancelling(job: AnyJob, ids: MachineIds) -> CancelTask:
    origin = ids.by_machine("system:sweeper", "system", job.case_id, f"{job.task_id}/{job.epoch}/called-off")
    return CancelTask(**origin, task_id=job.task_id, reason="called off while it ran, and came back undone")


def _firing(timer: ElapsedTimer, ids: MachineIds) -> FireTimer:
    origin = ids.by_machine("system:timer", "system", timer.case_id, f"{timer.timer_id}/fired")
    return FireTimer(**origin, timer_id=timer.timer_id, due_at=instant(timer.due_at))


def _suspicion(older: str, new: str, ids: MachineIds) -> SuspectDuplicate:
    origin = ids.by_machine("system:comparing", "system", older, f"{older}/{new}/alike")
    return SuspectDuplicate(**origin, other=CaseId(new))
