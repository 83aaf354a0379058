"""Those who wait together are offered beds together or not at all, and nobody waits for ever behind them.

The rule: a freed bed is for the first in the line whom the house can take whole. Who waits together speaks for beds
only while there is one for each; else they are passed over, and somebody is told to decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.subjects.accommodation.placing import Wish, placed
from workflow.subjects.accommodation.shelter import BedUse, Guest, Room, Shelter

DAY, NOW = date(2007, 3, 5), datetime(2007, 3, 5, 9, 0, tzinfo=UTC)
WOMAN, MAN, GIRL = Guest("female", child=False), Guest("male", child=False), Guest("female")
ROOMS = st.lists(st.sampled_from(("any", "women", "men")), min_size=1, max_size=3)
PEOPLE = st.lists(st.tuples(st.sampled_from((WOMAN, MAN, GIRL)), st.sampled_from(("", "f", "g"))), max_size=6)


@st.composite
def houses(draw: st.DrawFn) -> Shelter:
    """A small house, some of its beds taken, and a line of people alone and of two families."""
    rooms = tuple(Room(f"r{number}", draw(st.integers(1, 2)), who, "allowed") for number, who in enumerate(draw(ROOMS)))
    beds = sum(room.beds for room in rooms)
    taken = draw(st.sets(st.integers(1, beds), max_size=beds))
    line = {f"W{number}": guest._replace(party=party) for number, (guest, party) in enumerate(draw(PEOPLE))}
    return Shelter({bed: BedUse(f"T{bed}", None) for bed in taken}, rooms, line)


def served(house: Shelter) -> tuple[Shelter, list[Mapping[str, int]]]:
    """Offer what is free to the line, as a worker does; return the house afterwards and who was held which beds."""
    held: list[Mapping[str, int]] = []
    for party in house.parties():
        beds = house.places_for(next(iter(party)), DAY, NOW)
        if beds is not None:
            assert all(house.has_free(bed, one, party[one], DAY, NOW) for one, bed in beds.items())
            held.append(beds)
            more = {bed: BedUse(one, None) for one, bed in beds.items()}
            left = {one: guest for one, guest in house.waiting.items() if one not in beds}
            house = house._replace(beds={**house.beds, **more}, waiting=left)
    return house, held


def ways(party: Mapping[str, Guest], house: Shelter) -> Iterator[tuple[int, ...]]:
    """Yield every way to give each of a party a free bed in a room that takes them."""
    free = [(bed, room) for bed, room in house.numbered() if bed not in house.beds]
    fitting = [[bed for bed, room in free if room.takes(guest, DAY)] for guest in party.values()]
    yield from (beds for beds in product(*fitting) if len({*beds}) == len(beds))


@settings(max_examples=200, deadline=None)
@given(houses())
def test_each_party_is_held_a_bed_for_everybody_or_none(house: Shelter) -> None:
    after, held = served(house)
    parties = [{*party} for party in house.parties()]
    assert all({*beds} in parties for beds in held)
    beds = [bed for beds in held for bed in beds.values()]
    assert len({*beds}) == len(beds)
    assert not {*beds} & {*house.beds}
    assert len(after.beds) <= after.capacity
    rooms = dict(after.numbered())
    assert all(rooms[bed].takes(house.waiting[one], DAY) for beds in held for one, bed in beds.items())


@settings(max_examples=200, deadline=None)
@given(houses())
def test_a_party_is_offered_the_house_whenever_there_is_any_way_to_take_all_of_them(house: Shelter) -> None:
    first = next(iter(house.parties()), {})
    for one in first:
        assert (house.places_for(one, DAY, NOW) is not None) == any(ways(first, house))


@settings(max_examples=200, deadline=None)
@given(houses())
def test_nobody_is_left_waiting_whom_the_house_could_take(house: Shelter) -> None:
    after, _ = served(house)
    assert [party for party in after.parties() if any(ways(party, after))] == []


@settings(max_examples=200, deadline=None)
@given(houses())
def test_whoever_waits_alone_is_served_once_enough_beds_became_free_whatever_family_stands_before(
    house: Shelter,
) -> None:
    """Nobody starves: as often as anybody leaves, somebody is served, and everybody before is served first."""
    waited = [one for one, guest in house.waiting.items() if not guest.party]
    for _ in range(len(house.waiting) + house.capacity + 1):
        house, _ = served(house)
        leaves = next(iter(house.beds), None)
        house = house._replace(beds={bed: use for bed, use in house.beds.items() if bed != leaves})
    rooms = [room for _, room in house.numbered()]
    left = [one for one in waited if one in house.waiting]
    assert [one for one in left if any(room.takes(house.waiting[one], DAY) for room in rooms)] == []


def test_a_family_stands_where_the_last_of_them_began_to_wait() -> None:
    line = {"W0": WOMAN._replace(party="f"), "W1": MAN, "W2": GIRL._replace(party="f")}
    house = Shelter({}, (Room("r", 2, "any", "allowed"),), line)
    assert [[*party] for party in house.parties()] == [["W1"], ["W0", "W2"]]
    assert house.places_for("W0", DAY, NOW) is None
    assert house.bed_for("W1", MAN, DAY, NOW) == 1


def test_one_bed_goes_past_a_family_of_two_to_who_waits_behind_them() -> None:
    line = {"W0": WOMAN._replace(party="f"), "W1": GIRL._replace(party="f"), "W2": MAN}
    house = Shelter({}, (Room("r", 1, "any", "allowed"),), line)
    assert house.bed_for("W2", MAN, DAY, NOW) == 1
    assert house.takes_some(dict(house.parties()[0]), DAY, NOW)
    assert not house.could_take("W0", DAY)


def test_a_son_is_placed_with_his_mother_where_the_house_takes_him_and_nowhere_without_her() -> None:
    son = Guest("male", parents=("W0",), party="f")
    line = {"W1": son, "W0": WOMAN._replace(party="f")}
    rooms = (Room("one", 1, "women", "allowed"), Room("two", 2, "women", "allowed"))
    assert Shelter({}, rooms, line).places_for("W1", DAY, NOW) == {"W0": 2, "W1": 3}
    assert Shelter({2: BedUse("T", None)}, rooms, line).places_for("W1", DAY, NOW) is None
    assert Shelter({2: BedUse("W0", None)}, rooms, {"W1": son}).places_for("W1", DAY, NOW) == {"W1": 3}


def test_a_mother_does_not_leave_the_room_her_son_may_live_in_only_with_her() -> None:
    wishes = {"mother": Wish((1, 5)), "son": Wish((), beside=("mother",)), "woman": Wish((1,))}
    assert placed(wishes, {1: [1, 2], 5: [5]}) is None
    assert placed({"mother": Wish((5, 1)), "son": Wish((), beside=("mother",))}, {1: [1, 2], 5: [5]}) == {
        "mother": 1, "son": 2,
    }  # fmt: skip
    assert placed(wishes, {1: [1, 2, 3], 5: [5]}) == {"mother": 1, "son": 2, "woman": 3}
