"""I6: beds never above capacity, nobody in two beds, no escort on two trips at once."""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from events.facts import shared
from handlers.findings import End, See, Seen, Tally
from handlers.replay import Replay
from workflow.programme.places import Facility
from workflow.shelter import Shelter


class Away(NamedTuple):
    """From when to when an escort is away, and on which trip."""

    leaves_at: datetime
    back_at: datetime
    trip_id: str


class PlacesWatch:
    """I6: at every position of the log the houses and the escorts can be as they are said to be."""

    def __init__(self, replay: Replay) -> None:
        self.tally = Tally("I6", "beds never above capacity, escorts never in two places")
        self._replay = replay
        self._bed_of: dict[str, tuple[str, int]] = {}  # by person
        self._away: dict[str, list[Away]] = {}  # by escort, in the order of leaving

    def sees(self) -> Mapping[str, See]:
        """Ask for what happens in houses and to escorts."""
        return {
            "BedHeld": self._on_hold,
            "BedTaken": self._on_taking,
            "BedReleased": self._on_release,
            "EscortReserved": self._on_reservation,
            "EscortFreed": self._on_freeing,
        }

    # -- beds -----------------------------------------------------------------------------------------------

    def _on_hold(self, seen: Seen) -> None:
        fact: shared.BedHeld = seen.fact
        self.tally.count("stays")
        house, person = seen.before or Shelter(), self._person(fact.case_id)
        if fact.bed in house.beds:
            self.tally.fault(f"{seen.at}: bed {fact.bed} is {house.beds[fact.bed].case_id}'s already")
        if person in self._bed_of:
            self.tally.fault(f"{seen.at}: {fact.case_id} has bed {self._bed_of[person][1]} already")
        self._bed_of[person] = (seen.stream, fact.bed)
        self._within_capacity(seen)

    def _on_taking(self, seen: Seen) -> None:
        self._is_theirs(seen, seen.fact.bed, seen.fact.case_id)

    def _on_release(self, seen: Seen) -> None:
        fact: shared.BedReleased = seen.fact
        self._is_theirs(seen, fact.bed, fact.case_id)
        self._bed_of.pop(self._person(fact.case_id), None)

    def _is_theirs(self, seen: Seen, number: int, case_id: str) -> None:
        bed = (seen.before or Shelter()).beds.get(number)
        mine = bed is not None and bed.case_id == case_id
        self.tally.demand(mine, f"{seen.at}: bed {number} is not {case_id}'s")

    def _within_capacity(self, seen: Seen) -> None:
        facility = self._facility(seen)
        if facility is None:
            self.tally.fault(f"{seen.at}: no definition in force knows this house")
            return
        used = len(seen.after.beds)
        self.tally.most("beds in use at most", used)
        self.tally.demand(used <= facility.capacity, f"{seen.at}: {used} people for {facility.capacity} beds")
        numbered = 1 <= seen.fact.bed <= facility.capacity
        self.tally.demand(numbered, f"{seen.at}: there is no bed {seen.fact.bed}")

    def _facility(self, seen: Seen) -> Facility | None:
        facility = seen.definition.programme.facility if seen.definition else None
        return facility if facility and seen.stream == f"facility:{facility.id}" else None

    def _person(self, case_id: str) -> str:
        case = self._replay.case(case_id)
        return case.person_id if case else case_id

    # -- escorts --------------------------------------------------------------------------------------------

    def _on_reservation(self, seen: Seen) -> None:
        fact: shared.EscortReserved = seen.fact
        self.tally.count("trips")
        trips = self._away.setdefault(fact.escort, [])
        mine = Away(fact.leaves_at, fact.back_at, fact.trip_id)
        place = bisect(trips, mine)
        # What does not overlap is in one order by leaving and by coming back: neighbours are enough.
        for other in trips[max(0, place - 1) : place + 1]:
            if other.leaves_at < mine.back_at and mine.leaves_at < other.back_at:
                self.tally.fault(f"{seen.at}: {fact.escort} is on trip {other.trip_id} at that time")
        insort(trips, mine)

    def _on_freeing(self, seen: Seen) -> None:
        fact: shared.EscortFreed = seen.fact
        trips = self._away.get(fact.escort, [])
        left = [trip for trip in trips if trip.trip_id != fact.trip_id]
        self.tally.demand(len(left) < len(trips), f"{seen.at}: {fact.escort} was not on trip {fact.trip_id}")
        self._away[fact.escort] = left

    # -- at the end -----------------------------------------------------------------------------------------

    def end(self, end: End) -> None:
        """Compare what houses say with what cases say."""
        houses, cases = set(_beds_of_houses(end.replay)), set(_beds_of_cases(end.replay))
        for case_id, facility, bed, lives in houses - cases:
            self.tally.fault(f"{facility} has {case_id} {_how(lives)} bed {bed}, the case does not say so")
        for case_id, facility, bed, lives in cases - houses:
            self.tally.fault(f"{case_id} is {_how(lives)} bed {bed}, {facility} does not say so")


Place = tuple[str, str, int, bool]  # case, house, bed, whether somebody lives there


def _beds_of_houses(replay: Replay) -> Iterator[Place]:
    for stream, kept in replay.states.items():
        kind, _, facility = stream.partition(":")
        if kind == "facility":
            for number, bed in kept.state.beds.items():
                yield bed.case_id, facility, number, bed.held_until is None


def _beds_of_cases(replay: Replay) -> Iterator[Place]:
    for case, _ in replay.cases():
        if case.bed is not None:
            yield case.case_id, *case.bed, case.moved_in


def _how(lives: bool) -> str:  # noqa: FBT001 - two words for two cases
    return "living in" if lives else "waiting for"
