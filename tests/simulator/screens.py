"""What people see of all cases, whichever process shows it: read once, and not once in each life of a process."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from console.container import Container
from events.envelope import RecordedEvent
from events.log import Log
from handlers.states.case_reader import CaseSnapshot
from handlers.states.change_feed import ChangeFeed
from tests.simulator.durable import WATCH


class Screens:
    """A feed that outlives processes; it asks for nothing while nothing is written."""

    def __init__(self) -> None:
        self._pages: _Pages
        self._feed: ChangeFeed | None = None
        self._written = -1
        self._news: dict[str, CaseSnapshot] = {}  # nobody has looked at since they changed

    def begun(self, container: Container) -> None:
        """Go on with a process that began; anew if it found another log than the one that was read."""
        pages = _Pages(container.log, None if self._feed is None else self._pages.last)
        if self._feed is None or not pages.hold_last():
            pages.last, self._written = None, -1
            self._feed = ChangeFeed(cast("Log", pages), container.service.definitions)
        self._pages = self._feed._log = pages  # type: ignore[assignment]

    def of(self, container: Container) -> Screens:
        """Return these screens as this process fills them."""
        self._pages.log, self._shown._definitions = container.log, container.service.definitions
        return self

    def changed(self) -> None:
        """Take in what was written since the last call."""
        written = WATCH.written
        if self._written != written:
            self._news |= {seen.case.case_id: seen for seen in self._shown.changed()}
            self._written = written

    def news(self, awaited: Collection[str]) -> list[CaseSnapshot]:
        """Return the cases that changed since they were returned last, but those about which an answer is awaited."""
        found = [seen for case_id, seen in self._news.items() if case_id not in awaited]
        self._news = {case_id: seen for case_id, seen in self._news.items() if case_id in awaited}
        return found

    def all(self) -> list[CaseSnapshot]:
        """Return every case as last read."""
        return self._shown.all()

    @property
    def _shown(self) -> ChangeFeed:
        assert self._feed is not None, "no process has begun"
        return self._feed


class _Pages:
    """A log as a feed reads it; it remembers the last event."""

    def __init__(self, log: Log, last: RecordedEvent | None) -> None:
        self.log = log
        self.last = last

    def page(self, after: int, limit: int) -> list[RecordedEvent]:
        found = self.log.page(after, limit)
        self.last = found[-1] if found else self.last
        return found

    def fact(self, event: RecordedEvent) -> Any:
        return self.log.fact(event)

    def hold_last(self) -> bool:
        """Tell whether the log goes on from what was read; an older copy in its place does not."""
        return self.last is None or self.log.page(self.last.position - 1, 1) == [self.last]
