"""An escort is never in two places, and what is booked for a trip called off is given back once."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts.tasks import BookingReleased, TaskCancelled, TaskRequested, TimerSet
from events.facts.travel import EscortAnswered, EscortFreed, EscortReserved, TripPlanned
from tests.kit.people import START
from tests.kit.roads import booked, bring, plan_trip, ready_to_depart, ready_to_travel
from tests.kit.story import Story, present, story, trip
from tests.kit.world import World, moscow
from workflow.reasons import Refused
from workflow.subjects.care.commands import CertifyFitness
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.travel.commands import AnswerEscort, CancelTrip, HandOver, PlanTrip
from workflow.subjects.travel.state import travel_of

GIVES_BACK = {"cancel_ticket", "release_escort", "cancel_host"}
MEDICAL = [e.id for e in moscow().programme.escorts if "medical" in e.skills]


def traveller(world: World, escort: str = "medical") -> Story:
    case = story(world).does(GiveConsent, purpose="travel")
    return ready_to_travel(case, escort=escort)


def releases(case: Story) -> Counter[str]:
    asked = [f for f in case.place.facts(TaskRequested) if f.kind in GIVES_BACK]  # type: ignore[attr-defined]
    return Counter(dict(fact.subject)["booking"] for fact in asked)


def test_a_fifth_traveller_at_the_same_hour_finds_no_medical_escort() -> None:
    world = World()
    cases = [plan_trip(traveller(world)) for _ in MEDICAL]
    assert {present(travel_of(case.case).trip).escort for case in cases if travel_of(case.case).trip} == set(MEDICAL)
    traveller(world).when(PlanTrip, **trip(world.now)).then_refused("escort_is_free")
    cases[0].does(CancelTrip, reason="ill")
    plan_trip(traveller(world))


def test_a_medical_escort_is_kept_for_those_who_need_one() -> None:
    case = plan_trip(traveller(World(), "operational"))
    assert travel_of(case.case).trip is not None
    assert present(travel_of(case.case).trip).escort == "escort-01"


def test_whoever_needs_nobody_reserves_nobody() -> None:
    plan_trip(traveller(World(), "none")).then(TripPlanned, TaskRequested, TaskRequested, TimerSet, TimerSet, TimerSet)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 40), st.booleans()), min_size=2, max_size=14))
def test_no_escort_is_ever_on_two_trips_at_once(trips: list[tuple[int, int, bool]]) -> None:
    world, going = World(), list[Story]()
    for days, hours, cancel in trips:
        case = traveller(world)
        case.when(PlanTrip, **trip(START, days=days / 3, hours=hours))
        if isinstance(case.last, Refused):
            assert case.last.codes == ("escort_is_free",)
        else:
            going.append(case)
        if cancel and going:
            going.pop(0).does(CancelTrip, reason="ill")
    taken = list(world.states["escorts:moscow"].trips.values()) if going else []
    for number, one in enumerate(taken):
        for other in taken[number + 1 :]:
            apart = one.back_at <= other.leaves_at or other.back_at <= one.leaves_at
            assert apart or one.escort != other.escort
    assert len(taken) == len(going)


def test_an_escort_is_back_after_a_rest_and_the_way_back() -> None:
    world = World()
    first = plan_trip(traveller(world), days=3, hours=6)
    (reserved,) = first.now_told(EscortReserved)
    assert reserved.back_at == travel_of(first.case).trip.arrives_at + timedelta(hours=12 + 6)  # type: ignore[union-attr]


def test_an_escort_who_declines_is_free_again_and_is_not_asked_once_more() -> None:
    case = plan_trip(traveller(World()))
    case.when(AnswerEscort, accepted=False, reason="ill").then(EscortAnswered, TaskCancelled, EscortFreed)
    case.when(AnswerEscort, accepted=False).then_refused("escort_is_asked")
    case.does(CancelTrip, reason="nobody to go along")
    assert not releases(case)  # whoever declined need not be told that it is off


def test_an_escort_who_declines_after_being_written_to_is_not_called_off() -> None:
    case = plan_trip(traveller(World()))
    case.finish(case.task(kind="book_escort")).accepted().does(AnswerEscort, accepted=False)
    case.does(CancelTrip, reason="nobody to go along")
    assert not releases(case)


def test_an_escort_who_accepted_may_still_fall_ill() -> None:
    case = plan_trip(traveller(World())).does(AnswerEscort, accepted=True)
    case.when(AnswerEscort, accepted=True).then()
    case.does(AnswerEscort, accepted=False, reason="ill")
    assert travel_of(case.case).trip is not None
    assert not present(travel_of(case.case).trip).confirmed


def test_planning_again_calls_the_first_trip_off() -> None:
    case = booked(plan_trip(traveller(World())), "ticket")
    first = travel_of(case.case).trip
    plan_trip(case, days=5)
    assert first is not None
    assert travel_of(case.case).trip is not None
    assert present(travel_of(case.case).trip).trip_id != first.trip_id
    assert releases(case) == {"ticket": 1}
    assert len(case.tasks(kind="book_ticket", trip_id=present(travel_of(case.case).trip).trip_id)) == 1
    assert not case.tasks(kind="book_ticket", trip_id=first.trip_id)


def test_planning_again_may_keep_the_only_escort_left() -> None:
    world = World()
    cases = [plan_trip(traveller(world)) for _ in MEDICAL]
    plan_trip(cases[0], days=3.1)
    assert travel_of(cases[0].case).trip is not None
    assert len(world.states["escorts:moscow"].trips) == len(MEDICAL)


def test_a_second_journey_leaves_the_first_one_that_was_made_alone() -> None:
    case = bring(story(), "reintegration", escort="medical")
    plan_trip(case)
    assert not releases(case)
    assert "hand_over" not in case.case.provided


def test_a_cancelled_return_gives_escort_ticket_and_arrival_back_once_each() -> None:
    case = bring(story(), "documents")
    ready_to_depart(case, escort="medical")
    case.does(CancelTrip, reason="the person changed their mind")
    case.when(CancelTrip, reason="again").then_refused("trip_is_planned")
    assert releases(case) == {"ticket": 1, "arrival_host": 1, "escort": 1}
    for task in list(case.case.tasks):
        case.finish(task).then(BookingReleased)
    case.goes("withdraw")
    assert releases(case) == {"ticket": 1, "arrival_host": 1, "escort": 1}


def test_a_journey_that_was_made_cannot_be_called_off() -> None:
    bring(story(), "reintegration").when(CancelTrip, reason="too late").then_refused("trip_is_ahead")


def test_a_certificate_that_now_asks_for_a_nurse_needs_another_trip() -> None:
    case = bring(story(), "documents")
    ready_to_depart(case, escort="operational")
    case.does(CertifyFitness, valid_until="2008-01-01", escort="medical", mandate="medical")
    case.advance("depart").then_refused("escort_is_confirmed", "departure_has_come")


def test_a_booking_that_comes_late_does_not_count_for_the_next_trip() -> None:
    case = bring(story(), "documents")
    ready_to_travel(case)
    plan_trip(case)
    late = case.task(kind="book_ticket")
    case.claims(late)
    plan_trip(case, days=6)
    case.finish(late).accepted()
    assert travel_of(case.case).booked == ()
    assert releases(case) == {"ticket": 1}


def test_a_hand_over_reported_after_the_trip_was_called_off_brings_nobody_home() -> None:
    case = bring(story(), "returning")
    case.advance("turn_back", reason="border_closed").accepted()
    case.when(HandOver, received_by="host").then_refused("trip_is_planned")
    assert "hand_over" not in case.case.provided


@pytest.mark.parametrize("shift", [-1, 1])
def test_two_trips_may_touch_but_not_overlap(shift: int) -> None:
    pool = World()
    first = plan_trip(traveller(pool), days=3, hours=6).now_told(EscortReserved)[0]
    state = pool.states["escorts:moscow"]
    start: datetime = first.back_at + timedelta(minutes=shift)
    assert (first.escort in state.away(start, start + timedelta(hours=1))) is (shift <= 0)
