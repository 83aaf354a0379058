"""I6: beds and courses never above capacity, nobody in two beds or served twice, no escort on two trips at once."""

from bisect import bisect, insort
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from events.facts.accommodation import BedHeld, BedReleased, BedTaken, WaitingBegan
from events.facts.reception import MeeterFreed, MeeterReserved
from events.facts.reintegration import SeatAwaited, SeatOffered, SeatTaken
from events.facts.travel import EscortFreed, EscortReserved
from handlers.checks.check_results import InvariantCheck, ObservedEvent, WalkEnd, sees
from handlers.projections.replay import Replay
from workflow.subjects.accommodation.shelter import Shelter
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.reintegration.courses import CourseSeats
from workflow.subjects.reintegration.state import reintegration_of


class TripInterval(NamedTuple):
    """From when to when an escort is away, and on which trip."""

    leaves_at: datetime
    back_at: datetime
    trip_id: str
    party: str = ""  # those who travel together have one escort, those who are met together one driver


class BedsAndTripsCheck(InvariantCheck):
    """I6: at every position of the log the houses and the escorts can be as they are said to be."""

    name, title = "I6", "beds never above capacity, escorts never in two places"

    def __init__(self, replay: Replay) -> None:
        super().__init__(_CourseSeatsWatch(self))
        self._replay = replay
        self._bed_of: dict[str, tuple[str, int]] = {}  # by person
        self._away: dict[str, list[TripInterval]] = {}  # by escort, in the order of leaving

    # -- beds -----------------------------------------------------------------------------------------------

    @sees(BedHeld)
    def _on_hold(self, fact: BedHeld, seen: ObservedEvent) -> None:
        self.count("stays")
        house, person = seen.before or Shelter(), self._person(fact.case_id)
        if fact.bed in house.beds:
            self.fault(f"{seen.at}: bed {fact.bed} is {house.beds[fact.bed].case_id}'s already")
        if person in self._bed_of:
            self.fault(f"{seen.at}: {fact.case_id} has bed {self._bed_of[person][1]} already")
        self._bed_of[person] = (seen.stream, fact.bed)
        self._within_capacity(seen)

    @sees(BedTaken)
    def _on_taking(self, fact: BedTaken | BedReleased, seen: ObservedEvent) -> None:
        bed = (seen.before or Shelter()).beds.get(fact.bed)
        mine = bed is not None and bed.case_id == fact.case_id
        self.demand(mine, f"{seen.at}: bed {fact.bed} is not {fact.case_id}'s")

    @sees(BedReleased)
    def _on_release(self, fact: BedReleased, seen: ObservedEvent) -> None:
        self._on_taking(fact, seen)
        self._bed_of.pop(self._person(fact.case_id), None)

    def _within_capacity(self, seen: ObservedEvent) -> None:
        house: Shelter = seen.after
        if not house.rooms:
            self.fault(f"{seen.at}: nobody has said which rooms this house has")
            return
        used = len(house.beds)
        self.most("beds in use at most", used)
        self.demand(used <= house.capacity, f"{seen.at}: {used} people for {house.capacity} beds")
        numbered = 1 <= seen.fact.bed <= house.capacity
        self.demand(numbered, f"{seen.at}: there is no bed {seen.fact.bed}")

    @sees(WaitingBegan)
    def _on_waiting(self, _fact: WaitingBegan, _seen: ObservedEvent) -> None:
        self.count("waits for a bed")

    def _person(self, case_id: str) -> str:
        case = self._replay.case(case_id)
        return case.person_id if case else case_id

    # -- escorts --------------------------------------------------------------------------------------------

    @sees(EscortReserved)
    def _on_reservation(self, fact: EscortReserved, seen: ObservedEvent) -> None:
        self.count("trips")
        self._is_away(seen, fact.escort, TripInterval(fact.leaves_at, fact.back_at, fact.trip_id, fact.party))

    @sees(MeeterReserved)
    def _on_meeting(self, fact: MeeterReserved, seen: ObservedEvent) -> None:
        """Whoever meets people is in one place too; an arrival that was moved is told again."""
        self.count("pick-ups")
        earlier = self._away.get(fact.meeter, [])
        self._away[fact.meeter] = [one for one in earlier if one.trip_id != fact.arrival_id]
        self._is_away(seen, fact.meeter, TripInterval(fact.leaves_at, fact.back_at, fact.arrival_id, fact.party))

    def _is_away(self, seen: ObservedEvent, who: str, mine: TripInterval) -> None:
        trips = self._away.setdefault(who, [])
        # What does not overlap is in one order by leaving and by coming back: neighbours are enough, beside
        # those of the same party, who are with whoever it is at the same time.
        others = [one for one in trips if not mine.party or one.party != mine.party]
        place = bisect(others, mine)
        for other in others[max(0, place - 1) : place + 1]:
            if other.leaves_at < mine.back_at and mine.leaves_at < other.back_at:
                self.fault(f"{seen.at}: {who} is on {other.trip_id} at that time")
        insort(trips, mine)

    @sees(EscortFreed, MeeterFreed)
    def _on_freeing(self, fact: EscortFreed | MeeterFreed, seen: ObservedEvent) -> None:
        who, what = (fact.escort, fact.trip_id) if isinstance(fact, EscortFreed) else (fact.meeter, fact.arrival_id)
        trips = self._away.get(who, [])
        left = [trip for trip in trips if trip.trip_id != what]
        self.demand(len(left) < len(trips), f"{seen.at}: {who} was not on {what}")
        self._away[who] = left

    # -- at the end -----------------------------------------------------------------------------------------

    def end(self, end: WalkEnd) -> None:
        """Compare what houses and courses say with what cases say."""
        self._compare_courses(end.replay)
        shelters: dict[str, Shelter] = end.replay.states_of("facility")
        houses: set[BedClaim] = {
            (bed.case_id, facility, number, bed.held_until is None)
            for facility, house in shelters.items()
            for number, bed in house.beds.items()
        }
        cases = set(_beds_of_cases(end.replay))
        for case_id, facility, bed, lives in houses - cases:
            self.fault(f"{facility} has {case_id} {_how(lives)} bed {bed}, the case does not say so")
        for case_id, facility, bed, lives in cases - houses - set(_beds_of_cases(end.replay, over_at=end.now)):
            self.fault(f"{case_id} is {_how(lives)} bed {bed}, {facility} does not say so")
        lines = {(case_id, name) for name, house in shelters.items() for case_id in house.waiting}
        waits = {(case.case_id, name) for case, _ in end.replay.cases() for name in accommodation_of(case).waiting}
        for case_id, facility in lines ^ waits:
            self.fault(f"{case_id} and {facility} do not agree whether they wait there")

    def _compare_courses(self, replay: Replay) -> None:
        standing: dict[str, CourseSeats] = replay.states_of("course")
        courses = {
            (case_id, course, stands)
            for course, seats in standing.items()
            for stands, ids in (("enrolled", seats.taken), ("offered", seats.offered), ("waiting", seats.waiting))
            for case_id in ids
        }
        places = ((case.case_id, reintegration_of(case).courses) for case, _ in replay.cases())
        cases = {(case_id, course, place.status) for case_id, mine in places for course, place in mine.items()}
        for case_id, course, stands in courses ^ cases:
            self.fault(f"{case_id} is {stands} in course {course} by one side only")


class _CourseSeatsWatch:
    """Watches the seats of courses; what it finds goes into the check it is a part of."""

    def __init__(self, check: InvariantCheck) -> None:
        self._check = check

    @sees(SeatTaken, SeatOffered)
    def _on_seat(self, fact: SeatTaken | SeatOffered, seen: ObservedEvent) -> None:
        self._on_waiting(fact, seen)
        given = _given(seen.after)
        if given <= _given(seen.before or CourseSeats()):
            return  # an offer was taken: the seat was counted when it was offered
        known = seen.definition.programme.courses if seen.definition else ()
        seats = next((course.seats for course in known if course.stream == seen.stream), 0)
        self._check.demand(given <= seats, f"{seen.at}: {given} people for {seats} seats")

    @sees(SeatAwaited)
    def _on_waiting(self, fact: SeatTaken | SeatOffered | SeatAwaited, seen: ObservedEvent) -> None:
        after: CourseSeats = seen.after
        standing = [*after.taken, *after.offered, *after.waiting]
        self._check.demand(len(standing) == len(set(standing)), f"{seen.at}: {fact.case_id} is there twice")


BedClaim = tuple[str, str, int, bool]  # case, house, bed, whether somebody lives there


def _beds_of_cases(replay: Replay, over_at: datetime | None = None) -> Iterator[BedClaim]:
    """Yield the beds of cases, or only holds that ran out: those beds may be others', the case learns by its timer."""
    for case, _ in replay.cases():
        mine = accommodation_of(case)
        if mine.bed is not None and not (over_at and mine.has_bed(over_at)):
            yield case.case_id, *mine.bed, mine.moved_in


def _given(seats: CourseSeats) -> int:
    return len(seats.taken) + len(seats.offered)


def _how(lives: bool) -> str:  # noqa: FBT001 - two words for two cases
    return "living in" if lives else "waiting for"
