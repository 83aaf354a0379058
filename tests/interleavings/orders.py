"""Every order of the statements of some transactions, with so many switches that nobody was forced to."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.interleavings.stage import Choice


class Tried(NamedTuple):
    """What trying orders came to."""

    orders: int
    is_all: bool  # no order was left out that has no more switches than were asked for
    faults: tuple[str, ...]


class HowFar(NamedTuple):
    """How far orders are gone through; beyond ``most`` a seed chooses which."""

    switches: int  # so many times a transaction is left that could go on
    most: int
    seed: int = 12
    stops_at_a_fault: bool = False


def try_orders(run: Callable[[Sequence[str]], tuple[Sequence[Choice], str]], how: HowFar) -> Tried:
    """Run in one order after another and return the faults, each with the order that led to it.

    Every order is tried once; a transaction that has to wait for a lock, or is over, is left for nothing.
    """
    chance, left, done, faults = random.Random(how.seed), [list[str]()], 0, list[str]()
    while left and done < how.most and not (faults and how.stops_at_a_fault):
        order = left.pop(chance.randrange(len(left)))
        choices, fault = run(order)
        done += 1
        if fault:
            faults.append(f"{''.join(choice.went for choice in choices)}: {fault}")
        left += _others(choices, len(order), how.switches)
    return Tried(done, not left, tuple(faults))


def _others(choices: Sequence[Choice], since: int, switches: int) -> list[list[str]]:
    """Return the orders that leave this one after its first steps."""
    found: list[list[str]] = []
    went = [choice.went for choice in choices]
    left = 0
    for number, choice in enumerate(choices):
        last = went[number - 1] if number else choice.went
        if number >= since:
            for other in choice.could:
                more = number > 0 and last in choice.could and other != last
                if other != choice.went and left + more <= switches:
                    found.append([*went[:number], other])
        left += number > 0 and last in choice.could and choice.went != last
    return found
