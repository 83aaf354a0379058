"""An older backup takes the place of log and keys in the middle of a run.

It is done with what an operator has: everybody is ended, the copy is put in an empty place, accepted,
and moved to PostgreSQL, as the operator's guide says. What lies outside is as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import redis

from console.container import Container
from console.copies import copy_keys, put_in_place
from console.settings import Settings
from events.errors import BackupRefused, EventsError, KeysBehind, LogBehind
from tests.chaos.backups import Backup, Backups, said_by_operator, wayhome
from tests.chaos.clock import ChaosClock
from tests.chaos.preparing import CROWDS
from tests.chaos.quarantine import Quarantine, orders_shown
from tests.chaos.restored import Restored, counts, note, restores
from tests.chaos.town import INSIDE, UP_S, Town
from tests.kit.workshop import until
from tests.simulator.operator import Operator
from tests.simulator.paper import Paper, paper_of


class Copies:
    """Copies of a run's office, one of which takes the place of everything now and then."""

    def __init__(self, town: Town) -> None:
        self._town, self._place = town, town.place
        self._backups = Backups(town.place)
        self._operator = Operator(self._here, ChaosClock(self._place.clock), self._place.seed)
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
            f"{self._put_back} put back, {self._again} of them of a history that was lost, {self._refused} refused, "
            f"{self._lost} events lost, {self._settled} things settled, {self._counted} payments counted"
        )

    def look(self) -> None:
        """Have a copy made now and then."""
        self._backups.look()

    def hear(self) -> None:
        """Have answers of the bank read again that a lost part had heard, where payments wait for them."""
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
        chosen = chance.choices(self.kept, [age + 1 for age in range(len(self.kept))])[0]  # newer ones more often
        held, events = self._in_place(chosen, newest_keys=chance.random() < 0.5)
        known = self._accepted()
        self._to_the_server()
        if chance.random() < 0.5:
            with suppress(redis.RedisError):
                self._town.queue.client.flushall()
        self._put_back += 1
        self._lost += max(0, size - events)
        self._again += not counts(held.begun, restores(self._place.histories))
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
        until(lambda: all(file.exists() for file in away), UP_S, "clients do not let go of the log")
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
        try:
            Container(self._here, clock=ChaosClock(self._place.clock)).close()
        except (LogBehind, KeysBehind):
            with orders_shown(self._place):
                return self._operator.begin()
        raise AssertionError("a copy was opened as if it were the newest")

    def _to_the_server(self) -> None:
        fresh = self._town.log.server.fresh_database()
        moving = wayhome(self._place, ["move", "--to", fresh, "--json"], {})
        assert moving.wait() == 0, f"the copy cannot be moved; see {said_by_operator(self._place)}"
        self._town.log.put_in_place(fresh)
        _remove(self._here.log_file)


def _remove(file: Path) -> None:
    for end in ("", "-wal", "-shm"):
        file.with_name(f"{file.name}{end}").unlink(missing_ok=True)


def _silent(_name: str) -> Callable[[int, int], None]:
    return lambda _done, _whole: None


def _none() -> str:
    raise AssertionError("these copies are not sealed")
