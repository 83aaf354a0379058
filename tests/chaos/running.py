"""A run from its first command to its verdict."""

import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from tests.chaos.checker import Judgement, judge
from tests.chaos.clients import progress
from tests.chaos.copies import Copies
from tests.chaos.faults import Fault, Scene
from tests.chaos.players import Player, program
from tests.chaos.preparing import CROWDS, prepare
from tests.chaos.striking import Striking
from tests.chaos.town import UP_S, Town
from tests.chaos.watching import RECOVERED_S, Quiet, Recoveries, TimeKeeper

QUIET_S: Final = 60.0
GIVEN_UP_S: Final = 180.0  # after which nobody waits for quiet any more
KINDS_LEAST: Final = 12
_TICK_S: Final = 0.02
_TOLD_S: Final = 10.0
_GAP_S: Final = 0.1
_DUMP_S: Final = 15.0
_STARTED_AGAIN_S: Final = 0.5  # as whatever looks after services does


class Terms(NamedTuple):
    """How a run is run."""

    seed: int
    commands: int
    faults: int
    seconds_max: float
    untimed: bool = False  # on a machine that others use too, how long something took is told and judged by nobody


@dataclass
class Came:
    """What came of a run."""

    terms: Terms
    struck: Counter[str] = field(default_factory=Counter)
    p99: float = 0.0
    recovered: int = 0
    quiet: float = 0.0
    left: str = ""
    findings: list[str] = field(default_factory=list)
    restores: str = ""
    told: Judgement | None = None

    @property
    def ok(self) -> bool:
        """Tell whether every promise was kept, under enough faults."""
        assert self.told is not None
        kept = not any(self.told.zeros.values()) and (self.told.root, self.told.replay) == ("ok", "ok")
        soon = self.terms.untimed or (self.p99 <= RECOVERED_S and self.quiet <= QUIET_S)
        return kept and soon and not self.left and (len(self.struck) >= KINDS_LEAST or not self.terms.faults)

    @property
    def line(self) -> str:
        """Return the line a script can read."""
        assert self.told is not None
        zeros = " ".join(f"{name}={number}" for name, number in self.told.zeros.items())
        return (
            f"chaos seed={self.terms.seed} commands={self.told.commands} acks={self.told.acks} "
            f"faults={self.struck.total()} kinds={len(self.struck)} {zeros} root={self.told.root} "
            f"replay={self.told.replay} recovery_p99_s={self.p99:.1f} quiet_s={self.quiet:.1f}"
        )


class Run:
    """One run in a town."""

    def __init__(self, town: Town, terms: Terms, faults: list[Fault]) -> None:
        self._town, self._terms = town, terms
        self._recoveries = Recoveries(town)
        self._time = TimeKeeper(town, self._recoveries)
        self._copies = Copies(town)
        scene = Scene(town, self._recoveries, self._time, Random(f"chaos/{terms.seed}"), self._copies)
        self._striking = Striking(scene, faults)
        self._clients = [_crowd(town, number) for number in range(CROWDS)]
        self._came = Came(terms)
        self._told_at = self._dumped_at = self._struck_at = 0.0
        self._ended_at: dict[str, float] = {}

    def to_the_end(self) -> Came:
        """Work under faults, heal, wait for quiet, and judge."""
        prepare(self._town.place)
        self._town.start()
        with self._recoveries:
            try:
                self._let_clients_in()
                self._work()
                self._heal()
                self._wait_for_quiet()
            finally:
                self._copies.end()
                for crowd in self._clients:
                    crowd.stop()
        self._town.stop()
        self._came.struck = self._striking.struck
        self._came.p99, self._came.recovered = self._recoveries.p99, len(self._recoveries.took)
        self._came.findings += self._recoveries.late
        self._came.restores = self._copies.told
        self._came.told = judge(self._town.place)
        return self._came

    def _let_clients_in(self) -> None:
        """Start the clients and wait until they ask: who begins in the middle of a fault only ends again."""
        for crowd in self._clients:
            crowd.start()
        told = [self._town.place.folder / f"progress-{number}.json" for number in range(CROWDS)]
        until = time.monotonic() + UP_S
        while not all(path.exists() for path in told):
            assert time.monotonic() < until, self._last_words()
            time.sleep(_TICK_S * 5)

    def _work(self) -> None:
        began, commands = time.monotonic(), 0
        while time.monotonic() - began < self._terms.seconds_max:
            commands, *_ = progress(self._town.place)
            if commands >= self._terms.commands and self._striking.struck.total() >= self._terms.faults:
                return
            past = (time.monotonic() - began) / self._terms.seconds_max
            self._one_look(max(past, commands / max(1, self._terms.commands)))
            self._tell(began)
            time.sleep(_TICK_S)
        self._came.findings.append(f"after {self._terms.seconds_max:.0f} s there were {commands} commands")

    def _one_look(self, share: float) -> None:
        now = time.monotonic()
        self._striking.heal()
        if self._is_time_for_one(share) and now - self._struck_at > _GAP_S and self._striking.strike():
            self._struck_at = now
        self._look_after_them()
        self._time.look()
        self._copies.look()
        if "log" not in self._striking.targets():  # whoever waits for a log that is struck heals nothing meanwhile
            self._copies.hear()
        assert all(crowd.is_up for crowd in self._clients), self._last_words()
        if now - self._dumped_at > _DUMP_S:
            self._dumped_at = now
            self._town.queue.remember()

    def _last_words(self) -> str:
        said = "".join(path.read_text()[-2000:] for path in self._town.place.folder.glob("said-clients-*.txt"))
        return f"clients have ended:\n{said}"

    def _is_time_for_one(self, share: float) -> bool:
        """Tell whether fewer faults struck than belong to this share of the work, or of the time there is."""
        return self._striking.struck.total() < self._terms.faults * min(1.0, share)

    def _look_after_them(self) -> None:
        """Start again whoever ended by itself, for want of a log or a key, as a service manager does."""
        struck, now = self._striking.targets(), time.monotonic()
        for name, player in self._town.players.items():
            if name in struck or player.is_up:
                self._ended_at.pop(name, None)
            elif now - self._ended_at.setdefault(name, now) > _STARTED_AGAIN_S:
                player.start()

    def _heal(self) -> None:
        self._striking.heal(all_of_it=True)
        self._town.log.ensure()
        for player in self._town.players.values():
            player.start()
        self._town.place.calm.touch()

    def _wait_for_quiet(self) -> None:
        quiet, healed = Quiet(self._town), time.monotonic()
        while time.monotonic() - healed < GIVEN_UP_S:
            *_, pending = progress(self._town.place)
            self._came.left = ", ".join(filter(None, [quiet.left(), f"unresolved: {pending}" if pending else ""]))
            self._came.quiet = time.monotonic() - healed
            if not self._came.left:
                return
            self._look_after_them()
            self._copies.hear()
            time.sleep(_TICK_S * 5)
        self._came.findings.append(f"{self._came.quiet:.0f} s after healing: {self._came.left}")

    def _tell(self, began: float) -> None:
        if time.monotonic() - self._told_at < _TOLD_S:
            return
        self._told_at = time.monotonic()
        commands, answered, pending = progress(self._town.place)
        struck, again = self._striking.struck.total(), len(self._recoveries.took)
        print(
            f"  {self._told_at - began:5.0f} s: {self._town.clock.now():%Y-%m-%d}, {commands} commands, "
            f"{answered} answered, {pending} open, {struck} faults, {again} tasks ran again",
            flush=True,
        )


def _crowd(town: Town, number: int) -> Player:
    said = town.place.folder / f"said-clients-{number}.txt"
    return Player(f"clients-{number}", program("tests.chaos.clients", [str(town.place.folder), str(number)], said))
