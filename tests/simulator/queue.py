"""The queue between processes: it carries ids of tasks, and loses, repeats, delays and reorders them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.simulator.faults import Faults
from workers.running.broker import TASKS_IN_A_MESSAGE


class Queue:
    """One queue for all processes, which outlives each of them."""

    def __init__(self, faults: Faults, order: Random) -> None:
        self._faults = faults
        self._order = order
        self._messages: list[tuple[str, ...]] = []
        self._late: list[tuple[str, ...]] = []

    def ring(self, due: Sequence[tuple[str, str]]) -> None:
        """Take ids of tasks that are due."""
        ids = [task_id for task_id, _ in due]
        for start in range(0, len(ids), TASKS_IN_A_MESSAGE):
            message, what = tuple(ids[start : start + TASKS_IN_A_MESSAGE]), self._faults.at("message")
            if what == "late":
                self._late.append(message)
            elif what != "lost":
                self._messages += [message] * (2 if what == "twice" else 1)

    def next(self) -> tuple[str, ...]:
        """Return a message, whichever comes first today; nothing when there is none."""
        return self._messages.pop(self._order.randrange(len(self._messages))) if self._messages else ()

    def come_in(self) -> None:
        """Let what was late arrive."""
        self._messages, self._late = self._messages + self._late, []

    def empty(self) -> None:
        """Lose everything."""
        self._messages, self._late = [], []
