"""One seed, from the founding of the office to the verdict."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.simulator.durable import watched
from tests.simulator.faults import Fault, Faults
from tests.simulator.office import FEW, data_of, start
from tests.simulator.shrinking import RUNS_MAX, shortest
from tests.simulator.terms import Terms
from tests.simulator.verdict import Verdict, judged
from tests.simulator.year import NeverQuiet, Simulation


class Run(NamedTuple):
    """What came of a seed: a verdict or an error, and what went wrong on the way."""

    verdict: Verdict | None
    error: str
    happened: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every promise was kept and nothing broke."""
        return self.verdict is not None and self.verdict.ok and not self.error

    @property
    def findings(self) -> list[str]:
        """Return what was found."""
        return [*filter(None, [self.error]), *(self.verdict.findings() if self.verdict else ())]


def run(terms: Terms, place: Path, only: Collection[Fault] | None = None) -> Run:
    """Run one seed in a folder and judge it; an error of the engine's is a finding too."""
    small = terms.people <= FEW
    with silent(), watched(), data_of(small, place, services=terms.services) as data:
        faults = Faults(terms.seed, only=only, share=terms.share, never=terms.never)
        world = Simulation(terms, data, start(small=small), faults)
        try:
            world.run()
            return Run(judged(world), "", tuple(world.faults.happened))
        except NeverQuiet as never:
            return Run(judged(world), str(never), tuple(world.faults.happened))
        except Exception as problem:  # noqa: BLE001 - whatever it is, its seed is wanted
            return Run(None, f"{type(problem).__name__}: {problem}", tuple(world.faults.happened))
        finally:
            world.close()


def shortened(terms: Terms, place: Path, broken: Run, runs: int = RUNS_MAX) -> list[Fault]:
    """Return the shortest schedule of faults, found in so many runs, that breaks something too."""
    return shortest(broken.happened, lambda some: not run(terms, place, only=some).ok, runs)


@contextmanager
def silent() -> Iterator[None]:
    """Let the engine's own alarms be silent: thousands of faults make thousands of them."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
