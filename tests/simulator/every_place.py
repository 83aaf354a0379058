"""A crash at every place at which a crash makes a difference: before and after each commit, file and call outside.

One person's whole way is gone without a fault. At each place the world is split: in one, a copy, the process dies,
everything is begun anew over what was on the disk at that instant, healed and judged; in the other the way goes on. A
copy made in the middle of a write is what a power cut leaves behind.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

from tests.simulator.durable import WATCH, watched
from tests.simulator.faults import PLACES_TO_DIE, Faults
from tests.simulator.office import data_of, start
from tests.simulator.running import silent
from tests.simulator.terms import Terms
from tests.simulator.verdict import Verdict, judged
from tests.simulator.year import Simulation

# One person comes, is served to the end of the support, and then asks to be forgotten.
WHOLE_WAY: Final = Terms(seed=1, people=1, days=500, share=0.0, gives_up=0.0, forgotten=1.0)


class Crashed(NamedTuple):
    """What came of crashing at every place: how many places there were of each kind, and what was found where."""

    places: Counter[str]
    tried: int
    findings: list[str]
    whole: Verdict  # of the way that went on without a crash

    @property
    def line(self) -> str:
        """Return the line a script can read."""
        return (
            f"every_place places={self.places.total()} crashed={self.tried} {by_kind(self.places)} "
            f"broken={len(self.findings)} events={self.whole.numbers['events']}"
        )


def by_kind(places: Counter[str]) -> str:
    """Return how many places there were of each kind, for the line of a script."""
    return " ".join(f"{kind}={number}" for kind, number in sorted(places.items()))


class _Splitting(Faults):
    """Lets nothing go wrong here, and has a crash tried at each place, or at every n-th."""

    def __init__(self, place: Path, data: Path, every: int) -> None:
        super().__init__(0, share=0.0)
        self._place = place
        self._data = data
        self._every = every
        self.world: Simulation
        self.places: Counter[str] = Counter()
        self.tried = 0
        self.findings: list[str] = []

    def at(self, kind: str) -> str:
        if kind in PLACES_TO_DIE and not self.are_over and self.world.somebody_acts:
            number = sum(self.places.values())
            self.places[kind] += 1
            if number % self._every == 0:
                self.tried += 1
                self._crash_elsewhere(f"{kind} {self.places[kind]} (place {number})")
        return ""

    def _crash_elsewhere(self, where: str) -> None:
        told = self._place / "told"
        told.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            self._healed_and_judged(told)
        _, status = os.waitpid(child, 0)
        said = told.read_text() if told.exists() else "the process after the crash ended without a word"
        if status or said:
            self.findings.append(f"{where}: {said}")

    def _healed_and_judged(self, told: Path) -> None:
        """In the copy of the world: go on after the crash, say what is broken, and leave without cleaning up."""
        data = self._place / "crashed" / "data"
        try:
            shutil.copytree(self._data, data)
            self.world.die_and_go_on(data)
            self.world.heal()
            said = "; ".join(judged(self.world).findings())
        except BaseException as problem:  # noqa: BLE001 - told, whatever it is
            said = f"{type(problem).__name__}: {problem}"
        told.write_text(said)
        shutil.rmtree(data.parent, ignore_errors=True)
        os._exit(1 if said else 0)


def crash_everywhere(place: Path, *, every: int = 1, terms: Terms = WHOLE_WAY) -> Crashed:
    """Go a whole way and crash at each place of it, or at every n-th, each time in a world of its own."""
    with silent(), watched(), data_of(True, place) as data:
        faults = _Splitting(place, data, every)
        faults.world = Simulation(terms, data, start(small=True), faults)
        try:
            faults.world.run()
            return Crashed(faults.places, faults.tried, faults.findings, judged(faults.world))
        finally:
            faults.world.close()
            WATCH.open.clear()
