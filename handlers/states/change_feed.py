"""Following the log: which cases have changed since last time, and how they stand now.

Positions have no gaps and are taken by the last statement of a write, so asking for "what comes after n"
can never pass over an event, however many processes write.
"""

from collections.abc import Iterable, Iterator

from events.envelope import RecordedEvent
from events.ids import case_of_stream
from events.log import Log
from handlers.states.case_reader import CaseSnapshot
from handlers.states.definitions import Definitions
from handlers.states.state_cache import VersionedState, fold_events
from workflow.subjects.directory.state import directory_stream

PAGE_SIZE = 2000
_FRESH = VersionedState(-1, None)


class ChangeFeed:
    """Keeps the cases under way as it reads them off the log; used by one thread."""

    def __init__(self, log: Log, definitions: Definitions) -> None:
        self._log = log
        self._definitions = definitions
        self._position = -1
        self._kept: dict[str, VersionedState] = {}
        self._directories: dict[str, VersionedState] = {}

    def changed(self) -> list[CaseSnapshot]:
        """Return the cases that changed since the last call, as they stand now; each once."""
        touched: dict[str, None] = {}
        is_more = True
        while is_more:
            page = self._log.page(self._position, PAGE_SIZE)
            for event in page:
                stream = event.envelope.stream
                if case_of_stream(stream) is not None:
                    self._fold(event, self._kept)
                    touched[stream] = None
                elif stream.startswith("directory:"):
                    self._fold(event, self._directories)
            self._position = page[-1].position if page else self._position
            is_more = len(page) == PAGE_SIZE
        return list(self._seen(touched))

    def all(self) -> list[CaseSnapshot]:
        """Return every case as last read; asks the database nothing."""
        return list(self._seen(self._kept))

    def _fold(self, event: RecordedEvent, kept: dict[str, VersionedState]) -> None:
        stream = event.envelope.stream
        kept[stream] = fold_events(stream, (event,), self._log.fact, kept.get(stream, _FRESH))

    def _seen(self, streams: Iterable[str]) -> Iterator[CaseSnapshot]:
        for stream in streams:
            version, case, _ = self._kept[stream]
            definition = self._definitions.of(case.programme, case.definition)
            directory = self._directories.get(directory_stream(case.programme), _FRESH).state
            yield CaseSnapshot(case, version, self._definitions.directories.for_rules(definition, directory))
