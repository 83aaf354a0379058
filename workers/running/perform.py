"""Doing tasks: claim, do, report. What was claimed together is reported together, in one commit.

A report is a command like any other; its id is made from task, epoch and outcome, so that reporting twice
is harmless, and a report that nobody could take is made good when the lease runs out.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from dramatiq.middleware.threading import Interrupt

from events.errors import EventsError, KeysBehind, LogBehind
from events.high_water import raise_mark
from events.instants import instant, instant_text
from events.world import Entropy
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from workers.effects.registry import EFFECTS
from workers.running.held_to_log import held_to_log
from workers.running.jobs import NOT_BEGUN, NOT_DONE_REFERENCE, Adapters, AnyJob, JobOutcome, not_begun
from workers.running.leases import Leases
from workflow.command import FinishTask
from workflow.rights.machine_ids import MachineIds

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before trying again, and how often; times are in seconds."""

    first_s: float = 5.0
    most_s: float = 3600.0

    def after(self, attempts: int, fraction: float) -> timedelta:
        """Return the wait after so many attempts: doubling, with jitter so that a crowd spreads out.

        >>> Backoff(first_s=10).after(3, 0.5)
        datetime.timedelta(seconds=40)
        """
        wait = min(self.first_s * 2 ** (attempts - 1), self.most_s)
        return timedelta(seconds=wait * (0.5 + fraction))


@dataclass(frozen=True, slots=True)
class Performer:
    """Does the tasks it is told of; safe to use from several threads."""

    service: CommandService
    leases: Leases
    outside: Adapters
    chance: Entropy
    patience: Backoff = field(default_factory=Backoff)

    def perform(self, task_ids: Sequence[str]) -> None:
        """Do those of these tasks that can be claimed; the others are done, not due, or somebody else's.

        Once the time limit has stopped one, none is begun: no limit would stop that one before its lease is over.
        """
        jobs, outcomes = held_to_log(self._claimed(task_ids), self.outside)
        for kind, group in _by_kind(self._marked(jobs)):
            over = any(outcome.result == "stopped" for outcome in outcomes)
            outcomes += not_begun(group) if over else self._do(kind, group)
        self.report(outcomes)

    def _claimed(self, task_ids: Sequence[str]) -> list[AnyJob]:
        """Return the jobs that are ours now; none in a log that lacks work whose effects have left the house."""
        try:
            return self.leases.claim(task_ids, self.service.log.now())
        except (LogBehind, KeysBehind) as problem:
            _log.error("nothing is sent: %s", problem)
            return []

    def _marked(self, jobs: list[AnyJob]) -> list[AnyJob]:
        """Return the jobs once the mark beside the keys tells of them: what goes out is never ahead of it.

        Where it cannot be raised nothing goes out: the jobs wait.
        """
        if not jobs:
            return jobs
        try:
            raise_mark(self.service.log)
        except EventsError as problem:
            _log.error("nothing is sent: %s", problem)
            self.leases.again([self._wait(JobOutcome(job, "unavailable", type(problem).__name__)) for job in jobs])
            return []
        ours = self.leases.still_ours(jobs)
        if lost := [job for job in jobs if job not in ours]:
            self._say_lost(lost)
        return ours

    def _say_lost(self, jobs: list[AnyJob]) -> None:
        """Tell a lease that ran out, which is nobody's fault, from a claim that the log in place has never seen."""
        late = len(self.leases.passed_on(jobs))
        if late:
            _log.warning("%d tasks are not done here: their lease ran out meanwhile, others go on with them", late)
        if late < len(jobs):
            _log.error("nothing is sent of %d tasks: this log does not know that they were begun", len(jobs) - late)

    def ask(self, jobs: Sequence[AnyJob]) -> None:
        """Ask the outside about jobs nobody knows the outcome of, and report what is now known."""
        self.report([outcome for job in jobs if (outcome := self._asked(job)) is not None])

    def doubt(self, jobs: Sequence[AnyJob]) -> None:
        """Call jobs of ours unknown and ask outside at once: what is there is done, what is not is undone."""
        self.report([JobOutcome(job, "unknown") for job in jobs])
        self.ask(jobs)

    def report(self, outcomes: Sequence[JobOutcome]) -> None:
        """Make outcomes facts; those to be tried again wait, or are given up when tried often enough."""
        final = [_given_up(_after_the_limit(outcome)) for outcome in outcomes]
        self.leases.again([self._wait(outcome) for outcome in final if outcome.result == "unavailable"])
        settled = [outcome for outcome in final if outcome.result != "unavailable"]
        tickets = self.service.offer([_command(outcome, self.service.machine_ids) for outcome in settled])
        for outcome, ticket in zip(settled, tickets, strict=True):
            if ticket.error is not None:
                _log.warning("report of %s not taken: %s", outcome.job.task_id, type(ticket.error).__name__)
            elif not isinstance(ticket.answer, Accepted):
                _log.info("report of %s refused: somebody else holds it", outcome.job.task_id)

    def _do(self, kind: str, jobs: list[AnyJob]) -> list[JobOutcome]:
        try:
            return EFFECTS[kind].perform(jobs, self.outside)
        except Interrupt as limit:
            return [JobOutcome(job, "stopped", type(limit).__name__) for job in jobs]
        except Exception as bug:  # noqa: BLE001 - a bug in one effect must not take the worker with it
            # The class only: an exception's text may hold what identifies a person.
            _log.error("bug while doing %d %s: %s", len(jobs), kind, type(bug).__name__)
            return [_broken_off(job, type(bug).__name__) for job in jobs]

    def _asked(self, job: AnyJob) -> JobOutcome | None:
        try:
            answer = EFFECTS[job.kind].ask(job, self.outside)
        except Exception as problem:  # noqa: BLE001 - who cannot be asked today is asked again; the others are asked now
            _log.warning("could not ask about %s: %s", job.task_id, type(problem).__name__)
            return None
        if answer is None:
            return None
        is_undone = answer == NOT_DONE_REFERENCE
        return JobOutcome(job, "undone" if is_undone else "done", "" if is_undone else answer, found_out=True)

    def _wait(self, outcome: JobOutcome) -> tuple[AnyJob, str, str]:
        wait = self.patience.after(outcome.job.attempts, self.chance.fraction())
        later = instant(self.service.log.now()) + wait
        return outcome.job, instant_text(later), outcome.reference


def _broken_off(job: AnyJob, why: str) -> JobOutcome:
    """Nobody knows how far a job came that a bug or the time limit ended: only what is safe to repeat is repeated."""
    return JobOutcome(job, "unavailable" if EFFECTS[job.kind].safe_to_repeat else "unknown", why)


def _after_the_limit(outcome: JobOutcome) -> JobOutcome:
    return _broken_off(outcome.job, outcome.reference) if outcome.result == "stopped" else outcome


def _given_up(outcome: JobOutcome) -> JobOutcome:
    tried = outcome.job.attempts >= EFFECTS[outcome.job.kind].attempts_max and outcome.reference != NOT_BEGUN
    return outcome._replace(result="dead") if outcome.result == "unavailable" and tried else outcome


def _by_kind(jobs: list[AnyJob]) -> list[tuple[str, list[AnyJob]]]:
    ordered = sorted(jobs, key=lambda job: job.kind)
    return [(kind, list(group)) for kind, group in groupby(ordered, key=lambda job: job.kind)]


def _command(outcome: JobOutcome, ids: MachineIds) -> FinishTask:
    job, actor = outcome.job, f"worker:{EFFECTS[outcome.job.kind].lane}"
    assert outcome.result != "unavailable"
    assert outcome.result != "stopped"
    said = f"{outcome.result}/found-out" if outcome.found_out else outcome.result
    return FinishTask(
        **ids.by_machine(actor, "worker", job.case_id, f"{job.task_id}/{job.epoch}/{said}"),
        task_id=job.task_id,
        epoch=job.epoch,
        outcome=outcome.result,
        reference=outcome.reference,
    )
