"""I6: beds never above capacity, nobody in two beds, no escort on two trips at once."""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from events.facts.accommodation import BedHeld, BedReleased
from events.facts.reception import MeeterFreed, MeeterReserved
from events.facts.travel import EscortFreed, EscortReserved
from handlers.checks.check_results import CheckRecorder, ObservedEvent, Observer, WalkEnd
from handlers.checks.courses import CoursesCheck
from handlers.projections.replay import Replay
from workflow.subjects.accommodation.shelter import Shelter
from workflow.subjects.accommodation.state import accommodation_of


class TripInterval(NamedTuple):
    """From when to when an escort is away, and on which trip."""

    leaves_at: datetime
    back_at: datetime
    trip_id: str


class BedsAndTripsCheck:
    """I6: at every position of the log the houses and the escorts can be as they are said to be."""

    def __init__(self, replay: Replay) -> None:
        self.tally = CheckRecorder("I6", "beds never above capacity, escorts never in two places")
        self._replay = replay
        self._bed_of: dict[str, tuple[str, int]] = {}  # by person
        self._away: dict[str, list[TripInterval]] = {}  # by escort, in the order of leaving
        self._courses = CoursesCheck(self.tally)

    def sees(self) -> Mapping[str, Observer]:
        """Ask for what happens in houses, courses and to escorts."""
        return {
            "BedHeld": self._on_hold,
            "BedTaken": self._on_taking,
            "BedReleased": self._on_release,
            "WaitingBegan": self._on_waiting,
            "EscortReserved": self._on_reservation,
            "EscortFreed": self._on_freeing,
            "MeeterReserved": self._on_meeting,
            "MeeterFreed": self._on_freeing,
            **self._courses.sees(),
        }

    # -- beds -----------------------------------------------------------------------------------------------

    def _on_hold(self, seen: ObservedEvent) -> None:
        fact: BedHeld = seen.fact
        self.tally.count("stays")
        house, person = seen.before or Shelter(), self._person(fact.case_id)
        if fact.bed in house.beds:
            self.tally.fault(f"{seen.at}: bed {fact.bed} is {house.beds[fact.bed].case_id}'s already")
        if person in self._bed_of:
            self.tally.fault(f"{seen.at}: {fact.case_id} has bed {self._bed_of[person][1]} already")
        self._bed_of[person] = (seen.stream, fact.bed)
        self._within_capacity(seen)

    def _on_taking(self, seen: ObservedEvent) -> None:
        self._is_theirs(seen, seen.fact.bed, seen.fact.case_id)

    def _on_release(self, seen: ObservedEvent) -> None:
        fact: BedReleased = seen.fact
        self._is_theirs(seen, fact.bed, fact.case_id)
        self._bed_of.pop(self._person(fact.case_id), None)

    def _is_theirs(self, seen: ObservedEvent, number: int, case_id: str) -> None:
        bed = (seen.before or Shelter()).beds.get(number)
        mine = bed is not None and bed.case_id == case_id
        self.tally.demand(mine, f"{seen.at}: bed {number} is not {case_id}'s")

    def _within_capacity(self, seen: ObservedEvent) -> None:
        house: Shelter = seen.after
        if not house.rooms:
            self.tally.fault(f"{seen.at}: nobody has said which rooms this house has")
            return
        used = len(house.beds)
        self.tally.most("beds in use at most", used)
        self.tally.demand(used <= house.capacity, f"{seen.at}: {used} people for {house.capacity} beds")
        numbered = 1 <= seen.fact.bed <= house.capacity
        self.tally.demand(numbered, f"{seen.at}: there is no bed {seen.fact.bed}")

    def _on_waiting(self, _seen: ObservedEvent) -> None:
        self.tally.count("waits for a bed")

    def _person(self, case_id: str) -> str:
        case = self._replay.case(case_id)
        return case.person_id if case else case_id

    # -- escorts --------------------------------------------------------------------------------------------

    def _on_reservation(self, seen: ObservedEvent) -> None:
        fact: EscortReserved = seen.fact
        self.tally.count("trips")
        self._is_away(seen, fact.escort, TripInterval(fact.leaves_at, fact.back_at, fact.trip_id))

    def _on_meeting(self, seen: ObservedEvent) -> None:
        """Whoever meets people is in one place too; an arrival that was moved is told again."""
        fact: MeeterReserved = seen.fact
        self.tally.count("pick-ups")
        earlier = self._away.get(fact.meeter, [])
        self._away[fact.meeter] = [one for one in earlier if one.trip_id != fact.arrival_id]
        self._is_away(seen, fact.meeter, TripInterval(fact.leaves_at, fact.back_at, fact.arrival_id))

    def _is_away(self, seen: ObservedEvent, who: str, mine: TripInterval) -> None:
        trips = self._away.setdefault(who, [])
        place = bisect(trips, mine)
        # What does not overlap is in one order by leaving and by coming back: neighbours are enough.
        for other in trips[max(0, place - 1) : place + 1]:
            if other.leaves_at < mine.back_at and mine.leaves_at < other.back_at:
                self.tally.fault(f"{seen.at}: {who} is on {other.trip_id} at that time")
        insort(trips, mine)

    def _on_freeing(self, seen: ObservedEvent) -> None:
        fact: EscortFreed | MeeterFreed = seen.fact
        who, what = (fact.escort, fact.trip_id) if isinstance(fact, EscortFreed) else (fact.meeter, fact.arrival_id)
        trips = self._away.get(who, [])
        left = [trip for trip in trips if trip.trip_id != what]
        self.tally.demand(len(left) < len(trips), f"{seen.at}: {who} was not on {what}")
        self._away[who] = left

    # -- at the end -----------------------------------------------------------------------------------------

    def end(self, end: WalkEnd) -> None:
        """Compare what houses and courses say with what cases say."""
        self._courses.end(end)
        houses, cases = set(_beds_of_houses(end.replay)), set(_beds_of_cases(end.replay))
        for case_id, facility, bed, lives in houses - cases:
            self.tally.fault(f"{facility} has {case_id} {_how(lives)} bed {bed}, the case does not say so")
        for case_id, facility, bed, lives in cases - houses - set(_holds_over(end)):
            self.tally.fault(f"{case_id} is {_how(lives)} bed {bed}, {facility} does not say so")
        for case_id, facility in set(_lines_of_houses(end.replay)) ^ set(_lines_of_cases(end.replay)):
            self.tally.fault(f"{case_id} and {facility} do not agree whether they wait there")


BedClaim = tuple[str, str, int, bool]  # case, house, bed, whether somebody lives there


def _houses(replay: Replay) -> Iterator[tuple[str, Shelter]]:
    for stream, kept in replay.states.items():
        kind, _, facility = stream.partition(":")
        if kind == "facility" and kept.state is not None:
            yield facility, kept.state


def _beds_of_houses(replay: Replay) -> Iterator[BedClaim]:
    for facility, house in _houses(replay):
        for number, bed in house.beds.items():
            yield bed.case_id, facility, number, bed.held_until is None


def _beds_of_cases(replay: Replay) -> Iterator[BedClaim]:
    for case, _ in replay.cases():
        mine = accommodation_of(case)
        if mine.bed is not None:
            yield case.case_id, *mine.bed, mine.moved_in


def _holds_over(end: WalkEnd) -> Iterator[BedClaim]:
    """Yield holds that ran out and whose bed may be somebody else's; the case learns of it by its timer."""
    for case, _ in end.replay.cases():
        mine = accommodation_of(case)
        if mine.bed is not None and not mine.has_bed(end.now):
            yield case.case_id, *mine.bed, mine.moved_in


def _lines_of_houses(replay: Replay) -> Iterator[tuple[str, str]]:
    for facility, house in _houses(replay):
        for case_id in house.waiting:
            yield case_id, facility


def _lines_of_cases(replay: Replay) -> Iterator[tuple[str, str]]:
    for case, _ in replay.cases():
        for facility in accommodation_of(case).waiting:
            yield case.case_id, facility


def _how(lives: bool) -> str:  # noqa: FBT001 - two words for two cases
    return "living in" if lives else "waiting for"
