"""The shortest schedule of faults that still breaks a promise: what is not needed is left out, half by half.

Delta debugging (Zeller and Hildebrandt, 2002) over the faults a seed brought: each subset is a run of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

RUNS_MAX: Final = 60
One = TypeVar("One")


def shortest(faults: Sequence[One], breaks: Callable[[Sequence[One]], bool], runs: int = RUNS_MAX) -> list[One]:
    """Return a part of the faults that still breaks something and of which nothing more could be left out in time.

    >>> shortest([1, 2, 3, 4, 5, 6, 7, 8], lambda some: {3, 6} <= {*some})
    [3, 6]
    """
    left, parts = list(faults), 2
    while len(left) > 1 and runs:
        size = max(1, len(left) // parts)
        for start in range(0, len(left), size):
            fewer = left[:start] + left[start + size :]
            runs -= 1
            if breaks(fewer):
                left, parts = fewer, max(2, parts - 1)
                break
            if not runs:
                return left
        else:
            if size == 1:
                break
            parts = min(len(left), parts * 2)
    return left
