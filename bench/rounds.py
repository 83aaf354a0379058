"""Cases measured in turn, round by round, so that a neighbour's load falls on all of them alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.conditions import load

Measure = Callable[[], float]
Rates = dict[str, list[float]]


def interleaved(cases: Mapping[str, Measure], rounds: int) -> Rates:
    """Return every round's figure of each case; every second round goes backwards."""
    rates: Rates = {name: [] for name in cases}
    for number in range(rounds):
        order = list(cases)
        for name in reversed(order) if number % 2 else order:
            rates[name].append(cases[name]())
    return rates


def paired(rates: Rates, name: str, base: str) -> float:
    """Return the median of the ratios of two cases, each taken within one round.

    >>> paired({"a": [2.0, 6.0, 4.0], "b": [1.0, 2.0, 4.0]}, "a", "b")
    2.0
    """
    return statistics.median(one / other for one, other in zip(rates[name], rates[base], strict=True))


def print_rates(rates: Rates, unit: str, bases: Sequence[str]) -> dict[str, Any]:
    """Print medians, spread and ratios to each base; return the same."""
    heads = "".join(f"   x of '{base}'" for base in bases)
    print(f"\n{'':<58}{unit + ', median':>20}      min – max{heads}   (load now {load()})")
    table = {}
    for name, found in rates.items():
        ratios = {base: round(paired(rates, name, base), 3) for base in bases}
        shown = "".join(f"{ratios[base]:>{len(base) + 8}.2f}" for base in bases)
        print(f"{name:<58}{statistics.median(found):>20,.0f}   {min(found):,.0f} – {max(found):,.0f}{shown}")
        table[name] = {"median": statistics.median(found), "all": found, "ratios": ratios}
    return table


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent do not exceed.

    >>> percentile([5, 1, 3, 2, 4], 50)
    3
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(percent / 100 * len(ordered)))]
