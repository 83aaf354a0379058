"""Looks at the thread that serves: how many commands it takes at once, and where its time goes."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from handlers.commanding.answers import Answer
from handlers.commanding.group_commit import PendingCommand
from handlers.commanding.service import CommandService
from workflow.command import Command

Tickets = Sequence[PendingCommand[Command, Answer]]
Serve = Callable[[Tickets], None]


class Batches:
    """Counts what a service takes together, and what CPU time this process spends on it, callers and all."""

    def __init__(self, service: CommandService) -> None:
        self.commands = 0
        self.times = 0
        self._measured = 0
        self._cpu_s = 0.0
        self._serve: Serve = service._turns._serve
        service._turns._serve = self._counted

    @property
    def mean(self) -> float:
        """Return how many commands were served together on average."""
        return self.commands / max(1, self.times)

    @property
    def cpu_us(self) -> float:
        """Return the CPU time of this process for each command measured, in microseconds."""
        return self._cpu_s / max(1, self._measured) * 1e6

    def measured(self, measure: Callable[[], float]) -> float:
        """Measure, and note the CPU time it took; unlike the clock it says little about the neighbours."""
        commands, cpu = self.commands, time.process_time()
        found = measure()
        self._cpu_s += time.process_time() - cpu
        self._measured += self.commands - commands
        return found

    def _counted(self, tickets: Tickets) -> None:
        self.commands += len(tickets)
        self.times += 1
        self._serve(tickets)


@contextmanager
def profiled(service: CommandService, lines: int = 25) -> Iterator[None]:
    """Print where serving spends its time, whichever caller's thread does it: one serves at a time."""
    profiler = cProfile.Profile()
    serve: Serve = service._turns._serve

    def observed(tickets: Tickets) -> Any:
        profiler.enable()
        try:
            serve(tickets)
        finally:
            profiler.disable()

    service._turns._serve = observed
    batches = Batches(service)
    try:
        yield
    finally:
        service._turns._serve = serve
        _print(profiler, batches, lines)


def _print(profiler: cProfile.Profile, batches: Batches, lines: int) -> None:
    print(f"{batches.commands} commands in {batches.times} batches, {batches.mean:.1f} a batch")
    for order in ("tottime", "cumulative"):
        pstats.Stats(profiler).strip_dirs().sort_stats(order).print_stats(lines)
