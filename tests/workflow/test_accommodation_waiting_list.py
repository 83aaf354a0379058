"""Who waits for a bed is offered the next one that fits, in order; the rooms' rules exclude nobody from help."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from console.words.reasons import typed
from events.facts.accommodation import (
    BedGivenUp,
    BedHeld,
    BedHoldExtended,
    BedReleased,
    FacilityFitted,
    HoldExtended,
    WaitingListLeft,
)
from events.facts.tasks import TaskCancelled, TimerCancelled, TimerFired, TimerSet
from tests.kit.programmes import with_beds, with_houses, with_rooms
from tests.kit.roads import consents
from tests.kit.story import Story, story
from tests.kit.world import World
from workflow.programme.loading import load_definition
from workflow.subjects.accommodation.commands import (
    ExtendHold,
    ExtendStay,
    HoldBed,
    JoinWaitingList,
    LeaveWaitingList,
    ReleaseBed,
    TakeBed,
)
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accommodation.shelter import Guest, Room, Shelter, evolve
from workflow.subjects.accommodation.state import accommodation_of

HOUSE = facility_stream("moscow-centre")
DAY = date(2007, 3, 5)
LATER = datetime(2007, 4, 1, tzinfo=UTC)


def small(beds: int = 1) -> World:
    return World(load_definition(with_beds(beds)))


def rooms(*rules: tuple[str, int, str, str]) -> World:
    return World(load_definition(with_rooms(*rules)))


def waits(world: World, **opening: Any) -> Story:
    return story(world, **opening).does(JoinWaitingList)


def test_when_the_house_is_full_the_refusal_names_the_waiting_list_and_other_houses() -> None:
    world = small()
    story(world).does(HoldBed)
    late = story(world).when(HoldBed).then_refused("bed_is_free")
    assert not isinstance(late.last, list)
    assert "JoinWaitingList facility=moscow-centre" in typed(late.last.reasons[0]).help


def test_nobody_waits_while_a_bed_is_free() -> None:
    story(small()).when(JoinWaitingList).then_refused("house_is_full")


def test_a_freed_bed_goes_to_whoever_has_waited_longest() -> None:
    world = small()
    first = story(world).does(HoldBed)
    second, third = waits(world), waits(world)
    first.does(ReleaseBed, reason="moved")
    first.then_among_others(BedGivenUp, BedReleased)
    assert [task.kind for task in first.tasks(kind="offer_bed").values()] == ["offer_bed"]
    story(world).when(HoldBed).then_refused("bed_is_free")  # who comes now does not go before them
    third.when(HoldBed).then_refused("bed_is_free")
    second.does(HoldBed)
    assert accommodation_of(second.case).waiting == ()
    assert list(world.states[HOUSE].waiting) == [third.case_id]


def test_nobody_is_asked_to_offer_a_bed_that_nobody_waits_for() -> None:
    case = story(small()).does(HoldBed).does(ReleaseBed, reason="moved")
    assert not case.tasks(kind="offer_bed")


def test_joining_twice_keeps_the_place_in_the_line() -> None:
    world = small()
    story(world).does(HoldBed)
    first, second = waits(world), waits(world)
    first.when(JoinWaitingList).then_refused("is_not_waiting")
    first.does(JoinWaitingList, family=True)
    assert list(world.states[HOUSE].waiting) == [first.case_id, second.case_id]
    assert world.states[HOUSE].waiting[first.case_id].family


def test_who_withdraws_leaves_the_line_and_the_next_is_asked() -> None:
    world = small()
    story(world).does(HoldBed)
    first, second = waits(world), waits(world)
    first.advance("withdraw", reason="declined").then_at("withdrawn")
    assert list(world.states[HOUSE].waiting) == [second.case_id]
    assert accommodation_of(first.case).waiting == ()
    assert first.tasks(kind="offer_bed")


def test_leaving_a_line_one_is_not_in_is_refused() -> None:
    story(small()).when(LeaveWaitingList, facility="moscow-centre", reason="x").then_refused("is_waiting")


def test_waiting_for_a_house_that_is_not_there_is_refused() -> None:
    case = story(small())
    case.when(JoinWaitingList, facility="nowhere").then_refused("facility_is_known")
    case.when(HoldBed, facility="nowhere").then_refused("facility_is_known")


def test_somebody_with_a_bed_does_not_wait_for_another() -> None:
    world = small()
    story(world).does(HoldBed)
    case = story(world).does(HoldBed, facility="hostel")
    case.when(JoinWaitingList).then_refused("has_no_bed")


def test_a_partners_house_is_used_only_when_it_is_named() -> None:
    world = small()
    story(world).does(HoldBed)
    case = story(world).when(HoldBed).then_refused("bed_is_free")
    case.does(HoldBed, facility="hostel")
    assert accommodation_of(case.case).bed == ("hostel", 1)


def test_a_bed_elsewhere_ends_the_waiting() -> None:
    world = small()
    story(world).does(HoldBed)
    case = waits(world).does(HoldBed, facility="hostel")
    assert accommodation_of(case.case).waiting == ()
    assert not world.states[HOUSE].waiting


def test_another_house_is_asked_for_a_place_once_the_person_agrees_to_help() -> None:
    world = small()
    story(world).does(HoldBed)
    silent, agreed = waits(world), consents(story(world), "assistance").does(JoinWaitingList)
    assert not silent.tasks(kind="find_alternative")
    assert agreed.tasks(kind="find_alternative", alternative="hostel", facility="moscow-centre")
    agreed.does(LeaveWaitingList, facility="moscow-centre", reason="found one")
    assert not agreed.tasks(kind="find_alternative")
    agreed.then_among_others(WaitingListLeft, TaskCancelled)


def test_who_agrees_later_that_others_help_is_asked_for_then_and_once() -> None:
    world = small()
    story(world).does(HoldBed)
    case = consents(waits(world), "assistance", "assistance")
    assert len(case.tasks(kind="find_alternative")) == 1


# -- rooms ----------------------------------------------------------------------------------------------------------


def test_particular_rooms_are_given_first_so_that_the_others_stay_for_everybody() -> None:
    world = rooms(("hall", 2, "any", "allowed"), ("women", 1, "women", "allowed"), ("men", 1, "men", "allowed"))
    woman, man, unknown = (story(world, gender=gender).does(HoldBed) for gender in ("female", "male", None))
    assert [accommodation_of(case.case).bed for case in (woman, man, unknown)] == [
        ("moscow-centre", n) for n in (3, 4, 1)
    ]


@pytest.mark.parametrize("gender", ["male", "transgender", None])
def test_who_fits_no_room_is_told_so_and_may_wait_for_a_place_elsewhere(gender: str | None) -> None:
    world = rooms(("women", 2, "women", "allowed"))
    case = consents(story(world, gender=gender), "assistance").when(HoldBed).then_refused("room_fits")
    case.does(JoinWaitingList)
    assert case.tasks(kind="find_alternative")
    story(world, gender="female").does(HoldBed)  # who fits is not held up by who does not


@pytest.mark.parametrize(("age_band", "beds"), [("9-17", {1, 3}), ("27-29", {2, 3})])
def test_rooms_for_children_and_for_grown_ups(age_band: str, beds: set[int]) -> None:
    world = rooms(("children", 1, "any", "only"), ("adults", 1, "any", "no"), ("all", 1, "any", "allowed"))
    found = [accommodation_of(story(world, age_band=age_band).does(HoldBed).case).bed for _ in range(2)]
    assert {bed[1] for bed in found if bed} == beds
    story(world, age_band=age_band).when(HoldBed).then_refused("bed_is_free")


def test_a_family_room_is_for_families() -> None:
    world = rooms(("family", 1, "family", "allowed"))
    story(world).when(HoldBed).then_refused("room_fits")
    story(world).does(HoldBed, family=True)


def test_who_waits_for_a_room_of_their_own_does_not_hold_up_the_others() -> None:
    world = rooms(("women", 1, "women", "allowed"), ("men", 1, "men", "allowed"))
    in_women, in_men = story(world, gender="female").does(HoldBed), story(world, gender="male").does(HoldBed)
    woman, man = waits(world, gender="female"), waits(world, gender="male")
    in_men.does(ReleaseBed, reason="moved")
    woman.when(HoldBed).then_refused("bed_is_free")
    man.does(HoldBed)
    assert accommodation_of(in_women.case).bed == ("moscow-centre", 1)


def test_a_child_who_comes_of_age_while_waiting_fits_the_rooms_of_grown_ups() -> None:
    house = Shelter(rooms=(Room("adults", 1, "any", "no"),))
    guest = Guest(child=True, of_age_from=DAY + timedelta(days=1))
    assert not house.takes(guest, DAY)
    assert house.takes(guest, DAY + timedelta(days=1))


# -- times ----------------------------------------------------------------------------------------------------------


def test_a_hold_that_ran_out_gives_the_bed_free_though_nobody_fired_the_timer() -> None:
    world = small()
    late = story(world).does(HoldBed).later(hours=48)
    late.when(TakeBed).then_refused("bed_is_held")
    other = story(world).does(HoldBed)
    other.then_among_others(BedReleased, BedHeld)
    late.when(TakeBed).then_refused("bed_is_held")
    late.fires("bed_hold").then(TimerFired, BedGivenUp)
    assert accommodation_of(late.case).bed is None
    assert world.states[HOUSE].beds[1].case_id == other.case_id


def test_who_moved_in_in_time_may_be_written_down_later() -> None:
    case = story(small()).does(HoldBed).later(hours=50)
    case.does(TakeBed, occurred_at=case.place.now - timedelta(hours=3))
    assert accommodation_of(case.case).moved_in_at == case.place.now - timedelta(hours=3)


def test_an_expired_hold_may_be_held_again() -> None:
    case = story(small()).does(HoldBed).later(hours=49).does(HoldBed)
    case.does(TakeBed)
    assert len([key for key, (kind, _) in case.case.timers.items() if kind == "bed_hold"]) == 0


def test_a_hold_is_extended_up_to_the_most_the_programme_allows() -> None:
    case = story(small()).does(HoldBed)
    began = case.place.now
    case.when(ExtendHold, hours=24).then_refused("hold_gets_longer")
    case.when(ExtendHold, hours=169).then_refused("hold_is_within_policy")
    case.when(ExtendHold, hours=72).then(HoldExtended, TimerCancelled, TimerSet, BedHoldExtended)
    case.later(hours=60).does(ExtendHold, until=began + timedelta(hours=168))
    case.later(hours=107).does(TakeBed)
    case.when(ExtendHold, hours=1).then_refused("bed_is_held")


def test_a_hold_is_extended_by_a_time_or_by_hours_not_by_both() -> None:
    case = story(small()).does(HoldBed)
    case.when(ExtendHold, hours=72, until=case.place.now + timedelta(hours=72)).then_refused("until_or_hours")


def test_a_supervisor_is_reminded_when_a_planned_stay_ends() -> None:
    case = story(small()).does(HoldBed).does(TakeBed, until=date(2007, 3, 20))
    case.does(ExtendStay, until=date(2007, 4, 1)).later(days=27).fires("stay_ends")
    assert case.case.escalations >= {"stay_ends"}
    case.does(ExtendStay, until=date(2007, 4, 20))
    assert "stay_ends" not in case.case.escalations
    case.when(ExtendStay, until=date(2007, 3, 31)).then_refused("stay_is_ahead")


@pytest.mark.parametrize(("hours", "code"), [(-100, "bed_is_empty"), (1, "has_arrived")])
def test_moving_in_is_dated_when_the_bed_was_empty_and_not_in_the_future(hours: int, code: str) -> None:
    world = small()
    before = story(world).does(HoldBed).does(TakeBed).later(days=9).does(ReleaseBed, reason="moved")
    case = story(world).does(HoldBed)
    case.when(TakeBed, occurred_at=before.place.now + timedelta(hours=hours)).then_refused(code)


def test_moving_out_is_not_before_moving_in() -> None:
    case = story(small()).does(HoldBed).later(hours=5).does(TakeBed)
    at = case.place.now - timedelta(hours=1)
    case.when(ReleaseBed, reason="moved", occurred_at=at).then_refused("check_out_is_after_check_in")
    case.when(ReleaseBed, reason="moved", occurred_at=case.place.now + timedelta(hours=1)).then_refused("has_left")


def test_a_house_made_smaller_takes_nobody_until_enough_have_left() -> None:
    house = Shelter(rooms=(Room("hall", 3, "any", "allowed"),))
    for number in (2, 3):
        house = evolve(house, BedHeld(case_id=f"C{number}", bed=number, until=LATER))
    house = evolve(house, FacilityFitted(facility="one", rooms=(("hall", 2, "any", "allowed"),)))
    assert house.leaving == {3}
    assert house.bed_for("C4", Guest(), DAY, LATER - timedelta(days=1)) is None
    house = evolve(house, BedReleased(case_id="C3", bed=3, reason="moved", at=LATER))
    assert house.leaving == frozenset()
    assert house.bed_for("C4", Guest(), DAY, LATER - timedelta(days=1)) == 1


def test_two_houses_are_filled_in_the_order_of_the_file() -> None:
    one = {"id": "one", "name": "One", "kind": "shelter", "opens": "2006-12-01", "time_zone": "Europe/Moscow"}
    two = one | {"id": "two", "name": "Two"}
    world = World(load_definition(with_houses(one | {"capacity": 1}, two | {"capacity": 1})))
    assert [accommodation_of(story(world).does(HoldBed).case).bed for _ in range(2)] == [("one", 1), ("two", 1)]
    story(world).when(HoldBed).then_refused("bed_is_free")
