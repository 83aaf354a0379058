"""The people who meet arrivals: who is taken when, and never for two arrivals at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from events.catalogue import Fact
from events.facts.reception import MeeterFreed, MeeterReserved
from workflow.programme.programme import Programme
from workflow.subjects.reception.definition import Meeter

# A delay is a matter of days; an arrival that is long past collides with none to come.
_MEMORY = timedelta(days=60)


class MeeterAssignment(NamedTuple):
    """A meeter on the way to an arrival and back."""

    meeter: str
    leaves_at: datetime
    back_at: datetime


class MeeterPool(NamedTuple):
    """Which arrivals meeters are taken for, by arrival."""

    errands: Mapping[str, MeeterAssignment] = {}

    def taken(self, leaves_at: datetime, back_at: datetime) -> frozenset[str]:
        """Return the meeters who are somewhere else at any moment of the time between."""
        errands = self.errands.values()
        return frozenset(one.meeter for one in errands if one.leaves_at < back_at and leaves_at < one.back_at)

    def without(self, arrival_id: str) -> MeeterPool:
        """Return the pool as if an arrival were not."""
        return MeeterPool({key: one for key, one in self.errands.items() if key != arrival_id})

    def find(
        self, programme: Programme, language: str, leaves_at: datetime, back_at: datetime, first: str = ""
    ) -> Meeter | None:
        """Return a meeter who is free: ``first`` if possible, else one who speaks the language, else anybody.

        Of several the one with the fewest languages is taken, so that the others stay free for who needs them.
        """
        taken = self.taken(leaves_at, back_at)
        free = [meeter for meeter in programme.meeters if meeter.id not in taken and meeter.is_offered]
        free.sort(key=lambda meeter: (meeter.id != first, not speaks(meeter, language), len(meeter.languages)))
        return free[0] if free else None


def speaks(meeter: Meeter, language: str) -> bool:
    """Tell whether a meeter can talk with the person; a language nobody knows is no hindrance."""
    return not language or language in meeter.languages


def evolve(pool: MeeterPool, fact: Fact) -> MeeterPool:
    """Return the pool after a fact; arrivals long past are forgotten when a later one is planned."""
    match fact:
        case MeeterReserved():
            errands = {key: one for key, one in pool.errands.items() if one.back_at > fact.leaves_at - _MEMORY}
            return MeeterPool({**errands, fact.arrival_id: MeeterAssignment(fact.meeter, fact.leaves_at, fact.back_at)})
        case MeeterFreed():
            return pool.without(fact.arrival_id)
        case _:
            return pool
