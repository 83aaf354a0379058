"""What the checks are given and what they say: values only, and what all who watch have in common.

All checks share one walk through the log. A watcher marks its methods with the facts they want to see; at the end it
may compare what it has noted with the tables. What it says names cases, tasks and streams by id, never anybody.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, TypeVar

from sqlalchemy import Table

from events.catalogue import Fact
from events.envelope import RecordedEvent
from events.money import Money
from events.verify import LogProof
from handlers.checks.derived_rows import RowDifference
from handlers.projections.replay import Replay, Row
from workflow.programme.loading import Definition


class Acknowledgement(NamedTuple):
    """What a client wrote down when a command was acknowledged to it: at least the id, better the answer too."""

    command_id: str
    version: int | None = None
    facts: tuple[str, ...] | None = None


class SentOutside(NamedTuple):
    """Something that left the house under a task's number; of a payment, which part it pays and how much."""

    kind: str  # payment, letter, order
    task_id: str
    about: str = ""
    amount: Money | None = None


class OutsideRecords(NamedTuple):
    """What the outside says was done, from its own books."""

    statement: Mapping[str, Money] | None = None  # the bank's: end-to-end id (our tranche id) to amount
    performed: Mapping[str, int] | None = None  # the providers': task id to how many times it was done
    sent: Sequence[SentOutside] | None = None  # what lies in the folders of bank and post
    # What lies in the store of files: each name, and the hash of what it really holds; read when it is asked for.
    files: Callable[[], Mapping[str, str]] | None = None


class CheckResult(NamedTuple):
    """What one check came to."""

    name: str
    title: str
    ok: bool
    counted: Mapping[str, int]
    faults: tuple[str, ...]
    differences: tuple[RowDifference, ...] = ()  # of rows beside the log, each told among the faults too


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


class WalkEnd(NamedTuple):
    """What a watcher may look at when the walk is over."""

    replay: Replay
    rows: Mapping[Table, Sequence[Row]]  # beside the log, of the same instant as the walk
    report: LogProof  # of events.verify
    unreadable: tuple[str, ...]  # events that could not be folded
    now: datetime
    settled: bool
    altered: Mapping[str, int] = MappingProxyType(
        {}
    )  # of each table that proves who signs in: rows not as we wrote them


Observer = Callable[[Any, ObservedEvent], None]
Method = TypeVar("Method", bound=Callable[..., None])


def sees(*kinds: type[Fact]) -> Callable[[Method], Method]:
    """Mark a watcher's method: facts of these kinds are to be shown to it, each with its event."""

    def marked(method: Method) -> Method:
        vars(method)["sees"] = kinds
        return method

    return marked


class InvariantCheck:
    """One invariant's watcher; counts what it looks at and gathers faults on the way."""

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, *parts: object) -> None:
        self._watching = (self, *parts)
        self._counted: Counter[str] = Counter()
        self._faults: list[str] = []

    def observers(self) -> Iterator[tuple[str, Observer]]:
        """Yield to whom facts are to be shown, by the facts' names."""
        for watcher in self._watching:
            for method in vars(type(watcher)).values():
                for kind in getattr(method, "sees", ()):
                    yield kind.__name__, partial(method, watcher)

    def end(self, end: WalkEnd) -> None:
        """Look at what the whole walk came to."""

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

    def result(self) -> CheckResult:
        """Return what it came to."""
        return CheckResult(self.name, self.title, not self._faults, dict(self._counted), tuple(self._faults))
