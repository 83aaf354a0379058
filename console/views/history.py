"""The log as an auditor reads it: who did what, when and under which rule; proof values, and never a story."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from console.views.reader import Reader
from events.envelope import RecordedEvent
from events.ids import CaseId, case_of_stream, case_stream
from events.instants import instant
from events.log import Log
from events.verify import LogProof, verify
from handlers.checks.check_results import CheckResult
from handlers.checks.walk import check_log
from handlers.projections.replay import ReplayedCase, position_of, replay_case
from handlers.queries import history
from handlers.queries.history import EventQuery, Rule, broken_links, definition_versions
from workflow.programme.loading import Definition

PAGE: Final = 50
LINES_MAX: Final = 30  # of one case's events beside the chosen moment
_STAGES: Final = ("CaseOpened", "StageEntered")


class Commitment(NamedTuple):
    """What is in the log of a sealed part: which compartment, and the hash that commits to its ciphertext."""

    compartment: str
    commitment: str


class LogLine(NamedTuple):
    """One event as it was recorded, without what it says: who, what, when, under which rule, and its proof."""

    position: int
    stream: str
    version: int
    case_id: str  # empty for what concerns no single case
    fact: str
    recorded_at: datetime
    occurred_at: datetime
    actor: str
    mandate: str
    definition: str
    rule: Rule | None
    checked: tuple[str, ...]  # the guards that were asked and passed
    cause: str
    command_id: str
    sealed: tuple[Commitment, ...]
    leaf: str
    previous: str
    link: str


class LogPage(NamedTuple):
    """A page of the log, the last first; ``earlier`` is where to look on, None at the end."""

    lines: tuple[LogLine, ...]
    earlier: int | None


class FollowingLines(NamedTuple):
    """A page of the log in its own order; ``after`` is the last position of it."""

    lines: tuple[LogLine, ...]
    after: int
    size: int


class StageStay(NamedTuple):
    """A stage and the time somebody was in it."""

    stage: str
    since: datetime
    until: datetime | None


class AsOf(NamedTuple):
    """A case as of one of its own events, beside another moment."""

    case_id: str
    definition: Definition  # the rules it runs under now
    last: int  # the number of its last event
    number: int  # of the event shown, -1 before the first
    then: ReplayedCase
    other: int
    compared: ReplayedCase
    stays: tuple[StageStay, ...]
    lines: tuple[LogLine, ...]  # the last ones up to the moment, the last first
    ticks: tuple[tuple[int, datetime, str], ...]  # number, when, fact
    broken: tuple[int, ...]  # positions whose proof does not hold

    @property
    def line(self) -> LogLine | None:
        """Return the event shown, None before the first."""
        return self.lines[0] if self.lines else None


class Moment(NamedTuple):
    """Which moment is meant: an event by its number, a position of the log, or a time; the first that is given."""

    number: int | None = None
    position: int | None = None
    at: datetime | None = None


def search(reader: Reader, sought: EventQuery, before: int | None = None) -> LogPage:
    """Return what was sought, from a position backwards; a fixed number of questions and a window of the log."""
    log = reader.container.log
    found = history.search_events(log, sought, limit=PAGE, **({} if before is None else {"before": before}))
    return LogPage(tuple(_lines(log, found.events, definition_versions(log))), found.earlier)


def onwards(reader: Reader, after: int = -1, limit: int = PAGE) -> FollowingLines:
    """Return the log in its own order, from a position on."""
    log = reader.container.log
    size, events = log.size(), log.page(after, limit)
    lines = tuple(_lines(log, events, definition_versions(log)))
    return FollowingLines(lines, lines[-1].position if lines else after, size)


def as_of(reader: Reader, case_id: CaseId, moment: Moment, other: int | None = None) -> AsOf | None:
    """Return a case as of a moment, beside the event before it or another; None when there is no such case."""
    container, log = reader.container, reader.container.log
    events = log.stream(case_stream(case_id))
    snapshot = container.cases.at(case_id)
    if not events or snapshot is None:
        return None
    number = _number(log, events, moment)
    beside = max(-1, min(len(events) - 1, number - 1 if other is None else other))
    upto = events[max(0, number + 1 - LINES_MAX) : number + 1]
    return AsOf(
        case_id, snapshot.definition, len(events) - 1,
        number, _replayed(reader, case_id, events, number),
        beside, _replayed(reader, case_id, events, beside),
        stays=tuple(_stays(log, events)),
        lines=tuple(reversed(list(_lines(log, upto, definition_versions(log))))),
        ticks=tuple((event.envelope.version, event.recorded, event.envelope.type) for event in events),
        broken=tuple(broken_links(events)),
    )  # fmt: skip


def _number(log: Log, events: Sequence[RecordedEvent], moment: Moment) -> int:
    last = len(events) - 1
    if moment.number is not None:
        return max(-1, min(last, moment.number))
    if moment.position is None and moment.at is None:
        return last
    position = position_of(log, moment.at, moment.position)
    return sum(event.position <= position for event in events) - 1


def _replayed(reader: Reader, case_id: CaseId, events: Sequence[RecordedEvent], number: int) -> ReplayedCase:
    position = events[number].position if number >= 0 else events[0].position - 1
    return replay_case(reader.container.log, reader.container.service.definitions, case_id, position)


def _stays(log: Log, events: Sequence[RecordedEvent]) -> Iterator[StageStay]:
    entered = [event for event in events if event.envelope.type in _STAGES]
    for event, after in zip(entered, [*entered[1:], None], strict=True):
        fact = log.fact(event)
        stage = getattr(fact, "dest", "") or getattr(fact, "stage", "")
        yield StageStay(stage, event.recorded, after.recorded if after else None)


def _lines(log: Log, events: Sequence[RecordedEvent], rules: Mapping[str, Rule]) -> Iterator[LogLine]:
    for event in events:
        said = event.envelope
        yield LogLine(
            event.position, said.stream, said.version, case_of_stream(said.stream) or "", said.type,
            instant(said.recorded_at), instant(said.occurred_at), said.actor, said.mandate, said.definition,
            rule=rules.get(said.definition),
            checked=getattr(log.fact(event), "checked", ()),
            cause=said.cause,
            command_id=said.command_id,
            sealed=tuple(Commitment(part.compartment, part.commitment) for part in said.sealed),
            leaf=event.leaf.hex(), previous=(said.previous or b"").hex(), link=(said.link or b"").hex(),
        )  # fmt: skip


# More than this takes longer than anybody looks at a page; the command line shows how far it has come.
EVENTS_MAX: Final = 200_000
EVENTS_BY_RULES_MAX: Final = 40_000


class Proof(NamedTuple):
    """What a check of the log came to; without a report it was too much to do while somebody waits."""

    size: int
    report: LogProof | None
    checks: tuple[CheckResult, ...]
    at: str  # the log's time when it was begun

    @property
    def ok(self) -> bool:
        """Tell whether nothing was found."""
        return self.report is not None and self.report.ok and all(one.ok for one in self.checks)


def prove(reader: Reader, *, by_rules: bool = False) -> Proof:
    """Walk the log once, or twice when every step is also checked by the rules; it changes nothing."""
    log = reader.container.log
    size, at = log.size(), log.now()
    if size > (EVENTS_BY_RULES_MAX if by_rules else EVENTS_MAX):
        return Proof(size, None, (), at)
    checks = tuple(check_log(log, now=reader.now)) if by_rules else ()
    return Proof(size, verify(log), checks, at)
