"""Many seeds, in as many processes as there are cores; each is told as it ends, and all of them in one line."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tests.simulator.faults import Fault
from tests.simulator.office import folder
from tests.simulator.running import Run, run, shortened
from tests.simulator.terms import Terms
from tests.simulator.verdict import PROMISES
from workflow.registry import COMMANDS

MARKS = ("root", "replay", "rows")


class Seed(NamedTuple):
    """A seed that was run, and the shortest schedule of faults found for one that broke a promise."""

    terms: Terms
    found: Run
    schedule: Sequence[Fault] = ()

    @property
    def lines(self) -> Iterator[str]:
        """Yield what is said of it."""
        verdict = self.found.verdict
        yield verdict.line if verdict else f"simulator seed={self.terms.seed} error={self.found.error}"
        if not self.found.ok:
            yield from (f"  {one}" for one in self.found.findings)
            yield f"  seed {self.terms.seed}, shortest schedule: {' '.join(map(str, self.schedule))}"


class Sum:
    """What many seeds came to."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.seeds = 0
        self.broken = 0
        self.numbers: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()  # by promise
        self.given: set[str] = set()  # kinds of commands

    def add(self, seed: Seed) -> None:
        """Count a seed."""
        self.seeds, self.broken = self.seeds + 1, self.broken + (not seed.found.ok)
        if seed.found.verdict is not None:
            self.given |= seed.found.verdict.given
            self.numbers.update(seed.found.verdict.numbers)
            self.faults.update({name: len(found) for name, found in seed.found.verdict.broken.items()})

    @property
    def line(self) -> str:
        """Return the line a script can read."""
        took = time.monotonic() - self._began
        counted = " ".join(f"{name}={number}" for name, number in self.numbers.items() if name != "people")
        zeros = " ".join(f"{name}={self.faults[name]}" for name in PROMISES)
        marks = " ".join(f"{name}={'BROKEN' if self.faults[name] else 'ok'}" for name in MARKS)
        return (
            f"simulator seeds={self.seeds} broken={self.broken} {counted} {zeros} {marks} "
            f"seconds={took:.1f} seeds_per_second={self.seeds / took:.2f}"
        )

    @property
    def never(self) -> str:
        """Return which kinds of commands none of these years with all services has given."""
        never = sorted(kind.__name__ for kind in COMMANDS if kind.__name__ not in self.given)
        return f"simulator kinds={len(COMMANDS) - len(never)}/{len(COMMANDS)} never={','.join(never)}"


def run_all(terms: Iterable[Terms], processes: int) -> Iterator[Seed]:
    """Yield every seed once it was run, in their order; each process works in a folder of its own."""
    with folder() as place:
        if processes == 1:
            yield from (_run(place, one) for one in terms)
            return
        with ProcessPoolExecutor(processes, get_context("fork")) as crowd:
            yield from crowd.map(partial(_run, place), terms)


def _run(place: Path, terms: Terms) -> Seed:
    own = place / str(os.getpid())
    own.mkdir(exist_ok=True)
    found = run(terms, own)
    return Seed(terms, found, () if found.ok else shortened(terms, own, found))
