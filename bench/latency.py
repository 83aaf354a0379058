"""How long a task waits between the ring after its commit and the first line of its work.

Redis with one worker process, the broker inside this process, and by hand a blocking Redis list, in turn.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import chain
from typing import Any

from bench.bells import Bell, by_hand, dramatiq, embedded, idle_cpu
from bench.conditions import conditions, print_conditions
from bench.rounds import percentile
from bench.servers import redis_address

Waits = dict[str, list[list[float]]]  # for each bell, for each round, milliseconds


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure and print; return the figures."""
    found = conditions()
    print_conditions(found)
    with ExitStack() as stack:
        address = stack.enter_context(redis_address())
        bells = [
            stack.enter_context(by_hand(address)),
            stack.enter_context(dramatiq(address)),
            stack.enter_context(embedded()),
        ]
        warm = _in_turn(bells, 5, lambda: 0.02)
        assert all(warm.values())
        figures = {
            "100 tasks/s": _table("100 tasks/s", _busy(bells, 3 if quick else 9, 100)),
            "idle 0.25 s": _table("one task each 0.25 s", _in_turn(bells, 10 if quick else 60, _quarter)),
            "idle 4 s": _table("one task each 4 s", _rarely(bells, 2 if quick else 8)),
        }
        cpu = {bell.name: round(idle_cpu(bell, 2 if quick else 10), 2) for bell in bells if bell.process}
    print("\nCPU of an idle worker process: " + ", ".join(f"{name} {part} %" for name, part in cpu.items()))
    return {"conditions": found, "start latency ms": figures, "idle CPU %": cpu}


def _quarter() -> float:
    return 0.25 * (0.5 + random.random())


def _in_turn(bells: list[Bell], times: int, pause: Callable[[], float]) -> Waits:
    """Ring one bell after another, each after a pause; ten rings are a round."""
    waits: Waits = {bell.name: [] for bell in bells}
    for number in range(times):
        for bell in bells if number % 2 else reversed(bells):
            time.sleep(pause())
            if number % 10 == 0:
                waits[bell.name].append([])
            waits[bell.name][-1] += rung(bell, 1)
    return waits


def _rarely(bells: list[Bell], times: int) -> Waits:
    """Ring each bell once every four seconds."""
    waits: Waits = {bell.name: [] for bell in bells}
    for number in range(times):
        for bell in bells if number % 2 else reversed(bells):
            time.sleep(4 / len(bells))
            waits[bell.name].append(rung(bell, 1))
    return waits


def _busy(bells: list[Bell], rounds: int, rate: int) -> Waits:
    """Ring each bell a hundred times a second for a second, in turn."""
    waits: Waits = {bell.name: [] for bell in bells}
    for number in range(rounds):
        for bell in bells if number % 2 else reversed(bells):
            waits[bell.name].append(rung(bell, rate, 1 / rate))
    return waits


def rung(bell: Bell, times: int, apart: float = 0.0) -> list[float]:
    """Ring a bell so many times, so many seconds apart, and return how many milliseconds each ring waited."""
    start = time.perf_counter()
    for number in range(times):
        time.sleep(max(0.0, start + number * apart - time.perf_counter()))
        bell.ring(time.time_ns())
    return [bell.waited() for _ in range(times)]


def _table(title: str, waits: Waits) -> dict[str, Any]:
    base = next(iter(waits))
    print(f"\n{title:<42}{'p50 ms':>9}{'p99 ms':>9}   x of '{base}': p50 of rounds, p99 of all")
    table = {}
    for name, rounds in waits.items():
        row = _row(rounds, waits[base])
        print(f"  {name:<40}{row['p50']:>9.2f}{row['p99']:>9.2f}{row['p50 ratio']:>12.2f}{row['p99 ratio']:>12.2f}")
        table[name] = row
    return table


def _row(rounds: list[list[float]], base: list[list[float]]) -> dict[str, float]:
    every, of_base = list(chain.from_iterable(rounds)), list(chain.from_iterable(base))
    pairs = zip(rounds, base, strict=True)
    return {
        "p50": percentile(every, 50),
        "p99": percentile(every, 99),
        "p50 ratio": statistics.median(percentile(one, 50) / percentile(other, 50) for one, other in pairs),
        "p99 ratio": percentile(every, 99) / percentile(of_base, 99),
    }
