"""When which fault strikes: drawn from the seed, so many over so many commands, and each healed in its time."""

import heapq
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final

from tests.chaos.faults import TOWN, Fault, Heal, Scene
from tests.chaos.town import Town

TOGETHER: Final = 3  # so many at once at the most
_HOLDING_S: Final = 3.0  # in which a worker that holds something is looked for
_AFTER_THE_LOG: Final = 0.5  # seconds in which the office finds its feet when its log was away


def drawn(faults: Sequence[Fault], chance: random.Random) -> Iterator[Fault]:
    """Yield faults for ever: first each kind once, then as often as its row says."""
    first = list(faults)
    chance.shuffle(first)
    yield from first
    while True:
        yield chance.choices(faults, [fault.often for fault in faults])[0]


class Striking:
    """Strikes and heals; what is struck stays so until it heals."""

    def __init__(self, scene: Scene, faults: Sequence[Fault]) -> None:
        self._scene, self._faults = scene, drawn(faults, scene.chance)
        self._open: list[tuple[float, int, str, Heal]] = []
        self._numbers = count()
        self._next: Fault | None = None
        self._not_before = self._asked_since = 0.0
        self.struck: Counter[str] = Counter()

    def strike(self) -> bool:
        """Let the next fault strike if what it strikes is whole; tell whether it did."""
        if len(self._open) >= TOGETHER or TOWN in self.targets() or time.monotonic() < self._not_before:
            return False
        self._next = self._next or next(self._faults)
        fault, target = self._next, self._target(self._next)
        if target is None:
            return False
        self._next = None
        heal = fault.strike(self._scene, target)
        self.struck[fault.kind] += 1
        at = time.monotonic() + self._scene.chance.uniform(*fault.lasts)
        heapq.heappush(self._open, (at, next(self._numbers), target, heal))
        return True

    def heal(self, *, all_of_it: bool = False) -> None:
        """Heal what has lasted long enough, or all of it."""
        while self._open and (all_of_it or self._open[0][0] <= time.monotonic()):
            _, _, target, heal = heapq.heappop(self._open)
            heal()
            if target in ("log", TOWN):
                self._not_before = time.monotonic() + _AFTER_THE_LOG

    def targets(self) -> set[str]:
        """Return what is struck and has not healed."""
        return {target for _, _, target, _ in self._open}

    def _target(self, fault: Fault) -> str | None:
        """Return what a fault strikes: one that is whole, and of workers one that has something in hand."""
        if fault.upon == (TOWN,):
            return TOWN if self._scene.copies.kept and not self._open else None
        whole = [name for name in self._names(self._scene.town, fault) if name not in self.targets()]
        if fault.kind == "worker_killed":
            whole = self._holding(whole)
        return self._scene.chance.choice(whole) if whole else None

    def _holding(self, workers: list[str]) -> list[str]:
        """Return those that hold a task; any of them when nobody did for a while."""
        self._asked_since = self._asked_since or time.monotonic()
        holding = sorted(set(workers) & set(self._scene.recoveries.busy()))
        if not holding and time.monotonic() - self._asked_since < _HOLDING_S:
            return []
        self._asked_since = 0.0
        return holding or workers

    @staticmethod
    def _names(town: Town, fault: Fault) -> list[str]:
        shared = [name for name in fault.upon if name in ("log", "queue", "clock")]
        return shared or town.named(*fault.upon)
