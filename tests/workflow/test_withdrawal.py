"""The person may leave at any moment: nothing more is done for them, and what was booked is given back once."""

from collections import Counter

import pytest

from events.facts.grants import FundsFreed, GrantDeclined
from events.facts.journey import StageEntered
from events.facts.tasks import BookingReleased, TaskCancelled, TaskDied, TaskFoundUndone, TaskRequested
from events.facts.travel import EscortFreed, TripCancelled
from tests.kit.roads import STAGES, booked, bring, grant, plan_trip, ready_to_depart, ready_to_travel, release
from tests.kit.story import Story, story
from tests.kit.world import World
from workflow.command import CancelTask, RetryTask
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.travel.state import trip_is_ahead

RELEASES = {"release_escort", "cancel_ticket", "cancel_host"}


def left_running(case: Story) -> set[str]:
    return {task.kind for task in case.case.tasks.values()} - RELEASES


def given_back(case: Story) -> Counter[str]:
    asked = [f for f in case.place.facts(TaskRequested) if f.kind in RELEASES]  # type: ignore[attr-defined]
    return Counter(dict(fact.subject)["booking"] for fact in asked)


@pytest.mark.parametrize("stage", STAGES)
def test_withdrawal_at_any_stage_leaves_nothing_running(stage: str) -> None:
    world = World()
    case = bring(story(world), stage, **({"escort": "medical"} if stage == "returning" else {}))
    case.goes("withdraw").then_at("withdrawn")
    assert not left_running(case)
    assert {kind for kind, _ in case.case.timers.values()} == {"retention"}
    assert accommodation_of(case.case).bed is None
    assert not world.states.get("facility:moscow-centre", ({},))[0]
    assert not trip_is_ahead(case.case)
    if stage == "returning":
        assert given_back(case) == {"ticket": 1, "arrival_host": 1, "escort": 1}
    else:
        assert not given_back(case)


def test_what_was_only_asked_for_is_taken_back_and_what_was_booked_is_given_back() -> None:
    case = bring(story(), "documents")
    ready_to_travel(case, escort="medical")
    booked(plan_trip(case), "ticket")
    case.goes("withdraw")
    assert given_back(case) == {"ticket": 1}
    assert {f.kind for f in case.now_told(TaskCancelled)} == {"ask_host", "book_escort"}
    assert len(case.now_told(EscortFreed)) == 1


def test_a_task_that_a_worker_has_begun_is_waited_for_and_its_late_booking_given_back() -> None:
    case = bring(story(), "documents")
    ready_to_travel(case, escort="medical")
    plan_trip(case)
    begun = [case.task(kind="book_ticket"), case.task(kind="ask_host"), case.task(kind="book_escort")]
    for task in begun:
        case.claims(task)
    case.goes("withdraw")
    assert set(begun) <= case.case.tasks.keys()
    assert not given_back(case)
    for task in begun:
        case.finish(task).accepted()
    assert given_back(case) == {"ticket": 1, "arrival_host": 1, "escort": 1}
    assert not left_running(case)


@pytest.mark.parametrize("outcome", ["refused", "dead", "undone"])
def test_a_begun_task_that_comes_to_nothing_is_not_tried_again_for_who_has_left(outcome: str) -> None:
    case = bring(story(), "care")
    task = case.task(service="medical_exam")
    case.claims(task).goes("withdraw")
    case.finish(task, outcome).then_among_others(TaskCancelled)
    assert not case.case.tasks


def test_a_task_nobody_knows_the_outcome_of_is_asked_about_and_then_dropped() -> None:
    case = bring(story(), "documents")
    ready_to_travel(case)
    plan_trip(case)
    task = case.task(kind="book_ticket")
    case.finish(task, "unknown").accepted().goes("withdraw")
    assert case.case.tasks[task].status == "unknown"
    case.when(CancelTask, task_id=task, reason="left").then_refused("task_is_not_begun")
    case.when(RetryTask, task_id=task).then_refused("task_is_wanted")
    case.finish(task, "undone").then(TaskFoundUndone, TaskCancelled)


def test_a_letter_called_off_on_its_way_is_said_not_to_have_arrived_by_a_person() -> None:
    case = bring(story(), "documents")
    ready_to_travel(case)
    plan_trip(case)
    task = case.task(kind="ask_host")
    case.finish(task, "unknown").accepted()
    case.when(CancelTask, task_id=task, reason="did not arrive").then_refused("task_is_not_begun")
    case.goes("withdraw")
    case.when(RetryTask, task_id=task).then_refused("task_is_wanted")
    case.when(CancelTask, task_id=task, reason="did not arrive").then(TaskFoundUndone, TaskCancelled)
    assert task not in case.case.tasks


def test_an_unknown_booking_that_did_happen_is_given_back_after_withdrawal() -> None:
    case = bring(story(), "documents")
    ready_to_travel(case)
    plan_trip(case)
    task = case.task(kind="book_ticket")
    case.finish(task, "unknown").accepted().goes("withdraw")
    case.finish(task).accepted()
    assert given_back(case) == {"ticket": 1}


def test_giving_back_goes_on_after_the_end_and_may_be_tried_again() -> None:
    case = bring(story(), "documents")
    ready_to_depart(case).goes("withdraw")
    task = case.task(booking="ticket")
    case.finish(task, "dead").then(TaskDied)
    case.does(RetryTask, task_id=task)
    case.finish(task).then(BookingReleased)


def test_money_not_yet_at_the_bank_stays_and_what_is_there_is_waited_for() -> None:
    world = World()
    case = bring(story(world), "follow_up")
    first, second = grant(case, "reinstallation", "EUR 200"), grant(case)
    at_the_bank = release(case, first)
    case.finish(case.task(tranche_id=at_the_bank)).accepted()
    stopped = release(case, second)
    case.goes("withdraw").then_among_others(StageEntered, GrantDeclined, FundsFreed)
    assert grants_of(case.case).grants[second].tranches[stopped].status == "rejected"
    assert grants_of(case.case).grants[first].tranches[at_the_bank].status == "instructed"
    aside = world.states["fund:moscow"].grants
    assert sum(aside[first].values()) == 200
    assert second not in aside


def test_after_coming_home_there_is_nothing_of_the_trip_to_give_back() -> None:
    case = bring(story(), "reintegration", escort="medical").goes("withdraw")
    assert not given_back(case)
    assert not case.now_told(TripCancelled)


@pytest.mark.parametrize("trigger", ["lose_contact", "transfer", "record_death"])
def test_every_other_end_gives_back_just_the_same(trigger: str) -> None:
    case = bring(story(), "returning", escort="medical")
    case.ends(trigger, reason="moved")
    assert given_back(case) == {"ticket": 1, "arrival_host": 1, "escort": 1}
    assert not left_running(case)
