"""The people who go along on a journey: who is where, and never in two places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from events.catalogue import Fact
from events.facts.travel import EscortFreed, EscortReserved
from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.situation import Situation
from workflow.subjects.travel.definition import Escort

# Trips are reserved at most some months ahead; one that ended long before cannot collide with a new one.
_MEMORY = timedelta(days=400)


class EscortAssignment(NamedTuple):
    """An escort on a trip, with the way back."""

    escort: str
    case_id: str
    leaves_at: datetime
    back_at: datetime
    party: str = ""


class TravelParty(NamedTuple):
    """Those who travel together: under which id, and which escort each of them needs."""

    id: str = ""
    skills: frozenset[str] = frozenset()


ALONE: Final = TravelParty()


class EscortPool(NamedTuple):
    """Which trips escorts are taken for, by trip."""

    trips: Mapping[str, EscortAssignment] = {}

    def away(self, leaves_at: datetime, back_at: datetime) -> frozenset[str]:
        """Return the escorts who are somewhere else at any moment of the time between."""
        trips = self.trips.values()
        return frozenset(trip.escort for trip in trips if trip.leaves_at < back_at and leaves_at < trip.back_at)

    def along(self, party: str, leaves_at: datetime, back_at: datetime) -> frozenset[str]:
        """Return the escorts who make just this journey with a party."""
        same = (trip for trip in self.trips.values() if (trip.leaves_at, trip.back_at) == (leaves_at, back_at))
        return frozenset(trip.escort for trip in same if party and trip.party == party)

    def without(self, trip_id: str) -> EscortPool:
        """Return the pool as if a trip were not."""
        return EscortPool({key: trip for key, trip in self.trips.items() if key != trip_id})

    def find(
        self, programme: Programme, skill: str, leaves_at: datetime, back_at: datetime, language: str = "",
        party: TravelParty = ALONE,
    ) -> Escort | None:  # fmt: skip
        """Return an escort with the skill who is free: one who speaks the language first, then the least skilled.

        Whoever has fewer skills goes first, so that those with more stay free for those who need them. Before all
        others goes whoever travels with the person's party anyway, then who can be the one escort of all of it.
        """
        able = [escort for escort in programme.escorts if skill in escort.skills and escort.is_offered]
        along = self.along(party.id, leaves_at, back_at)
        if with_them := [escort for escort in able if escort.id in along]:
            return with_them[0]
        able.sort(
            key=lambda escort: (
                not party.skills <= {*escort.skills},
                bool(language) and language not in escort.languages,
                len(escort.skills),
            )
        )
        taken, zone = self.away(leaves_at, back_at), programme.time_zone
        return next((one for one in able if one.id not in taken and not is_away(one, leaves_at, back_at, zone)), None)


def is_away(escort: Escort, leaves_at: datetime, back_at: datetime, zone: str) -> bool:
    """Tell whether an escort is on leave, or ill, at any moment of a time; days are told by the clocks of the zone."""
    return any(away.touches(leaves_at, back_at, zone) for away in escort.away)


def evolve(pool: EscortPool, fact: Fact) -> EscortPool:
    """Return the pool after a fact; trips that are over are forgotten when a later one is reserved."""
    match fact:
        case EscortReserved():
            trips = {key: trip for key, trip in pool.trips.items() if trip.back_at > fact.leaves_at - _MEMORY}
            assignment = EscortAssignment(fact.escort, fact.case_id, fact.leaves_at, fact.back_at, fact.party)
            return EscortPool({**trips, fact.trip_id: assignment})
        case EscortFreed():
            return pool.without(fact.trip_id)
        case _:
            return pool


def escorts_of(situation: Situation) -> EscortPool:
    """Return the programme's escorts as they stand at the moment of a decision."""
    return situation.state_of(situation.programme.escorts_stream, EscortPool)


def escorts_stream(programme: Programme, _case: Case) -> tuple[str, ...]:
    """Return the stream that a decision about an escort looks at."""
    return (programme.escorts_stream,)
