"""Tells open pages that something has happened: one look at the log for all of them, every half second."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

_log = logging.getLogger(__name__)

BEAT_S = 0.5
STILL_S = 5.0  # who signs out elsewhere is told within that; what stands in the log, at once


class ChangeBroadcaster:
    """Watches the log's length while anybody listens, and wakes the listeners when it has grown."""

    def __init__(self, size: Callable[[], int], beat_s: float = BEAT_S) -> None:
        self._size = size
        self._beat_s = beat_s
        self._listeners = 0
        self._seen = -1
        self._trouble = ""
        self._grown = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    async def beats(self, still_s: float = STILL_S) -> AsyncIterator[int]:
        """Yield the log's length whenever it has grown, and now and then although it has not."""
        self._listeners += 1
        if self._watch is None or self._watch.done():
            self._grown = asyncio.Event()
            self._watch = asyncio.create_task(self._watching())
        try:
            seen = -1
            while True:
                if self._seen == seen:
                    with suppress(TimeoutError):  # a beat all the same, so that a page whose reader has gone is noticed
                        async with asyncio.timeout(still_s):
                            await self._grown.wait()
                seen = self._seen
                yield seen
        finally:
            self._listeners -= 1

    async def _watching(self) -> None:
        """Wake everybody at each growth; whoever waits next waits for another event.

        No lock is held while somebody waits: a browser may leave at any moment, and would leave it locked.
        """
        while self._listeners:
            size = await run_in_threadpool(self._looked)
            if size != self._seen:
                self._seen = size
                grown, self._grown = self._grown, asyncio.Event()
                grown.set()
            await asyncio.sleep(self._beat_s)

    def _looked(self) -> int:
        """Return the log's length, or the last one known while it cannot be read; said once, not at each beat."""
        try:
            size, trouble = self._size(), ""
        except Exception as problem:  # noqa: BLE001 - the next look may succeed, and nobody else would begin it
            size, trouble = self._seen, type(problem).__name__
        if trouble not in ("", self._trouble):
            _log.warning("open pages hear of nothing for now: the log could not be read (%s)", trouble)
        self._trouble = trouble
        return size
