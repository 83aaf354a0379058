"""Backups of the running office, and an older one that takes the place of log and keys.

It is done with what an operator has: ``wayhome backup`` while everything runs; then everybody is ended, the copy is put
in an empty place, accepted, and moved to PostgreSQL, as the operator's guide says. What lies outside is as it was.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import redis

from console.container import Container
from console.copies import copy_keys, put_in_place
from console.settings import Settings
from events.errors import BackupRefused, EventsError, KeysBehind, LogBehind
from tests.chaos.clock import ChaosClock
from tests.chaos.place import Place
from tests.chaos.players import ROOT
from tests.chaos.preparing import CROWDS
from tests.chaos.quarantine import Quarantine, orders_shown
from tests.chaos.restored import Restored, note
from tests.chaos.town import INSIDE, UP_S, Town
from tests.kit.web.served import PROGRAM
from tests.simulator.operator import Operator
from tests.simulator.paper import Paper, paper_of

KEPT_MAX: Final = 4  # copies: of more, the second goes
EVERY_S: Final = 4.0
SELDOM: Final = 8  # times as long as a copy takes passes before the next
ONE_BACK: Final = 0.25  # of restores: then a newer copy follows at once, if there is one


class Backup(NamedTuple):
    """A copy of log and keys, in two folders, and when it was begun."""

    folder: Path
    begun: int

    @property
    def log(self) -> Path:
        """Return the copy of the log."""
        return self.folder / "log" / "log.sqlite"

    @property
    def keys(self) -> Path:
        """Return the copy of the keys."""
        return self.folder / "keys" / "keys.sqlite"


class Backups:
    """Has the office copied now and then, by the product's own program, while everything else goes on."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._running: subprocess.Popen[bytes] | None = None
        self._not_before = time.monotonic() + EVERY_S
        self._made = 0
        self.kept: list[Backup] = []

    def look(self) -> None:
        """Begin a copy if it is time, or take up one that is ready."""
        if self._running is None:
            if time.monotonic() >= self._not_before:
                self._begin()
        elif self._running.poll() is not None:
            self._ended(ok=self._running.returncode == 0)

    def end(self) -> None:
        """Break off what is being copied."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._ended(ok=False)

    def _begin(self) -> None:
        self._made += 1
        self._next = Backup(self._place.folder / "copies" / str(self._made), time.monotonic_ns())
        for file in (self._next.log, self._next.keys):
            file.parent.mkdir(parents=True)
        words = ["backup", "--log", str(self._next.log), "--keys", str(self._next.keys), "--json"]
        self._running = wayhome(self._place, words, {"WAYHOME_DATABASE_URL": self._place.database})

    def _ended(self, *, ok: bool) -> None:
        self._running = None
        took = (time.monotonic_ns() - self._next.begun) / 1e9
        self._not_before = time.monotonic() + max(EVERY_S, took * SELDOM)
        if ok:
            self.kept.append(self._next)
        gone = self.kept.pop(1) if len(self.kept) > KEPT_MAX else None if ok else self._next
        if gone is not None:
            shutil.rmtree(gone.folder)


class Copies:
    """Copies of a run's office, one of which takes the place of everything now and then."""

    def __init__(self, town: Town) -> None:
        self._town, self._place = town, town.place
        self._backups = Backups(town.place)
        self._quarantine: Quarantine | None = None
        self._put_back = self._refused = self._lost = self._again = 0
        self._settled = self._counted = 0
        self._paper = Paper()

    @property
    def kept(self) -> Sequence[Backup]:
        """Return the copies there are, the oldest first."""
        return self._backups.kept

    @property
    def told(self) -> str:
        """Return in a line what came of older copies."""
        return (
            f"{self._put_back} put back, {self._again} of them newer than what was there, {self._refused} refused, "
            f"{self._lost} events lost, {self._settled} things settled, {self._counted} payments counted"
        )

    def look(self) -> None:
        """Have a copy made now and then, and answers of the bank read again that a lost part had heard."""
        self._backups.look()
        self.hear()

    def hear(self) -> None:
        """Have answers of the bank read again, where payments wait for them."""
        if self._quarantine is not None:
            self._quarantine.hear()

    def settle(self) -> None:
        """Let the officers settle what the copy does not know, until they have lifted the quarantine."""
        assert self._quarantine is not None, "a copy was put back"
        self._quarantine.settle()
        self._settled += self._quarantine.settled
        self._counted += self._quarantine.counted

    def end(self) -> None:
        """Let go of everything."""
        self._backups.end()
        self._forget_quarantine()

    # -- put back -----------------------------------------------------------------------------------------------------

    def put_back(self, chance: Random) -> None:
        """End everybody, put an older copy in the place of log and keys, accept it, and let everybody begin anew."""
        self._end_everybody()
        paper, destroyed, size = self._last_look()
        self._paper = self._paper.with_more(paper)
        chosen = chance.choice(self.kept)
        held, events = self._in_place(chosen, newest_keys=chance.random() < 0.5)
        known = self._accepted()
        self._to_the_server()
        if chance.random() < 0.5:
            with suppress(redis.RedisError):
                self._town.queue.client.flushall()
        self._put_back += 1
        self._lost, self._again = self._lost + max(0, size - events), self._again + (events > size)
        told = Restored(held.begun, time.monotonic_ns(), events, size - events, paper, destroyed)
        note(self._place.histories, told)
        self._quarantine = Quarantine(self._place, self._put_back, self._paper, known)
        self._place.closed.unlink()
        self._town.start()

    def _end_everybody(self) -> None:
        self._backups.end()
        self._forget_quarantine()
        away = [self._place.away(number) for number in range(CROWDS)]
        for file in away:
            file.unlink(missing_ok=True)
        self._place.closed.touch()
        _wait_for(lambda: all(file.exists() for file in away), "clients do not let go of the log")
        for name in self._town.named(*INSIDE):
            self._town.players[name].kill()

    def _forget_quarantine(self) -> None:
        if self._quarantine is not None:
            self._quarantine.close()
            self._quarantine = None

    def _last_look(self) -> tuple[Paper, frozenset[str], int]:
        """Return what the log tells before it is gone: what was paid and who was erased, and how long it is."""
        office = Container(self._place.settings(), clock=ChaosClock(self._place.clock))
        try:
            return paper_of(office.log), frozenset(office.keys.destroyed()), office.log.size()
        finally:
            office.keys.close()
            office.database.close()

    def _in_place(self, chosen: Backup, *, newest_keys: bool) -> tuple[Backup, int]:
        """Put log and keys in place; return of which copy, and how many events it has.

        Keys from before an erasure open nothing, and keys that saw another log signed since refuse this one: then
        other keys are tried, and other copies.
        """
        old = self._keys_moved_away()
        for one in dict.fromkeys((chosen, *reversed(self.kept))):
            for keys in (old, one.keys) if newest_keys else (one.keys, old):
                try:
                    return one, put_in_place(self._here, (one.log, keys), (_none, _none), _silent).events
                except (BackupRefused, EventsError):
                    self._refused += 1
        raise AssertionError("no copy can take the place of what was there")

    def _keys_moved_away(self) -> Path:
        here, folder = self._here, self._place.folder / "copies" / f"old-{self._put_back}"
        folder.mkdir(parents=True)
        copy_keys(here, folder / "keys.sqlite", lambda _done, _whole: None)
        _remove(here.key_file)
        return folder / "keys.sqlite"

    @property
    def _here(self) -> Settings:
        """Return the office in the folder itself, where a copy is before it is moved to the server."""
        return Settings(data=self._place.data, smtp_url=self._place.smtp_url)

    def _accepted(self) -> frozenset[str]:
        """Accept the copy, which nobody may open before; return the tasks it knows."""
        clock = ChaosClock(self._place.clock)
        try:
            Container(self._here, clock=clock).close()
        except (LogBehind, KeysBehind):
            with orders_shown(self._place):
                return Operator(self._here, clock, self._place.seed + self._put_back).begin()
        raise AssertionError("a copy was opened as if it were the newest")

    def _to_the_server(self) -> None:
        fresh = self._town.log.server.fresh_database()
        moving = wayhome(self._place, ["move", "--to", fresh, "--json"], {})
        assert moving.wait() == 0, f"the copy cannot be moved; see {_said(self._place)}"
        self._town.log.put_in_place(fresh)
        _remove(self._here.log_file)


def wayhome(place: Place, words: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Begin the product's own program on the office of a run; what it says goes to a file."""
    told = os.environ | {"WAYHOME_ALLOW_OWNER": "yes"} | environment
    with _said(place).open("ab") as said:
        return subprocess.Popen(
            [*PROGRAM, words[0], "--data", str(place.data), *words[1:]], cwd=ROOT, env=told, stdout=said, stderr=said
        )


def _said(place: Place) -> Path:
    return place.folder / "said-operator.txt"


def _remove(file: Path) -> None:
    for end in ("", "-wal", "-shm"):
        file.with_name(f"{file.name}{end}").unlink(missing_ok=True)


def _wait_for(there: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + UP_S
    while not there():
        assert time.monotonic() < until, otherwise
        time.sleep(0.05)


def _silent(_name: str) -> Callable[[int, int], None]:
    return lambda _done, _whole: None


def _none() -> str:
    raise AssertionError("these copies are not sealed")
