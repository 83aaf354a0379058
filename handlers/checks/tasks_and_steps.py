"""I7, I8 and I10: what was to be done is done, taken back or in sight; nothing twice, before its time, or too late.

Too late is what is done for a person who has withdrawn; only giving back what was booked goes on. Only legal steps
are stored: each is asked again under the definition then in force.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from events.catalogue import TaskOutcome
from events.facts import outcomes
from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.facts.office import ProgrammePublished
from events.facts.tasks import TaskFoundUndone, TaskRequested, TaskRetried, TimerFired
from events.instants import instant, instant_text
from handlers.checks.check_results import InvariantCheck, ObservedEvent, WalkEnd, sees
from handlers.projections.replay import Row
from handlers.projections.tables import tasks, timers, work_items
from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.programme.loading import Definition, load_definition
from workflow.reasons import Refused
from workflow.tasks import GIVING_BACK

# Timers of one sweep fire in any order, and a worker may come back after a night.
OVERDUE_AFTER: Final = timedelta(days=1)


class TasksCheck(InvariantCheck):
    """I7: every task and timer of the log is accounted for."""

    name, title = "I7", "tasks done once, in time, or in sight"

    def __init__(self, performed: Mapping[str, int] | None) -> None:
        super().__init__()
        self._performed = performed
        self._due: dict[str, str] = {}
        self._fired_to = ""  # the latest due time of any timer that fired

    @sees(TaskRequested)
    def _on_request(self, fact: TaskRequested, seen: ObservedEvent) -> None:
        self.count("tasks")
        self.demand(fact.task_id not in self._due, f"{seen.at}: task {fact.task_id} was asked for before")
        self._due[fact.task_id] = instant_text(fact.due_at)

    @sees(*outcomes("done"))
    def _on_done(self, fact: TaskOutcome, seen: ObservedEvent) -> None:
        if not fact.task_id:
            return  # given by people, not by a task
        self._on_outcome(fact, seen)
        task_id, at = fact.task_id, seen.event.envelope.recorded_at
        due = self._due.get(task_id, "")
        self.demand(at >= due, f"{seen.at}: task {task_id} was done at {at}, before it was due at {due}")

    @sees(*outcomes("waiting", "unknown", "dead", "cancelled"))
    def _on_outcome(self, fact: TaskOutcome, seen: ObservedEvent) -> None:
        open_before = seen.before is not None and fact.task_id in seen.before.tasks
        self.demand(open_before, f"{seen.at}: {seen.event.envelope.type} for task {fact.task_id}, which was over")

    @sees(TimerFired)
    def _on_fired(self, fact: TimerFired, seen: ObservedEvent) -> None:
        self.count("timers fired")
        was_set = seen.before is not None and fact.timer_id in seen.before.timers
        self.demand(was_set, f"{seen.at}: timer {fact.timer_id} fired and was not set")
        at, due = seen.event.envelope.recorded_at, instant_text(fact.due_at)
        self.demand(at >= due, f"{seen.at}: timer {fact.timer_id} fired at {at}, before {due}")
        self._fired_to = max(self._fired_to, due)

    def end(self, end: WalkEnd) -> None:
        """Look where each task and timer stands now, and at the providers' books."""
        now = instant_text(end.now)
        in_sight = {(row["case_id"], row["item"]) for row in end.rows[work_items]}
        for row in end.rows[tasks]:
            self._task(row, now, end)
            if row["status"] in ("dead", "unknown") and (row["case_id"], f"task:{row['task_id']}") not in in_sight:
                self.fault(f"task {row['task_id']} is {row['status']} and on nobody's work list")
        for row in end.rows[timers]:
            if row["status"] == "set":
                self._open(f"timer {row['timer_id']}", row["due_at"], now, end)
                self._passed_over(row)
        for task_id, times in (self._performed or {}).items():
            self._provider(task_id, times, end)

    def _task(self, row: Row, now: str, end: WalkEnd) -> None:
        task_id, due = row["task_id"], self._due.get(row["task_id"], "")
        if row["claimed_at"]:
            early = f"task {task_id} was begun at {row['claimed_at']}, before it was due at {due}"
            self.demand(row["claimed_at"] >= due, early)
        if row["status"] in ("waiting", "claimed", "unknown"):
            self._open(f"task {task_id} ({row['status']})", row["due_at"], now, end)
        else:
            self.count(row["status"])

    def _open(self, what: str, due: str, now: str, end: WalkEnd) -> None:
        if due > now:
            self.count("not yet due")
            return
        self.count("overdue")
        self.demand(not end.settled, f"{what} was due at {due} and is still open")

    def _passed_over(self, row: Row) -> None:
        """Find a timer that stood still while those due after it fired: nobody was away, so something holds it."""
        since = max(row["due_at"], row["created_at"])
        if self._fired_to and instant(since) + OVERDUE_AFTER < instant(self._fired_to):
            self.fault(f"timer {row['timer_id']} was due at {row['due_at']} and has not fired, though later ones have")

    def _provider(self, task_id: str, times: int, end: WalkEnd) -> None:
        self.count("done at providers", times)
        self.demand(times <= 1, f"task {task_id} was done {times} times at the provider")
        row = end.replay.tasks.get(task_id)
        if row is None:
            self.fault(f"task {task_id} was done at a provider and never asked for")
        elif row["status"] == "cancelled":
            # A crash between doing and reporting, and a cancellation in between: somebody should know.
            self.count("done before they were taken back")


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


class StepsCheck(InvariantCheck):
    """I8: every step is one its definition allows, and its guards say yes to the case as it was."""

    name, title = "I8", "only legal steps"

    @sees(ProgrammePublished)
    def _on_publication(self, fact: ProgrammePublished, seen: ObservedEvent) -> None:
        self.count("definitions")
        found = load_definition(fact.text).hash
        self.demand(found == fact.definition, f"{seen.at}: the text's hash is {found}, not {fact.definition}")

    @sees(CaseOpened)
    def _on_opening(self, fact: CaseOpened, seen: ObservedEvent) -> None:
        self.count("cases")
        if seen.definition is None:
            self.fault(f"{seen.at}: opened under a definition nobody published")
            return
        initial = seen.definition.journey.initial
        self.demand(fact.stage == initial, f"{seen.at}: opened in {fact.stage}, journeys begin in {initial}")

    @sees(StageEntered)
    def _on_step(self, fact: StageEntered, seen: ObservedEvent) -> None:
        self.count("steps")
        case: Case | None = seen.before
        definition = seen.definition
        if case is None or definition is None or definition.hash != case.definition:
            self.fault(f"{seen.at}: not under a definition the case runs under")
        elif case.stage != fact.source:
            self.fault(f"{seen.at}: leaves {fact.source}, the case is in {case.stage}")
        elif definition.journey.table.get((fact.source, fact.trigger)) != fact.dest:
            self.fault(f"{seen.at}: {fact.trigger} does not lead from {fact.source} to {fact.dest}")
        else:
            self._guards(seen, case, fact, definition)

    def _guards(self, seen: ObservedEvent, case: Case, fact: StageEntered, definition: Definition) -> None:
        ways = [way for way in definition.programme.journey.transitions if way.trigger == fact.trigger]
        expected = next(way.conditions for way in ways if fact.source in way.source)
        said = ", ".join(fact.checked) or "none"
        self.demand(fact.checked == expected, f"{seen.at}: other guards were asked than the definition's: {said}")
        now = instant(seen.event.envelope.recorded_at)
        asked = GuardContext(case, definition.programme, now, seen.event.envelope.actor, fact.reason, fact.second)
        again = definition.journey.decide(asked, fact.trigger)
        self.count("guards asked again", len(expected))
        if isinstance(again, Refused):  # by the day of UTC, which older versions counted in
            again = definition.journey.decide(asked._replace(zone="UTC"), fact.trigger)
        if isinstance(again, Refused):
            self.fault(f"{seen.at}: {fact.trigger} would be refused: {', '.join(again.codes)}")
