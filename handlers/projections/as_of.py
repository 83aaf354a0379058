"""The past by two clocks: what had happened by an instant, as far as it was known by another.

Much is recorded later than it happened: somebody was met at night and it is written down in the morning. By what was
known, the log is read up to a moment of recording, and is what the office then saw. By what had happened, facts count
from when they happened, in that order, however late they were written down.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from events.envelope import RecordedEvent
from events.errors import EventsError
from events.ids import CaseId, case_stream
from events.instants import instant_text
from events.log import END, Log, recorded_event
from events.tables import events
from handlers.projections.replay import FieldChange, Progress, Replay, Row, case_difference, position_of
from handlers.states.definitions import Definitions
from handlers.states.state_cache import evolve
from workflow.case.state import At, Case
from workflow.programme.errors import WorkflowError
from workflow.programme.loading import Definition

_AT_ONCE = 2000
# What folding raises on a fact whose ground had not happened by then.
_GROUNDLESS = (EventsError, WorkflowError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


class AsOf(NamedTuple):
    """A moment by both clocks; None is no bound: everything that happened, and all that is known today."""

    happened: datetime | None = None
    known: datetime | None = None
    position: int | None = None

    def upto(self, log: Log) -> int:
        """Return up to which position the log was known."""
        return position_of(log, self.known, self.position)

    def __str__(self) -> str:
        happened = f"what had happened by {self.happened:%Y-%m-%d %H:%M}" if self.happened else "what had happened"
        known = f", as known by {self.known:%Y-%m-%d %H:%M}" if self.known else ""
        return f"{happened}{known} (UTC)" if self.happened or self.known else "everything that is known"


class CaseAsOf(NamedTuple):
    """A case as of a moment; None when it had not begun. Set aside is what had happened before its ground had."""

    case: Case | None
    version: int
    events: tuple[RecordedEvent, ...]
    set_aside: tuple[RecordedEvent, ...]
    definition: Definition | None = None


class WorldAsOf(NamedTuple):
    """Everything as of a moment, and how many facts could not be told because their ground had not happened."""

    replay: Replay
    position: int
    set_aside: int


def case_as_of(log: Log, definitions: Definitions, case_id: CaseId, moment: AsOf) -> CaseAsOf:
    """Return a case by what had happened and what was known."""
    stream, upto = case_stream(case_id), moment.upto(log)
    told = _happened(log.stream(stream, upto=upto), moment.happened)
    case: Case | None = None
    taken: list[RecordedEvent] = []
    aside: list[RecordedEvent] = []
    for event in told:
        try:
            after = evolve(stream, case, log.fact(event), _at(event, moment))
        except _GROUNDLESS:
            after = None
        (taken if after is not None else aside).append(event)
        case = after if after is not None else case
    version = max((event.envelope.version for event in taken), default=-1)
    definition = definitions.of(case.programme, case.definition) if case else None
    return CaseAsOf(case, version, tuple(taken), tuple(aside), definition)


def world_as_of(log: Log, moment: AsOf, progress: Progress | None = None) -> WorldAsOf:
    """Return all that the log implies by what had happened and what was known, from one state of the database."""
    replay, upto = Replay(log), moment.upto(log)
    aside = done = 0
    with log.database.reading() as connection:
        for event in _events(connection, moment.happened, upto):
            try:
                replay.take_happened(event, _at(event, moment))
            except _GROUNDLESS:
                aside += 1
            done += 1
            if progress and not done % _AT_ONCE:
                progress(done, upto + 1)
    return WorldAsOf(replay, upto, aside)


def case_changes(before: CaseAsOf, after: CaseAsOf) -> list[FieldChange]:
    """Return what is different in a case between two moments."""
    return case_difference(before.case, after.case)


def row_changes(before: dict[str, Row], after: dict[str, Row]) -> list[tuple[str, str, object, object]]:
    """Return what is different between two states of a table: key, column, what it was, what it is."""
    found: list[tuple[str, str, object, object]] = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            found.append((key, "", "(not there)" if was is None else "there", "(gone)" if now is None else "there"))
        else:
            found += [(key, column, was[column], now[column]) for column in now if was[column] != now[column]]
    return found


def _happened(told: Sequence[RecordedEvent], by: datetime | None) -> list[RecordedEvent]:
    if by is None:
        return list(told)
    at = instant_text(by)
    known = [event for event in told if event.envelope.occurred_at <= at]
    return sorted(known, key=lambda event: (event.envelope.occurred_at, event.position))


def _at(event: RecordedEvent, moment: AsOf) -> At:
    envelope = event.envelope
    when = envelope.recorded_at if moment.happened is None else envelope.occurred_at
    return At(when, envelope.actor, envelope.definition, envelope.version)


def _events(connection: Connection, happened: datetime | None, upto: int) -> Iterator[RecordedEvent]:
    """Yield the events of a moment in the order in which they happened, or in which they became known."""
    query = select(events).where(events.c.position <= min(upto, END)).order_by(events.c.position)
    if happened is not None:
        by = events.c.occurred_at <= instant_text(happened)
        query = select(events).where(events.c.position <= upto, by).order_by(events.c.occurred_at, events.c.position)
    for row in connection.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield recorded_event(row)
