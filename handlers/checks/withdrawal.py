"""I10: once a person has withdrawn, nothing more is done for them but giving back what was booked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from events.facts import outcomes
from events.facts.journey import StageEntered
from events.facts.tasks import TaskRequested
from handlers.checks.check_results import CheckRecorder, ObservedEvent, Observer, WalkEnd
from workflow.tasks import GIVING_BACK


class DoneAfterWithdrawal(NamedTuple):
    """Something done after a withdrawal: only right if it was begun before."""

    task_id: str
    what: str
    withdrawn_at: str
    at: str


class WithdrawalCheck:
    """I10: what is done after a withdrawal had been begun before it."""

    def __init__(self) -> None:
        self.tally = CheckRecorder("I10", "nothing is done after a withdrawal")
        self._withdrawn: dict[str, str] = {}  # stream to when
        self._tried_again: set[str] = set()
        self._late: list[DoneAfterWithdrawal] = []

    def sees(self) -> Mapping[str, Observer]:
        """Ask for steps, requests, retries and what was done for the person."""
        return {
            "StageEntered": self._on_step,
            "TaskRequested": self._on_request,
            "TaskRetried": self._on_retry,
            "TaskFoundUndone": self._on_retry,
            **dict.fromkeys(outcomes("done"), self._on_done),
        }

    def _on_step(self, seen: ObservedEvent) -> None:
        fact: StageEntered = seen.fact
        if fact.dest == "withdrawn":
            self.tally.count("withdrawals")
            self._withdrawn[seen.stream] = seen.event.envelope.recorded_at
        else:
            self._withdrawn.pop(seen.stream, None)

    def _on_request(self, seen: ObservedEvent) -> None:
        fact: TaskRequested = seen.fact
        if seen.stream in self._withdrawn and fact.kind not in GIVING_BACK:
            self.tally.fault(f"{seen.at}: {fact.kind} is asked for after the withdrawal")

    def _on_retry(self, seen: ObservedEvent) -> None:
        if seen.stream in self._withdrawn and seen.fact.kind not in GIVING_BACK:
            self._tried_again.add(seen.fact.task_id)

    def _on_done(self, seen: ObservedEvent) -> None:
        at = self._withdrawn.get(seen.stream)
        if at is not None and seen.fact.task_id:
            self._late.append(DoneAfterWithdrawal(seen.fact.task_id, seen.event.envelope.type, at, seen.at))

    def end(self, end: WalkEnd) -> None:
        """Check of everything done late that a worker had begun it before the withdrawal."""
        rows = {row["task_id"]: row for row in end.tables.tasks}
        giving_back = {task_id for task_id, row in rows.items() if row["kind"] in GIVING_BACK}
        done_late = [late for late in self._late if late.task_id not in giving_back]
        self.tally.count("begun before", len(done_late))
        for late in done_late:
            row = rows.get(late.task_id)
            if row is not None and row["epoch"] > 1:
                # The row keeps the first claim only: whether the last one came in time cannot be told.
                self.tally.count("of them claimed more than once")
            if row is None or not row["claimed_at"] or row["claimed_at"] > late.withdrawn_at:
                self.tally.fault(f"{late.at}: {late.what} was begun after the withdrawal")
            elif late.task_id in self._tried_again:
                self.tally.fault(f"{late.at}: {late.what} was tried again after the withdrawal")
