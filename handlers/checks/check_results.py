"""What the checks are given and what they say: values only, and one small protocol for whoever watches.

All checks share one walk through the log. A watcher names the facts it wants to see; at the end it may
compare what it has noted with the tables. What it says names cases, tasks and streams by id, never anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection

from events.envelope import RecordedEvent
from events.money import Money
from events.verify import LogProof
from handlers.projections.replay import Replay, Row
from workflow.programme.loading import Definition


class Acknowledgement(NamedTuple):
    """What a client wrote down when a command was acknowledged to it: at least the id, better the answer too."""

    command_id: str
    version: int | None = None
    facts: tuple[str, ...] | None = None


class OutsideRecords(NamedTuple):
    """What the outside says was done, from its own books."""

    statement: Mapping[str, Money] | None = None  # the bank's: end-to-end id (our tranche id) to amount
    performed: Mapping[str, int] | None = None  # the providers': task id to how many times it was done


class CheckResult(NamedTuple):
    """What one check came to."""

    name: str
    title: str
    ok: bool
    counted: Mapping[str, int]
    faults: tuple[str, ...]


class ObservedEvent(NamedTuple):
    """An event as a watcher sees it: the fact, and the state of its stream before and after."""

    event: RecordedEvent
    fact: Any
    before: Any
    after: Any
    definition: Definition | None  # the one pinned in the envelope

    @property
    def stream(self) -> str:
        """Return the event's stream."""
        return self.event.envelope.stream

    @property
    def at(self) -> str:
        """Return where the event is, as faults name it."""
        return f"{self.event.envelope.stream}@{self.event.envelope.version}"


class ReadModelRows(NamedTuple):
    """The rows beside the log, of the same instant as the walk."""

    board: Sequence[Row]
    items: Sequence[Row]
    tasks: Sequence[Row]
    timers: Sequence[Row]
    commands: Sequence[Row]
    beds: Sequence[Row]
    beds_in_use: Sequence[Row]
    accounts: Sequence[Row]
    relations: Sequence[Row]


class WalkEnd(NamedTuple):
    """What a watcher may look at when the walk is over."""

    connection: Connection
    replay: Replay
    tables: ReadModelRows
    report: LogProof  # of events.verify
    unreadable: tuple[str, ...]  # events that could not be folded
    now: datetime
    settled: bool


Observer = Callable[[ObservedEvent], None]


class CheckRecorder:
    """Counts and faults of one check, gathered on the way."""

    def __init__(self, name: str, title: str) -> None:
        self._name = name
        self._title = title
        self._counted: Counter[str] = Counter()
        self._faults: list[str] = []

    def count(self, what: str, by: int = 1) -> None:
        """Count something looked at."""
        self._counted[what] += by

    def most(self, what: str, number: int) -> None:
        """Keep the largest number seen."""
        self._counted[what] = max(self._counted[what], number)

    def fault(self, text: str) -> None:
        """Note that something is not as it must be."""
        self._faults.append(text)

    def demand(self, holds: bool, text: str) -> None:  # noqa: FBT001 - the condition is the sentence's verb
        """Note a fault unless something holds."""
        if not holds:
            self._faults.append(text)

    def check(self) -> CheckResult:
        """Return what it came to."""
        return CheckResult(self._name, self._title, not self._faults, dict(self._counted), tuple(self._faults))


class InvariantCheck(Protocol):
    """One invariant's watcher."""

    tally: CheckRecorder

    def sees(self) -> Mapping[str, Observer]:
        """Return which facts are to be shown to whom, by the facts' names."""
        ...

    def end(self, end: WalkEnd) -> None:
        """Look at what the whole walk came to."""
        ...
