"""Heads of the log that somebody keeps where no hand on the database reaches, and what they prove of it."""

from collections.abc import Iterable
from typing import NamedTuple

from events.findings import Findings


class NotedHead(NamedTuple):
    """What was noted of a log: how many events it held, and the leaf and the place of the last of them.

    The place commits to every event before it, the leaf to that one and its stream; an empty one was not noted.
    """

    size: int
    leaf: bytes = b""
    place: bytes = b""


class NotedHeads:
    """Heads a walk over the log is held to, in the order of their sizes."""

    def __init__(self, heads: Iterable[NotedHead]) -> None:
        self.held_until = 0  # so many events are those that were there when a head was noted
        self._left = sorted(heads, reverse=True)
        self._wrong: NotedHead | None = None

    def passed(self, size: int, leaf: bytes | None, place: bytes) -> None:
        """Compare where the walk stands with what was noted there."""
        while self._left and self._left[-1].size == size:
            noted = self._left.pop()
            if noted.leaf in (b"", leaf) and noted.place in (b"", place):
                self.held_until = size if self._wrong is None else self.held_until
            else:
                self._wrong = self._wrong or noted

    def compare_rest(self, size: int, findings: Findings) -> None:
        """Say what is not as it was noted, and between which events it was changed."""
        if self._wrong is not None:
            first, last = self.held_until, self._wrong.size - 1
            text = f"events {first} to {last} are not all those that were there when event {last} was noted elsewhere"
            findings.beside(first, "noted", text)
        if self._left:
            text = f"the log held {self._left[0].size} events when its end was noted elsewhere; it ends at {size - 1}"
            findings.beside(size, "noted", text)
