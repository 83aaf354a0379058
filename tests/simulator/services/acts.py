"""Something that somebody does about a case now and then: how often, and what; drawn at each look at the case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from console.simulation.managed_case import ManagedCase
from workflow.command import CaseCommand

Does = Callable[[ManagedCase, Random], Iterator[CaseCommand]]


class Act(NamedTuple):
    """What somebody does, and at how many looks at a case, in shares of one."""

    share: float
    does: Does


def drawn(acts: Sequence[Act], managed: ManagedCase, order: Random) -> list[CaseCommand]:
    """Return what is done at this look: mostly nothing, else one of the acts, if there is anything to do it with."""
    left = order.random()
    for act in acts:
        left -= act.share
        if left < 0:
            return list(act.does(managed, order))
    return []


def a_mandate_of(actor: str) -> str:
    """Return by which right a colleague of the office acts."""
    return {"staff:boris": "supervisor", "staff:vera": "medical", "staff:lev": "legal"}.get(actor, "case_manager")
