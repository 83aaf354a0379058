"""The sweeper: whatever queue, process or clock did, it finds what is due and sees to it.

Everything it does is safe to do twice and in several processes at once. It rings again for waiting tasks,
frees those whose worker died, asks about unknown outcomes, fires timers and reads the bank's answers.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import NAMESPACE_OID, uuid5

from events.instants import instant
from handlers.commanding.service import CommandService, TaskNotifier
from workers.effects.registry import EFFECTS
from workers.iso20022.bank_inbox import BankInbox
from workers.running.duplicate_search import compare_new_cases
from workers.running.jobs import AnyJob, JobOutcome
from workers.running.leases import ElapsedTimer, Leases
from workers.running.perform import Performer
from workflow.command import CancelTask, FireTimer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """How often things are looked at again, in seconds, and how much at once."""

    ring_again_s: float = 5.0
    ask_again_s: float = 60.0
    most: int = 1000


class SweepResult(NamedTuple):
    """What one sweep found to do."""

    freed: int = 0
    asked: int = 0
    fired: int = 0
    rung: int = 0
    answers: int = 0
    cancelled: int = 0
    compared: int = 0

    @property
    def anything(self) -> bool:
        """Tell whether something moved; asking alone moves nothing."""
        return any((self.freed, self.fired, self.rung, self.answers, self.cancelled, self.compared))


class Sweeper:
    """Sweeps when told to; whoever runs it decides how often."""

    def __init__(
        self,
        service: CommandService,
        leases: Leases,
        performer: Performer,
        bell: TaskNotifier,
        bank: BankInbox,
        rhythm: SweepSettings | None = None,
    ) -> None:
        self._service = service
        self._leases = leases
        self._performer = performer
        self._bell = bell
        self._bank = bank
        self._rhythm = rhythm or SweepSettings()

    def sweep(self) -> SweepResult:
        """Do everything that is due now and return how much that was.

        A part that fails does not keep the others from their work: all are gone through, then the first problem
        is raised, and what it left lying waits for the next sweep.
        """
        now = self._service.log.now()
        problems: list[Exception] = []
        swept = SweepResult(
            freed=_tried(lambda: self._free_lost(now), problems),
            answers=_tried(self._bank.read, problems),
            fired=_tried(lambda: self._fire_timers(now), problems),
            asked=_tried(lambda: self._ask_about_unknown(now), problems),
            cancelled=_tried(self._cancel_called_off, problems),
            compared=_tried(lambda: compare_new_cases(self._service), problems),
            rung=_tried(lambda: self._ring(now), problems),
        )
        if problems:
            raise problems[0]
        return swept

    def sweep_safely(self) -> SweepResult:
        """Sweep, and when something fails say so and leave it to the next sweep: a sweeper never dies."""
        try:
            return self.sweep()
        except Exception as problem:  # noqa: BLE001 - without its sweeper a process would look alive and do nothing
            _log.error("sweep put off: %s", type(problem).__name__)
            return SweepResult()

    def _free_lost(self, now: str) -> int:
        lost = self._leases.lost(now)
        self._leases.free([job for job in lost if EFFECTS[job.kind].safe_to_repeat], now)
        unsafe = [job for job in lost if not EFFECTS[job.kind].safe_to_repeat]
        self._performer.report([JobOutcome(job, "unknown") for job in unsafe])
        return len(lost)

    def _ask_about_unknown(self, now: str) -> int:
        jobs = self._leases.unknown(now, timedelta(seconds=self._rhythm.ask_again_s))
        self._performer.ask(jobs)
        return len(jobs)

    def _cancel_called_off(self) -> int:
        jobs = self._leases.called_off()
        self._service.offer([_cancelling(job) for job in jobs])
        return len(jobs)

    def _fire_timers(self, now: str) -> int:
        due = self._leases.timers_due(now, self._rhythm.most)
        self._service.offer(_firings(due))
        return len(due)

    def _ring(self, now: str) -> int:
        due = self._leases.to_ring(now, timedelta(seconds=self._rhythm.ring_again_s), self._rhythm.most)
        self._bell.ring(due)
        return len(due)


def _tried(part: Callable[[], int], problems: list[Exception]) -> int:
    try:
        return part()
    except Exception as problem:  # noqa: BLE001 - told when the other parts have had their turn
        problems.append(problem)
        return 0


def _cancelling(job: AnyJob) -> CancelTask:
    return CancelTask(
        command_id=uuid5(NAMESPACE_OID, f"wayhome/{job.task_id}/{job.epoch}/called-off"),
        actor="system:sweeper",
        mandate="system",
        case_id=job.case_id,
        task_id=job.task_id,
        reason="called off while it ran, and came back undone",
    )


def _firings(due: Sequence[ElapsedTimer]) -> list[FireTimer]:
    return [
        FireTimer(
            command_id=uuid5(NAMESPACE_OID, f"wayhome/{timer.timer_id}/fired"),
            actor="system:timer",
            mandate="system",
            case_id=timer.case_id,
            timer_id=timer.timer_id,
            due_at=instant(timer.due_at),
        )
        for timer in due
    ]
