"""A process of the office: the container with all that is in it, on the one store; it is killed and opened again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from console.container import Container
from console.settings import Settings
from events.world import Clock, SeededEntropy
from handlers.commanding.service import TaskNotifier
from tests.simulator.clocks import MachineClock
from tests.simulator.screens import Screens
from workers.mail.post import Post
from workers.running.orders import Orders
from workers.running.perform import Backoff
from workers.running.sweeper import Sweeper, SweepResult, SweepSettings
from workers.running.worker_pool import WorkerSettings

LEASE_S: Final = 30.0


class Killed(BaseException):
    """This process ends here: nothing after this line of it has any effect, not even what cleans up."""


class Machine:
    """Console and workers of one host, as ``wayhome serve`` has them; its threads are the scheduler's one."""

    def __init__(
        self, name: str, data: Path, clock: Clock, queue: TaskNotifier, orders: Orders, post: Post, screens: Screens
    ) -> None:
        self.name = name
        self.lives = 0  # how often it was begun
        self.is_dead = True
        self.down_until = 0
        self._data = data
        self.clock = MachineClock(clock)
        self._queue = queue
        self._orders = orders
        self._post = post
        self._screens = screens
        self._container: Container | None = None
        self.sweeper: Sweeper

    @property
    def container(self) -> Container:
        """Return what is open."""
        assert self._container is not None, "a machine that is down was asked"
        return self._container

    @property
    def feed(self) -> Screens:
        """Return what people see, asked of this process."""
        return self._screens.of(self.container)

    def begin(self, seed: int) -> None:
        """Open the office anew; nothing is left of the life before but what is on the disk."""
        self.lives, self.is_dead = self.lives + 1, False
        chance = SeededEntropy(hash((seed, len(self.name), ord(self.name[0]), self.lives)))
        self._container = Container(Settings(data=self._data), clock=self.clock, chance=chance)
        # One who asks seldom costs a simulated day nothing: what the queue loses is rung for again within minutes.
        terms = WorkerSettings(lease_s=LEASE_S, rhythm=SweepSettings(), patience=Backoff())
        pool = self._container.pool(terms, orders=self._orders, post=self._post)
        self._container.service.bell = self._queue
        self.performer = pool.performer
        self.sweeper = replace(pool.sweeper, bell=self._queue)
        self.sealing = self._container.sealing()
        self._screens.begun(self._container)

    def sweep(self) -> SweepResult:
        """Sweep as the process does: what fails waits for the next time."""
        return self.sweeper.sweep_safely()

    def end(self) -> None:
        """Let go of what a dead process held; the operating system does as much."""
        self.is_dead = True
        if self._container is not None:
            self._container.keys.close()
            self._container.database.close()
            self._container = None


def lapse() -> timedelta:
    """Return after how long everything a dead process held is free again."""
    return timedelta(seconds=LEASE_S + 1)
