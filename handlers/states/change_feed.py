"""Following the log: which cases have changed since last time, and how they stand now.

Positions have no gaps and are taken by the last statement of a write, so asking for "what comes after n"
can never pass over an event, however many processes write.
"""

from collections.abc import Iterable, Iterator

from events.ids import case_of_stream
from events.log import Log
from handlers.states.case_reader import CaseSnapshot
from handlers.states.definitions import Definitions
from handlers.states.state_cache import VersionedState, fold_events

PAGE_SIZE = 2000
_FRESH = VersionedState(-1, None)


class ChangeFeed:
    """Keeps the cases under way as it reads them off the log; used by one thread."""

    def __init__(self, log: Log, definitions: Definitions) -> None:
        self._log = log
        self._definitions = definitions
        self._position = -1
        self._kept: dict[str, VersionedState] = {}

    def changed(self) -> list[CaseSnapshot]:
        """Return the cases that changed since the last call, as they stand now; each once."""
        touched: dict[str, None] = {}
        while page := self._log.page(self._position, PAGE_SIZE):
            for event in page:
                stream = event.envelope.stream
                if case_of_stream(stream) is not None:
                    self._kept[stream] = fold_events(stream, (event,), self._log.fact, self._kept.get(stream, _FRESH))
                    touched[stream] = None
            self._position = page[-1].position
        return list(self._seen(touched))

    def all(self) -> list[CaseSnapshot]:
        """Return every case as last read; asks the database nothing."""
        return list(self._seen(self._kept))

    def _seen(self, streams: Iterable[str]) -> Iterator[CaseSnapshot]:
        for stream in streams:
            version, case = self._kept[stream]
            yield CaseSnapshot(case, version, self._definitions.of(case.programme, case.definition))
