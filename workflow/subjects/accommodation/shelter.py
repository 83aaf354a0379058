"""A house with beds: who holds one, who lives in one, who waits; never more people than beds, and in order."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from events.catalogue import Fact
from events.facts.accommodation import BedHeld, BedHoldExtended, BedReleased, BedTaken
from workflow.case.state import without
from workflow.situation import Situation
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accommodation.placing import Wish, placed

# Whom a room for women or for men takes; everybody else, and who has not said, has the rooms for anybody.
_WHO: Final[Mapping[str, frozenset[str]]] = {
    "women": frozenset({"female", "woman", "transgender_feminine"}),
    "men": frozenset({"male", "man", "transgender_masculine"}),
}


class BedUse(NamedTuple):
    """Who has a bed; a bed that is only held has an end."""

    case_id: str
    held_until: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Tell whether a hold has run out, whether or not anybody has noticed yet."""
        return self.held_until is not None and self.held_until <= now


class Guest(NamedTuple):
    """What the rooms' rules look at."""

    gender: str | None = None
    child: bool = True
    of_age_from: date | None = None
    family: bool = False
    with_parent: frozenset[int] = frozenset()  # the beds of parents who take them into their rooms
    party: str = ""  # with whom they wait: all of them are offered a bed, or none
    parents: tuple[str, ...] = ()  # who would take them into their room

    def is_child(self, on: date) -> bool:
        """Tell whether the person is to be treated as a child on a day."""
        return self.child and not (self.of_age_from is not None and on >= self.of_age_from)


class Room(NamedTuple):
    """A room and whom it is for."""

    id: str
    beds: int
    who: str
    minors: str

    def takes(self, guest: Guest, on: date) -> bool:
        """Tell whether a person fits the room's rules on a day."""
        if self.minors != "allowed" and guest.is_child(on) != (self.minors == "only"):
            return False
        return self.who == "any" or (guest.family if self.who == "family" else guest.gender in _WHO[self.who])

    @property
    def openness(self) -> tuple[bool, bool]:
        """Return how many kinds of people fit; the particular rooms are given first, the others stay for the rest."""
        return self.who == "any", self.minors == "allowed"


class Company(NamedTuple):
    """Whom a person would share a room with, and how many look for beds in one breath."""

    others: tuple[str, ...] = ()
    size: int = 1


ALONE: Final = Company()


class Shelter(NamedTuple):
    """The beds in use by number from 1, the rooms, and the line of those who wait."""

    beds: Mapping[int, BedUse] = {}
    rooms: tuple[Room, ...] = ()
    waiting: Mapping[str, Guest] = {}  # in the order of the line
    closed: date | None = None
    freed: Mapping[int, datetime] = {}  # since when a bed is empty
    leaving: frozenset[int] = frozenset()  # beds that are no more, with people in them until they leave

    @property
    def capacity(self) -> int:
        """Return how many beds there are."""
        return sum(room.beds for room in self.rooms)

    def numbered(self) -> Iterator[tuple[int, Room]]:
        """Yield every bed's number with its room."""
        for first, room in self._firsts():
            for number in range(first, first + room.beds):
                yield number, room

    def bed_of(self, case_id: str) -> int | None:
        """Return which bed a case has."""
        return next((number for number, bed in self.beds.items() if bed.case_id == case_id), None)

    def takes(self, guest: Guest, on: date) -> bool:
        """Tell whether any room is for such a person."""
        return any(True for _ in self._rooms_for(guest, on))

    def bed_for(self, case_id: str, guest: Guest, on: date, now: datetime, company: Company = ALONE) -> int | None:
        """Return the bed a person may have now, after everybody who waits before them has got theirs.

        A hold that ran out is no hold. In a house that was made smaller, people in beds that are no more count.
        """
        taken = self._spoken_for(case_id, on, now)
        free = self._free_beds(guest, on, taken)
        theirs = frozenset(bed for one in company.others if (bed := self.bed_of(one)) is not None)
        rooms = self._ranked(guest, free, theirs, company.size) if self.capacity > len(taken) else []
        return free[rooms[0]][0] if rooms else None

    def has_free(self, bed: int, case_id: str, guest: Guest, on: date, now: datetime) -> bool:
        """Tell whether a person may have just this bed now, as they may have the one of `bed_for`."""
        taken = self._spoken_for(case_id, on, now)
        free = self._free_beds(guest, on, taken)
        return self.capacity > len(taken) and any(bed in beds for beds in free.values())

    def is_full(self, now: datetime) -> bool:
        """Tell whether every bed is taken or held: then there is none for anybody, whoever waits before them."""
        return self.capacity <= sum(not bed.is_over(now) for bed in self.beds.values())

    def parties(self) -> tuple[Mapping[str, Guest], ...]:
        """Return who waits, in the order of the line; those who wait together as one, where the last of them stands.

        So nobody gets to the front by belonging to somebody who is there.
        """
        found: dict[str, dict[str, Guest]] = {}
        for case_id, guest in self.waiting.items():
            key = guest.party or case_id
            party = found.pop(key, {})
            party[case_id] = guest
            found[key] = party
        return tuple(found.values())

    def places_for(self, case_id: str, on: date, now: datetime) -> dict[str, int] | None:
        """Return a bed for everybody who waits together with a case, None while there is not one for each of them."""
        party = next((party for party in self.parties() if case_id in party), {})
        return self._placed(party, on, self._spoken_for(case_id, on, now))

    def could_take(self, case_id: str, on: date) -> bool:
        """Tell whether the house would have a bed for each of those who wait with a case if it were empty."""
        party = next((party for party in self.parties() if case_id in party), {})
        return self._placed(party, on, set()) is not None

    def takes_some(self, party: Mapping[str, Guest], on: date, now: datetime) -> bool:
        """Tell whether there is a bed for one of those who wait together at least."""
        return any(self.bed_for(case_id, guest, on, now) is not None for case_id, guest in party.items())

    def _spoken_for(self, case_id: str, on: date, now: datetime) -> set[int]:
        """Return the beds that are taken, and those that are for whoever waits before a case.

        Those who wait together speak for beds only when there is one for each: else they are passed over, and nobody
        behind them waits because of them.
        """
        taken = {number for number, bed in self.beds.items() if not bed.is_over(now)}
        for party in self._before(case_id):
            if self.capacity <= len(taken):
                break
            taken.update((self._placed(party, on, taken) or {}).values())
        return taken

    def _placed(self, party: Mapping[str, Guest], on: date, taken: Collection[int]) -> dict[str, int] | None:
        """Return a bed for each of a party, None where there is not one for everybody."""
        if not party or len(party) > self.capacity - len(taken):
            return None
        wishes: dict[str, Wish] = {}
        for case_id, guest in party.items():
            beds = (bed for one in guest.parents if (bed := self.bed_of(one)) is not None)
            here = guest._replace(with_parent=frozenset(beds))
            free = self._free_beds(here, on, taken)
            wishes[case_id] = Wish((*self._ranked(here, free, here.with_parent, len(party)),), guest.parents)
        return placed(wishes, self._free_beds(None, on, taken))

    def _free_beds(self, guest: Guest | None, on: date, taken: Collection[int]) -> dict[int, list[int]]:
        """Return the free beds of each room that takes a person, or of every room, by the room's first bed."""
        rooms = self._firsts() if guest is None else self._rooms_for(guest, on)
        return {
            first: [number for number in range(first, first + room.beds) if number not in taken]
            for first, room in rooms
        }

    def _ranked(self, guest: Guest, free: Mapping[int, Sequence[int]], theirs: Collection[int], size: int) -> list[int]:
        """Return the rooms with a free bed by their first beds, the most particular that takes the person first.

        Before those a room where somebody of theirs is already, then one with beds for all of them.
        """

        def rank(found: tuple[int, Room]) -> tuple[object, ...]:
            first, room = found
            near = any(number in theirs for number in range(first, first + room.beds))
            for_all = room.who == "family" or not (guest.family and size > 1)
            return not near, len(free[first]) < size, not for_all, room.openness, first

        return [first for first, _ in sorted((found for found in self._firsts() if free.get(found[0])), key=rank)]

    def _rooms_for(self, guest: Guest, on: date) -> Iterator[tuple[int, Room]]:
        """Yield the rooms a person may live in: those they fit, and that of a parent who takes them in."""
        for first, room in self._firsts():
            beds = range(first, first + room.beds)
            if room.takes(guest, on) or any(bed in beds for bed in guest.with_parent):
                yield first, room

    def _firsts(self) -> Iterator[tuple[int, Room]]:
        first = 1
        for room in self.rooms:
            yield first, room
            first += room.beds

    def _before(self, case_id: str) -> Iterator[Mapping[str, Guest]]:
        for party in self.parties():
            if case_id in party:
                return
            yield party


def evolve(shelter: Shelter, fact: Fact) -> Shelter:
    """Return the house after a fact."""
    match fact:
        case BedHeld() | BedHoldExtended():
            return shelter._replace(beds={**shelter.beds, fact.bed: BedUse(fact.case_id, fact.until)})
        case BedTaken():
            return shelter._replace(beds={**shelter.beds, fact.bed: BedUse(fact.case_id, None)})
        case BedReleased():
            beds, freed = without(shelter.beds, fact.bed), {**shelter.freed, fact.bed: fact.at}
            return shelter._replace(beds=beds, freed=freed, leaving=shelter.leaving - {fact.bed})
        case _:
            return _evolve_house(shelter, fact)


def _evolve_house(shelter: Shelter, fact: Any) -> Shelter:
    match type(fact).__name__:
        case "FacilityFitted":
            fitted = shelter._replace(rooms=tuple(Room(*room) for room in fact.rooms))
            gone = (number for number in shelter.beds if number > fitted.capacity)
            return fitted._replace(leaving=frozenset(gone))
        case "WaitingBegan":
            guest = Guest(
                fact.gender, fact.child, fact.of_age_from, fact.family, party=fact.party, parents=fact.parents
            )
            return shelter._replace(waiting={**shelter.waiting, fact.case_id: guest})
        case "WaitingOver":
            return shelter._replace(waiting=without(shelter.waiting, fact.case_id))
        case "FacilityClosed":
            return shelter._replace(closed=fact.on)
        case _:
            return shelter


def shelter_of(facility: str, situation: Situation) -> Shelter:
    """Return a house as it stands at the moment of a decision."""
    return situation.state_of(facility_stream(facility), Shelter)
