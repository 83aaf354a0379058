"""Programme definitions as published in the log: a case runs under the one it was opened with, for ever.

The directory is not: what a definition says of it holds until something else is told (``handlers.states.directories``).
"""

import threading
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from events.envelope import RecordedEvent
from events.facts.office import ProgrammePublished
from events.ids import programme_stream
from events.log import Log
from handlers.states.directories import Directories
from workflow.programme.errors import UnknownDefinition
from workflow.programme.loading import Definition, load_definition
from workflow.programme.programme import Programme
from workflow.programme.stages import Stage
from workflow.subjects.directory.state import Directory, directory_stream

_UNREAD: Final = (-1, "")


class InForce(NamedTuple):
    """What is in force of a programme: its newest definition with the directory of this moment, and that directory."""

    definition: Definition
    directory: Directory | None


class Definitions:
    """Finds definitions by hash; each is read and compiled once."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.directories = Directories(log)
        self._lock = threading.Lock()
        self._by_hash: dict[str, Definition] = {}
        self._newest: dict[
            str, tuple[int, str]
        ] = {}  # by programme: up to which version it was read, and what is newest

    def of(self, programme: str, definition: str) -> Definition:
        """Return the definition a case runs under; raises UnknownDefinition when the log does not hold it."""
        found = self._by_hash.get(definition)
        if found is None:
            self._read(programme)
            found = self._by_hash.get(definition)
        if found is None:
            raise UnknownDefinition(f"definition {definition} of {programme} was never published in this log")
        return found

    def current(self, programme: str) -> Definition | None:
        """Return the definition published last with the directory of this moment, or None when nobody published one."""
        found = self.in_force([programme]).get(programme)
        return found.definition if found else None

    def in_force(self, programmes: Iterable[str]) -> dict[str, InForce]:
        """Return what is in force of these programmes, from one question; what nobody published is left out."""
        names = tuple(programmes)
        return self.taken(names, self._log.since(self.asked_for(names))) if names else {}

    def asked_for(self, programmes: Iterable[str]) -> dict[str, int]:
        """Return which streams tell what is in force, and up to which version each is known."""
        found: dict[str, int] = {}
        for name in programmes:
            found[programme_stream(name)] = self._newest.get(name, _UNREAD)[0]
            found[directory_stream(name)] = self.directories.known_to(name)
        return found

    def taken(self, programmes: Iterable[str], events: Sequence[RecordedEvent]) -> dict[str, InForce]:
        """Return what is in force after what came since these streams were read."""
        found: dict[str, InForce] = {}
        for name in programmes:
            files, told = programme_stream(name), directory_stream(name)
            directory = self.directories.taken(name, [one for one in events if one.envelope.stream == told])
            newest = self._newest_after(name, [one for one in events if one.envelope.stream == files])
            if newest:
                found[name] = InForce(self.directories.for_people(self.of(name, newest), directory), directory)
        return found

    def _newest_after(self, programme: str, events: Sequence[RecordedEvent]) -> str:
        """Return the hash of the definition published last; another thread may have read further."""
        with self._lock:
            known = self._newest.get(programme, _UNREAD)
            for event in events:
                if event.envelope.version > known[0]:
                    known = event.envelope.version, (self._published_in(event) or known[1])
            self._newest[programme] = known
            return known[1]

    def _published_in(self, event: RecordedEvent) -> str:
        fact = self._log.fact(event)
        return fact.definition if isinstance(fact, ProgrammePublished) else ""

    def newest(self, programme: str) -> Definition | None:
        """Return the definition published last as its file says it, or None for a programme nobody published."""
        published = self._published(programme)
        return self.of(programme, published[-1].definition) if published else None

    def every(self, programme: str) -> list[Definition]:
        """Return every definition ever published of a programme, the newest last."""
        return [self.of(programme, fact.definition) for fact in self._published(programme)]

    def files_of(self, streams: Iterable[str]) -> dict[str, tuple[Programme, ...]]:
        """Return by programme every file ever published, the newest last, of those whose streams are among these."""
        names = (name for word, _, name in (stream.partition(":") for stream in streams) if word == "programme")
        return {name: tuple(one.programme for one in self.every(name)) for name in names}

    def live(self, programme: str, definition: str, directory: Directory | None = None) -> Definition:
        """Return a case's definition with the directory for whoever writes letters or shows pages.

        Without a directory it is the one of this moment.
        """
        now = directory or self.directories.of(programme)
        return self.directories.for_people(self.of(programme, definition), now)

    def known(self) -> list[str]:
        """Return the programmes met so far, whose directories are read along with cases."""
        return sorted({one.programme.programme for one in self._by_hash.values()})

    def stages(self, programme: str) -> dict[str, Stage]:
        """Return every stage a programme has or had, the newest version's first; people may still be in any of them."""
        found: dict[str, Stage] = {}
        for fact in reversed(self._published(programme)):
            for name, stage in self.of(programme, fact.definition).programme.journey.stages.items():
                found.setdefault(name, stage)
        return found

    def remember(self, definition: Definition) -> None:
        """Keep a definition that has just been published."""
        self._by_hash[definition.hash] = definition

    def _read(self, programme: str) -> None:
        with self._lock:
            for fact in self._published(programme):
                if fact.definition not in self._by_hash:
                    self._by_hash[fact.definition] = load_definition(fact.text)

    def _published(self, programme: str) -> list[ProgrammePublished]:
        return self._files(self._log.stream(programme_stream(programme)))

    def _files(self, events: Iterable[RecordedEvent]) -> list[ProgrammePublished]:
        return [fact for fact in map(self._log.fact, events) if isinstance(fact, ProgrammePublished)]
