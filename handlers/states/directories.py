"""Definitions as they are now: a case's own journey and money, and the directory everybody has.

Rules are given no more than is open; whoever writes a letter or shows a page also gets whom people are reached by.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from events.catalogue import CLOSED
from events.envelope import RecordedEvent
from events.facts.decisions import DecisionConfirmed, DecisionProposed
from events.log import END, Log
from handlers.queries.receipts import OwnDirectory
from handlers.states.state_cache import VersionedState, fold_events
from workflow.programme.loading import Definition
from workflow.subjects.directory.live import NOTHING_OPENED, Opened, live
from workflow.subjects.directory.state import Directory, EntryKey, directory_stream, entry_of

_KEPT: Final = 64
_UNREAD: Final = VersionedState(-1, None)
_SEALED: Final = ("name", "email", "address")
_COMPARTMENTS: Final = ("identity", "contact")


class _LiveKey(NamedTuple):
    """What a definition was made of: the file's hash, the directory as it stood, and whether it was opened."""

    definition: str
    revision: str
    is_opened: bool


class Directories:
    """Puts definitions and directories together; the same two are put together once."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._now: dict[str, VersionedState] = {}  # by programme, as it was read last
        self._live: OrderedDict[_LiveKey, Definition] = OrderedDict()

    def of(self, programme: str) -> Directory | None:
        """Return a programme's directory as it stands in the log at this moment."""
        return self.taken(programme, self._log.stream(directory_stream(programme), self.known_to(programme)))

    def known_to(self, programme: str) -> int:
        """Return up to which version a programme's directory was read."""
        return self._now.get(programme, _UNREAD).version

    def taken(self, programme: str, events: Sequence[RecordedEvent]) -> Directory | None:
        """Return a programme's directory after what came since it was read; another thread may have read as much."""
        with self._lock:
            kept = self._now.get(programme, _UNREAD)
            new = [event for event in events if event.envelope.version > kept.version]
            found = self._now[programme] = fold_events(directory_stream(programme), new, self._log.fact, kept)
        state: Directory | None = found.state
        return state

    def as_of(self, programme: str, position: int = END) -> Directory | None:
        """Return a programme's directory as it stood after the event at a global position."""
        stream = directory_stream(programme)
        state: Directory | None = fold_events(stream, self._log.stream(stream, upto=position), self._log.fact).state
        return state

    def left_alone(self, programme: str, definition: str) -> tuple[str, ...]:
        """Return the entries of which a published file says something else than the console had recorded."""
        found = self._log.of_types(directory_stream(programme), ("FileEntriesLeft",))
        told: Any = next((e for e in reversed(found) if e.envelope.definition == definition), None)
        fact: Any = self._log.fact(told) if told is not None else None
        return tuple(fact.entries) if fact is not None else ()

    def for_rules(self, definition: Definition, directory: Directory | None) -> Definition:
        """Return a definition with the directory as far as it is open."""
        return self._with(definition, directory, opened=False)

    def for_people(self, definition: Definition, directory: Directory | None) -> Definition:
        """Return a definition with the directory and whom people are reached by, for letters and pages."""
        return self._with(definition, directory, opened=True)

    def _with(self, definition: Definition, directory: Directory | None, *, opened: bool) -> Definition:
        if directory is None:
            return definition
        key = _LiveKey(definition.hash, directory.revision, opened and _holds_sealed(directory))
        with self._lock:
            found = self._live.get(key)
            if found is not None:
                self._live.move_to_end(key)
                return found
        parts = self._opened(definition.programme.programme) if key.is_opened else NOTHING_OPENED
        made = definition._replace(programme=live(definition.programme, directory, parts))
        with self._lock:
            self._live[key] = made
            while len(self._live) > _KEPT:
                self._live.popitem(last=False)
        return made

    def _opened(self, programme: str) -> Opened:
        """Return what is sealed of each entry, as it was told last; what was erased is left out."""
        found: dict[EntryKey, dict[str, str]] = {}
        confirmed = self._confirmed(programme)
        for _, fact in self._log.opened_of(directory_stream(programme), _COMPARTMENTS, OwnDirectory()):
            if not isinstance(fact, DecisionProposed) or fact.proposal_id in confirmed:
                told: Any = fact
                key = entry_of(told) if isinstance(told, DecisionProposed) else (told.kind, told.entry)
                found.setdefault(key, {}).update(_known(told))
        return found

    def _confirmed(self, programme: str) -> frozenset[str]:
        """Return which proposals took force: between the two acts nothing else was told of their entries."""
        told = self._log.of_types(directory_stream(programme), (DecisionConfirmed.__name__,))
        facts: list[Any] = [self._log.fact(event) for event in told]
        return frozenset(fact.proposal_id for fact in facts)

    def proposed(self, programme: str, proposal_id: str) -> Mapping[str, str]:
        """Return what is sealed of what was proposed of an entry; for whoever is to confirm it."""
        opened = self._log.opened_of(directory_stream(programme), _COMPARTMENTS, OwnDirectory())
        found = (fact for _, fact in opened if isinstance(fact, DecisionProposed) and fact.proposal_id == proposal_id)
        return next((_known(fact) for fact in found), {})


def _known(fact: Any) -> dict[str, str]:
    values = ((name, getattr(fact, name)) for name in _SEALED)
    return {name: value for name, value in values if value is not None and value is not CLOSED}


def _holds_sealed(directory: Directory) -> bool:
    return any(entry.holds for entry in directory.entries.values())
