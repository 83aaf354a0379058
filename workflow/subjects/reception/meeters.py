"""The people who meet arrivals: who is taken when, and never for two arrivals at once."""

from __future__ import annotations

from collections import Counter
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
    party: str = ""  # those who are met together share a car as long as it has seats

    def overlaps(self, leaves_at: datetime, back_at: datetime) -> bool:
        """Tell whether it takes any moment of a time."""
        return self.leaves_at < back_at and leaves_at < self.back_at


class MeeterPool(NamedTuple):
    """Which arrivals meeters are taken for, by arrival."""

    errands: Mapping[str, MeeterAssignment] = {}

    def taken(self, leaves_at: datetime, back_at: datetime) -> frozenset[str]:
        """Return the meeters who are somewhere else at any moment of the time between."""
        return frozenset(one.meeter for one in self.errands.values() if one.overlaps(leaves_at, back_at))

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

    def find_seat(
        self, programme: Programme, language: str, leaves_at: datetime, back_at: datetime, party: Party, first: str = ""
    ) -> Meeter | None:
        """Return who has a seat for one more of a party: a car that comes for it anyway, else one that is free.

        Of those that are free the smallest with seats for everybody who is still to come, or else the largest.
        """
        cars = Counter(
            one.meeter for one in self.errands.values() if one.party == party.id and one.overlaps(leaves_at, back_at)
        )
        for meeter in programme.meeters:
            if 0 < cars[meeter.id] < meeter.seats and meeter.is_offered:
                return meeter
        left, taken = max(1, party.size - sum(cars.values())), self.taken(leaves_at, back_at)
        free = [meeter for meeter in programme.meeters if meeter.id not in taken and meeter.is_offered]
        free.sort(
            key=lambda meeter: (
                meeter.id != first,
                meeter.seats < left,
                not speaks(meeter, language),
                meeter.seats if meeter.seats >= left else -meeter.seats,
                len(meeter.languages),
            )
        )
        return free[0] if free else None


class Party(NamedTuple):
    """Those who are met together: under which id, and how many of them come in one breath."""

    id: str
    size: int


def speaks(meeter: Meeter, language: str) -> bool:
    """Tell whether a meeter can talk with the person; a language nobody knows is no hindrance."""
    return not language or language in meeter.languages


def evolve(pool: MeeterPool, fact: Fact) -> MeeterPool:
    """Return the pool after a fact; arrivals long past are forgotten when a later one is planned."""
    match fact:
        case MeeterReserved():
            errands = {key: one for key, one in pool.errands.items() if one.back_at > fact.leaves_at - _MEMORY}
            errand = MeeterAssignment(fact.meeter, fact.leaves_at, fact.back_at, fact.party)
            return MeeterPool({**errands, fact.arrival_id: errand})
        case MeeterFreed():
            return pool.without(fact.arrival_id)
        case _:
            return pool
