"""The clock of one process: mostly the world's, and for a moment set back, or ahead, by whoever set it wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from events.world import Clock
from tests.simulator.faults import Faults

WRONG_BY: Final = {"back": timedelta(hours=-3), "ahead": timedelta(hours=2)}
AHEAD_MOST: Final = max(WRONG_BY.values())


class MachineClock:
    """Tells the world's time, as wrong as it is set."""

    def __init__(self, world: Clock) -> None:
        self._world = world
        self._wrong_by = timedelta(0)

    def now(self) -> datetime:
        """Return the instant this clock shows."""
        return self._world.now() + self._wrong_by

    def set(self, how: str) -> None:
        """Set it ``back``, ``ahead`` or, with nothing said, right."""
        self._wrong_by = WRONG_BY.get(how, timedelta(0))


def set_clocks(clocks: Iterable[MachineClock], faults: Faults) -> None:
    """Let each process have the right time at this moment, or a clock that somebody set wrong."""
    for clock in clocks:
        clock.set(faults.at("clock"))
