"""Looking through the whole log by who, what, when and why, page by page; published programmes; one case's proof.

A page never reads more than a window of the log, so that a question nothing answers costs no more than another.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from events import tables
from events.envelope import RecordedEvent, leaf_of
from events.facts.corrections import RecordRetracted
from events.facts.office import ProgrammePublished
from events.ids import CaseId, case_stream
from events.log import END, Log, recorded_event
from events.tables import log_head, streams

SEARCH_WINDOW: Final = 50_000  # events one page looks at when no index leads to what is sought
_E: Final = tables.events.c
_PREFIX: Final = "programme:"
# The bounds lead by the index whichever way a database orders letters; the last condition says what is meant.
_NAMES: Final = (
    select(streams.c.stream)
    .where(streams.c.stream.between(_PREFIX, _PREFIX + 41 * "z"), streams.c.stream.startswith(_PREFIX))
    .order_by(streams.c.stream)
)


def retracted_records(log: Log, case_id: str) -> frozenset[int]:
    """Return which records of a case were a slip and were retracted, by their numbers in its history."""
    events = log.of_types(case_stream(CaseId(case_id)), ("RecordRetracted",))
    return frozenset(fact.record for fact in map(log.fact, events) if isinstance(fact, RecordRetracted))


class EventQuery(NamedTuple):
    """What is looked for; what is empty narrows nothing."""

    case_id: str = ""  # its own events, and what the same commands wrote elsewhere
    actor: str = ""
    types: tuple[str, ...] = ()
    command_id: str = ""
    since: str = ""  # instants as they are stored
    until: str = ""


class EventPage(NamedTuple):
    """Events, the last first; ``earlier`` is the position before which to look on, None when that was all."""

    events: tuple[RecordedEvent, ...]
    earlier: int | None


class Rule(NamedTuple):
    """Which programme file a definition is: the programme, and the number of the version."""

    programme: str
    number: int


class Publication(NamedTuple):
    """One version of a programme file."""

    number: int  # from 1
    definition: str
    text: str
    actor: str
    at: datetime


def search_events(
    log: Log, sought: EventQuery, *, before: int = END, limit: int = 50, window: int = SEARCH_WINDOW
) -> EventPage:
    """Return what was sought, from a position backwards."""
    with log.database.reading() as connection:
        size = int(connection.execute(select(log_head.c.size)).scalar_one())
        top = min(before, size, _first_after(connection, sought.until, size) if sought.until else size)
        bottom = _first_after(connection, sought.since, size, or_at=True) if sought.since else 0
        low = bottom if sought.case_id or sought.command_id else max(bottom, top - window)
        query = (
            select(tables.events)
            .where(_E.position >= low, _E.position < top, *_conditions(sought))
            .order_by(_E.position.desc())
            .limit(limit + 1)
        )
        events = [recorded_event(row) for row in connection.execute(query)]
    if len(events) > limit:
        return EventPage(tuple(events[:limit]), events[limit - 1].position)
    return EventPage(tuple(events), low if low > bottom else None)


def count_facts(connection: Connection) -> dict[str, int]:
    """Return how many facts of each kind the log holds."""
    query = select(_E.type, func.count()).group_by(_E.type)
    return {name: int(count) for name, count in connection.execute(query)}


def published_names(connection: Connection) -> list[str]:
    """Return every programme that was ever published."""
    return [name.removeprefix(_PREFIX) for name in connection.execute(_NAMES).scalars()]


def publications(log: Log, programme: str) -> Sequence[Publication]:
    """Return the versions of a programme file, the one in force last."""
    found: list[Publication] = []
    for event in log.of_types(f"{_PREFIX}{programme}", ("ProgrammePublished",)):
        fact = log.fact(event)
        assert isinstance(fact, ProgrammePublished)
        actor, at = event.envelope.actor, event.recorded
        found.append(Publication(len(found) + 1, fact.definition, fact.text, actor, at))
    return found


def definition_versions(log: Log) -> dict[str, Rule]:
    """Return every definition that was ever in force, by its hash; a file published again keeps its first number."""
    with log.database.reading() as connection:
        names = published_names(connection)
    found: dict[str, Rule] = {}
    for name in names:
        for one in publications(log, name):
            found.setdefault(one.definition, Rule(name, one.number))
    return found


def broken_links(events: Iterable[RecordedEvent]) -> Iterator[int]:
    """Yield the positions of a stream's events that are not as they were written, or do not follow the one before.

    The events are those of one stream from its beginning. What holds streams together, only the whole log proves.
    """
    before: bytes | None = None
    for number, event in enumerate(events):
        envelope = event.envelope
        if envelope.version != number or envelope.previous != before or leaf_of(envelope) != event.leaf:
            yield event.position
        before = event.leaf


def _conditions(sought: EventQuery) -> Iterator[ColumnElement[bool]]:
    if sought.case_id:
        own = select(_E.command_id).where(_E.stream == case_stream(sought.case_id))
        yield _E.command_id.in_(own)
    if sought.command_id:
        yield _E.command_id == sought.command_id
    if sought.actor:
        yield _E.actor == sought.actor
    if sought.types:
        yield _E.type.in_(sought.types)


def _first_after(connection: Connection, at: str, size: int, *, or_at: bool = False) -> int:
    """Return the first position recorded after an instant, found by halving: the log is in the order of its clock."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        there = connection.execute(select(_E.recorded_at).where(_E.position == middle)).scalar_one_or_none()
        is_earlier = there is not None and (there < at or (there == at and not or_at))
        low, high = (middle + 1, high) if is_earlier else (low, middle)
    return low
