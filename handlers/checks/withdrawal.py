"""I10: once a person has withdrawn, nothing more is done for them but giving back what was booked."""

from __future__ import annotations

from typing import NamedTuple

from events.catalogue import TaskOutcome
from events.facts import outcomes
from events.facts.journey import StageEntered
from events.facts.tasks import TaskFoundUndone, TaskRequested, TaskRetried
from handlers.checks.check_results import InvariantCheck, ObservedEvent, WalkEnd, sees
from handlers.projections.tables import tasks
from workflow.tasks import GIVING_BACK


class DoneAfterWithdrawal(NamedTuple):
    """Something done after a withdrawal: only right if it was begun before."""

    task_id: str
    what: str
    withdrawn_at: str
    at: str


class WithdrawalCheck(InvariantCheck):
    """I10: what is done after a withdrawal had been begun before it."""

    name, title = "I10", "nothing is done after a withdrawal"

    def __init__(self) -> None:
        super().__init__()
        self._withdrawn: dict[str, str] = {}  # stream to when
        self._tried_again: set[str] = set()
        self._late: list[DoneAfterWithdrawal] = []

    @sees(StageEntered)
    def _on_step(self, fact: StageEntered, seen: ObservedEvent) -> None:
        if fact.dest == "withdrawn":
            self.count("withdrawals")
            self._withdrawn[seen.stream] = seen.event.envelope.recorded_at
        else:
            self._withdrawn.pop(seen.stream, None)

    @sees(TaskRequested)
    def _on_request(self, fact: TaskRequested, seen: ObservedEvent) -> None:
        if seen.stream in self._withdrawn and fact.kind not in GIVING_BACK:
            self.fault(f"{seen.at}: {fact.kind} is asked for after the withdrawal")

    @sees(TaskRetried, TaskFoundUndone)
    def _on_retry(self, fact: TaskRetried | TaskFoundUndone, seen: ObservedEvent) -> None:
        if seen.stream in self._withdrawn and fact.kind not in GIVING_BACK:
            self._tried_again.add(fact.task_id)

    @sees(*outcomes("done"))
    def _on_done(self, fact: TaskOutcome, seen: ObservedEvent) -> None:
        at = self._withdrawn.get(seen.stream)
        if at is not None and fact.task_id:
            self._late.append(DoneAfterWithdrawal(fact.task_id, seen.event.envelope.type, at, seen.at))

    def end(self, end: WalkEnd) -> None:
        """Check of everything done late that a worker had begun it before the withdrawal."""
        rows = {row["task_id"]: row for row in end.rows[tasks]}
        giving_back = {task_id for task_id, row in rows.items() if row["kind"] in GIVING_BACK}
        done_late = [late for late in self._late if late.task_id not in giving_back]
        self.count("begun before", len(done_late))
        for late in done_late:
            row = rows.get(late.task_id)
            if row is not None and row["epoch"] > 1:
                # The row keeps the first claim only: whether the last one came in time cannot be told.
                self.count("of them claimed more than once")
            if row is None or not row["claimed_at"] or row["claimed_at"] > late.withdrawn_at:
                self.fault(f"{late.at}: {late.what} was begun after the withdrawal")
            elif late.task_id in self._tried_again:
                self.fault(f"{late.at}: {late.what} was tried again after the withdrawal")
