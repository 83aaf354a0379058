"""Which files the log says there are: those that must lie in the store, and those that must not any more."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from events.envelope import RecordedEvent
from events.facts.attachments import FileAttached
from events.ids import case_stream
from events.log import Log, recorded_event
from events.tables import events

_TOLD = (
    select(events)
    .where(events.c.type.in_(("FileAttached", "FileRetracted", "FileDestroyed", "PersonErased", "ErasureReplayed")))
    .order_by(events.c.position)
)


class KnownFiles(NamedTuple):
    """The names of files in the store as the log tells of them."""

    live: frozenset[str]
    over: frozenset[str]  # taken away, or of somebody who was erased


def known_files(log: Log, connection: Connection) -> KnownFiles:
    """Return every file the log tells of, in one walk over the facts that are about files and erasures.

    Nothing is over because a history says so that does not end as Wayhome wrote it.
    """
    persons: dict[str, set[str]] = {}
    live, over, erased = set[str](), set[str](), set[str]()
    told = [recorded_event(row) for row in connection.execute(_TOLD)]
    forged = log.forged_on(connection, {event.envelope.stream for event in told})
    for event in told:
        fact = log.fact(event)
        if isinstance(fact, FileAttached):
            persons.setdefault(fact.person_id, set()).add(fact.digest)
            live.add(fact.digest)
        elif event.envelope.stream in forged:
            continue
        elif event.envelope.type == "FileRetracted":
            over.add(fact.digest)  # type: ignore[attr-defined]
        elif event.envelope.type in ("PersonErased", "ErasureReplayed"):
            erased.add(fact.person_id)  # type: ignore[attr-defined]
    over |= {digest for person in erased for digest in persons.get(person, ())}
    return KnownFiles(frozenset(live - over), frozenset(over))


def files_of(log: Log, case_ids: Iterable[str]) -> list[FileAttached]:
    """Return every file that was ever attached to these cases."""
    facts = [log.fact(e) for one in case_ids for e in log.of_types(case_stream(one), ("FileAttached",))]
    return [fact for fact in facts if isinstance(fact, FileAttached)]


def attached_event(log: Log, case_id: str, file_id: str) -> RecordedEvent | None:
    """Return the event by which a file was attached to a case."""
    for event in log.of_types(case_stream(case_id), ("FileAttached",)):
        fact = log.fact(event)
        if isinstance(fact, FileAttached) and fact.file_id == file_id:
            return event
    return None
