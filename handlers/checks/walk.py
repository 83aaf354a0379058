"""The program that checks what must always hold, after a run or on a living system: one walk, all checks.

Everything is read from one state of the database, so it may run while others write. It changes nothing.
I9 and I11 are about what leaves the house and are checked where that happens.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from events.envelope import RecordedEvent
from events.errors import EventsError
from events.log import Log
from events.tables import commands, log_head
from events.verify import verify_on
from handlers.checks.beds_and_trips import BedsAndTripsCheck
from handlers.checks.check_results import (
    Acknowledgement,
    CheckResult,
    InvariantCheck,
    ObservedEvent,
    Observer,
    OutsideRecords,
    WalkEnd,
)
from handlers.checks.derived_rows import COMPARED
from handlers.checks.door_rows import DoorRowsCheck
from handlers.checks.erasures import ErasuresCheck
from handlers.checks.files import FilesCheck
from handlers.checks.log import CommandsCheck, GapsCheck, ProofCheck, ReadModelsCheck
from handlers.checks.money import MoneyCheck
from handlers.checks.outside import OutsideCheck
from handlers.checks.tasks_and_steps import StepsCheck, TasksCheck, WithdrawalCheck
from handlers.checks.two_people import TwoPeopleCheck
from handlers.projections.replay import Progress, Replay, events_on
from handlers.projections.row_signing import altered_rows
from workflow.programme.errors import WorkflowError

FAULTS_SHOWN = 20
# What folding raises on a history that nobody could have written by the rules.
_BROKEN = (EventsError, WorkflowError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


def check_log(
    log: Log,
    *,
    acknowledged: Iterable[Acknowledgement] | None = None,
    effects: OutsideRecords | None = None,
    now: datetime,
    settled: bool = False,
    progress: Progress | None = None,
) -> list[CheckResult]:
    """Walk the log and return what each check came to; ``settled`` says that nothing should be left to do.

    ``acknowledged`` is what clients wrote down, ``effects`` what the outside has in its books. The log is
    gone over twice, by the rules and by its own proof: ``progress`` counts both.
    """
    outside = effects or OutsideRecords()
    replay = Replay(log)
    every_command = CommandsCheck(acknowledged)
    watches: Sequence[InvariantCheck] = (
        every_command, GapsCheck(), ProofCheck(), ReadModelsCheck(), MoneyCheck(outside.statement),
        BedsAndTripsCheck(replay), TasksCheck(outside.performed), StepsCheck(), WithdrawalCheck(),
        TwoPeopleCheck(replay), OutsideCheck(outside.sent), ErasuresCheck(), DoorRowsCheck(), FilesCheck(outside.files),
    )  # fmt: skip
    with log.database.reading() as connection:
        walk = _Dispatcher(replay, every_command, watches)
        total = 2 * int(connection.execute(select(log_head.c.size)).scalar_one())
        for event in events_on(log, connection, progress=_first_half(progress, total)):
            walk.take(event)
        walk.end_command()
        report = verify_on(connection, log.catalogue, _second_half(progress, total), keys=log.keys)
        tables = (*COMPARED, commands)
        rows = {table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}
        end = WalkEnd(replay, rows, report, tuple(walk.unreadable), now, settled, altered_rows(connection, log.keys))
    for watch in watches:
        watch.end(end)
    return [watch.result() for watch in watches]


def check_lines(checks: Iterable[CheckResult]) -> list[str]:
    """Return a line for each check, and under it the first of its faults."""
    return [line for one in checks for line in _lines(one)]


class _Dispatcher:
    """Shows each event to those who asked for its kind, with the state of its stream before and after."""

    def __init__(self, replay: Replay, commands: CommandsCheck, watches: Iterable[InvariantCheck]) -> None:
        self.unreadable: list[str] = []
        self._replay = replay
        self._commands = commands
        self._last: RecordedEvent | None = None
        self._sees: dict[str, list[Observer]] = defaultdict(list)
        for watch in watches:
            for kind, see in watch.observers():
                self._sees[kind].append(see)

    def take(self, event: RecordedEvent) -> None:
        """Fold an event and show it round."""
        if self._last is not None and self._last.envelope.command_id != event.envelope.command_id:
            self.end_command()
        self._last = event
        self._commands.take(event)
        try:
            step = self._replay.take(event)
        except _BROKEN as problem:
            self._cannot_replay(event, problem)
            return
        definition = self._replay.definition(event.envelope.definition)
        for see in self._sees.get(event.envelope.type, ()):
            see(step.fact, ObservedEvent(event, *step, definition))

    def end_command(self) -> None:
        """Let what the last command left waiting for people be listed."""
        try:
            self._replay.end_command()
        except _BROKEN as problem:
            assert self._last is not None
            self._cannot_replay(self._last, problem)

    def _cannot_replay(self, event: RecordedEvent, problem: Exception) -> None:
        # The class only: a broken body may hold anything, and faults are shown and kept.
        kind = type(problem).__name__
        self.unreadable.append(f"event {event.position} ({event.envelope.type}) cannot be replayed: {kind}")


def _first_half(progress: Progress | None, total: int) -> Progress | None:
    return None if progress is None else lambda done, _: progress(done, total)


def _second_half(progress: Progress | None, total: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress(total // 2 + done, total)


def _lines(one: CheckResult) -> Iterator[str]:
    counted = "".join(f"{number} {what}, " for what, number in one.counted.items())
    yield f"{one.name} {'ok' if one.ok else 'FAIL':<4} {one.title}: {counted}{len(one.faults)} faults"
    for fault in one.faults[:FAULTS_SHOWN]:
        yield f"     {fault}"
    if len(one.faults) > FAULTS_SHOWN:
        yield f"     and {len(one.faults) - FAULTS_SHOWN} more"
