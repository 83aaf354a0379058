"""Programme definitions as published in the log: a case runs under the one it was opened with, for ever."""

import threading

from events.facts.office import ProgrammePublished
from events.log import Log
from workflow.programme.errors import UnknownDefinition
from workflow.programme.loading import Definition, load_definition
from workflow.programme.stages import Stage


class Definitions:
    """Finds definitions by hash; each is read and compiled once."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._by_hash: dict[str, Definition] = {}

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
        """Return the definition published last, or None for a programme nobody published."""
        published = self._published(programme)
        return self.of(programme, published[-1].definition) if published else None

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
        facts = [self._log.fact(event) for event in self._log.stream(f"programme:{programme}")]
        return [fact for fact in facts if isinstance(fact, ProgrammePublished)]
