"""`wayhome drill tamper`: a log is lived through, and then altered in every way, again and again.

Everything happens to copies in memory; what is asked each time is what `wayhome verify` would say. Kept outside, as
witnesses keep them, are heads of the log that were noted while it was lived.
"""

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from console.drills.attacks import ATTACKS, Attack, Done, Target, hashed_anew, with_stolen_key
from console.drills.forger import Forger
from console.drills.life import Life, Snapshot
from events.verify import LogProof

Progress = Callable[[str, int, int], None]  # what is being done, how much of it is done, how much there is
PER_LIFE: Final = 600
_WAYS: Final = (*ATTACKS, "old backup", "stolen key")


class TamperDrill(NamedTuple):
    """What a drill came to."""

    n: int
    detected: int
    located: int
    between: int  # of those located: between two heads noted elsewhere, not at one event
    untouched: int
    false_alarms: int
    seconds: float
    ways: dict[str, tuple[int, int, int]]  # done, detected, located
    missed: tuple[str, ...] = ()  # which ones were not, with their numbers, to be repeated with the same seed

    @property
    def ok(self) -> bool:
        """Tell whether everything was found and nothing else."""
        return self.detected == self.located == self.n and not self.false_alarms

    @property
    def line(self) -> str:
        """Return the drill as one line that a program can read."""
        return (
            f"drill tamper n={self.n} detected={self.detected} located={self.located} between_heads={self.between} "
            f"false_alarms={self.false_alarms}/{self.untouched} seconds={self.seconds:.1f}"
        )


def tamper_drill(folder: Path, n: int, seed: int, untouched: int, progress: Progress) -> TamperDrill:
    """Live through logs in an empty folder, look at each evening, and tamper ``n`` times with copies of them."""
    began, chance = time.monotonic(), Random(seed)  # noqa: S311 - a drill has to be repeatable
    looked = alarms = lives = 0
    tally = _Tally()
    while looked < untouched or not lives:
        life = Life(folder / str(lives), seed + lives)
        lives += 1
        try:
            report, evenings = life.lived(untouched - looked, partial(_told, progress, looked, untouched))
            looked, alarms = looked + report[0], alarms + report[1]
            for _ in range(_share(n - tally.n, looked, untouched)):
                tally.take(*_tampered(life, evenings, chance))
                progress("tampered with", tally.n, n)
        finally:
            life.close()
    return tally.result(looked, alarms, time.monotonic() - began)


def _told(progress: Progress, before: int, total: int, more: int) -> None:
    progress("untouched", before + more, total)


def _share(left: int, looked: int, untouched: int) -> int:
    """Return how often to tamper with this life: the last one gets what is left."""
    return left if looked >= untouched else min(left, PER_LIFE)


def _tampered(life: Life, evenings: list[Snapshot], chance: Random) -> tuple[str, Done, LogProof]:
    evening, way = chance.choice(evenings), chance.choice(_WAYS)
    with life.copy(evening) as connection:
        done = _done(life, evenings, evening, Target(Forger(connection), chance, evening.size), way)
        return way, done, life.proved(connection, evening.heads)


def _done(life: Life, evenings: list[Snapshot], evening: Snapshot, target: Target, way: str) -> Done:
    if way == "stolen key":
        return hashed_anew(target._replace(forger=with_stolen_key(life.codes, target.forger)))
    if way == "old backup":
        older = [one for one in evenings if one.size < evening.size] or [evening._replace(size=0)]
        old = target.chance.choice(older)
        if not old.size:  # nothing is older than the first evening: its end is cut off with everything that says so
            return ATTACKS["cut off"](target._replace(forger=with_stolen_key(life.codes, target.forger)))
        life.put_back(old)
        return Done(old.size)
    attack: Attack = ATTACKS[way]
    return attack(target)


class _Tally:
    """What was done and what was found, as a drill goes on."""

    def __init__(self) -> None:
        self.n = self._between = 0
        self._done: Counter[str] = Counter()
        self._detected: Counter[str] = Counter()
        self._located: Counter[str] = Counter()
        self._missed: list[str] = []

    def take(self, way: str, done: Done, report: LogProof) -> None:
        """Count one run."""
        located = done.is_located(report)
        self.n += 1
        self._done[way] += 1
        self._detected[way] += not report.ok
        self._located[way] += located
        self._between += located and not done.is_named(report)
        if report.ok or not located:
            self._missed.append(f"{self.n} {way} at {done.first}: {[f.text for f in report.findings][:2]}")

    def result(self, looked: int, alarms: int, seconds: float) -> TamperDrill:
        """Return what it came to."""
        ways = {way: (self._done[way], self._detected[way], self._located[way]) for way in _WAYS}
        detected, located = self._detected.total(), self._located.total()
        missed = tuple(self._missed[:20])
        return TamperDrill(self.n, detected, located, self._between, looked, alarms, seconds, ways, missed)
