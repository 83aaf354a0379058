"""The house never has more people than beds, and a bed that is only held does not wait for ever."""

import pytest

from events.facts.accommodation import BedAssigned, BedGivenUp, BedHeld, BedReleased
from events.facts.tasks import TimerFired, TimerSet
from tests.kit.programmes import with_beds
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.world import World, moscow_with
from workflow.command import FireTimer
from workflow.programme.loading import load_definition
from workflow.subjects.accommodation.commands import HoldBed, ReleaseBed, TakeBed
from workflow.subjects.accommodation.state import accommodation_of


def small_house(beds: int = 2) -> World:
    return World(load_definition(with_beds(beds)))


def test_a_sixty_first_person_is_not_given_a_bed() -> None:
    world = small_house(60)
    housed = [story(world).does(HoldBed) for _ in range(60)]
    assert len({accommodation_of(case.case).bed for case in housed}) == 60
    late = story(world).when(HoldBed).then_refused("bed_is_free")
    housed[17].does(ReleaseBed, reason="moved")
    late.when(HoldBed).then(
        BedAssigned(facility="moscow-centre", bed=18, until=late.place.now.replace(day=7)),
        TimerSet,
        BedHeld(case_id=late.case_id, bed=18, until=late.place.now.replace(day=7)),
    )


def test_nobody_has_two_beds() -> None:
    story().does(HoldBed).when(HoldBed).then_refused("has_no_bed")


def test_nobody_moves_in_before_the_house_opens() -> None:
    world = World(moscow_with(("opens: 2006-12-01", "opens: 2007-12-01")))
    story(world).when(HoldBed).then_refused("facility_is_open")


def test_a_hold_ends_when_its_time_has_come() -> None:
    world = small_house(1)
    case = story(world).does(HoldBed).later(hours=48).fires("bed_hold")
    case.then(TimerFired, BedGivenUp, BedReleased)
    story(world).does(HoldBed)


def test_a_hold_that_became_a_stay_does_not_end() -> None:
    world = small_house(1)
    case = story(world).does(HoldBed)
    timer = case.timer("bed_hold")
    case.does(TakeBed).later(hours=48)
    case.when(FireTimer, timer_id=timer, due_at=case.place.now).then_refused("timer_is_set")
    assert world.states["facility:moscow-centre"].beds[1].held_until is None
    case.when(TakeBed).then_refused("has_not_moved_in")


def test_a_new_hold_has_its_own_time() -> None:
    case = story().does(HoldBed)
    old = case.timer("bed_hold")
    case.does(ReleaseBed, reason="not yet").later(hours=1).does(HoldBed)
    assert case.timer("bed_hold") != old


@pytest.mark.parametrize("stage", ["returning", "reintegration"])
def test_who_leaves_the_house_leaves_the_bed(stage: str) -> None:
    world = small_house()
    case: Story = bring(story(world), stage)
    assert accommodation_of(case.case).bed is None
    assert not world.states["facility:moscow-centre"].beds
    case.when(ReleaseBed, reason="gone").then_refused("bed_is_held")


def test_a_bed_whose_hold_ran_out_is_not_moved_into() -> None:
    case = bring(story(), "accommodation").later(hours=49).fires("bed_hold")
    case.when(TakeBed).then_refused("bed_is_held")
    case.advance("begin_care").then_refused("moved_in")
    case.does(HoldBed).does(TakeBed).goes("begin_care")
