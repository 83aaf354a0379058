"""A family waits for beds together: offered when there is one for each, else somebody decides; nobody starves."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.commanding.answers import Answer
from tests.kit.families import DAUGHTER, MOTHER, SON, done, family, mails, together
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.programmes import with_beds, with_houses
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop
from workers.effects import accommodation
from workers.running.jobs import Adapters
from workflow.command import Command
from workflow.subjects.accommodation.commands import (
    HoldBed,
    JoinWaitingList,
    LeaveWaitingList,
    ReleaseBed,
    SayFamilyWaits,
    TakeBed,
)
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accommodation.shelter import Shelter
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.groups.commands import LeaveGroup
from workflow.subjects.intake.commands import AddNote

HOUSE = "moscow-centre"


def settled(shop: Workshop) -> None:
    mails(shop, "nobody")


def beds(people: list[Story]) -> list[bool]:
    return [accommodation_of(one.case).bed is not None for one in people]


def full(office: Office, number: int) -> list[Story]:
    """A house of so many beds, all of them taken."""
    office.publish(with_beds(number))
    return [story(office).does(HoldBed).does(TakeBed) for _ in range(number)]


def waiting(office: Office) -> list[str]:
    found = office.state(facility_stream(HOUSE))
    assert isinstance(found, Shelter)
    return [*found.waiting]


@ON_BOTH_DATABASES
def test_a_family_is_offered_beds_only_when_there_is_one_for_each(shop: Workshop) -> None:
    office = shop.office
    inside = full(office, 4)
    people = family(office)
    done(together(office, people, JoinWaitingList))
    behind = [story(office).does(JoinWaitingList) for _ in range(2)]
    inside[0].does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds(people) == [False, False, False]
    assert "family_waits" in people[0].case.escalations
    assert beds(behind) == [True, False]  # a single bed goes past the family
    for one in inside[1:]:
        one.does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds(people) == [True, True, True]
    assert beds(behind) == [True, False]
    assert people[0].case.escalations == frozenset()
    assert waiting(office) == [behind[1].case_id]
    office.check()


def test_that_a_family_waits_is_told_although_somebody_writes_in_their_case_at_that_moment(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = shop.office
    inside = full(office, 4)
    people = family(office)
    done(together(office, people, JoinWaitingList))
    submit, met = accommodation._submit, set[str]()

    def while_a_note_is_written(kind: type[Any], job: Any, *rest: Any) -> Any:
        if kind is SayFamilyWaits and job.task_id not in met:
            met.add(job.task_id)
            for one in people:
                one.does(AddNote, note="They would rather wait.")
        return submit(kind, job, *rest)

    monkeypatch.setattr(accommodation, "_submit", while_a_note_is_written)
    inside[0].does(ReleaseBed, reason="moved")
    settled(shop)
    assert met
    assert "family_waits" in people[0].case.escalations


def test_a_family_that_waits_while_there_is_room_for_all_is_held_beds_at_once(shop: Workshop) -> None:
    office = shop.office
    full(office, 4)[0].does(ReleaseBed, reason="moved")
    office.publish(with_beds(8))
    people = family(office)
    done(together(office, people, JoinWaitingList))
    settled(shop)
    assert beds(people) == [True, True, True]


def test_a_person_decides_that_a_family_waits_apart_and_each_is_then_offered_a_bed_in_turn(shop: Workshop) -> None:
    office = shop.office
    inside = full(office, 3)
    people = family(office)
    done(together(office, people, JoinWaitingList))
    inside[0].does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds(people) == [False, False, False]
    people[0].does(JoinWaitingList)
    assert "family_waits" not in people[0].case.escalations
    settled(shop)
    assert beds(people) == [True, False, False]
    inside[1].does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds(people) == [True, False, False]  # the children wait for two beds
    assert "family_waits" in people[1].case.escalations
    inside[2].does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds(people) == [True, True, True]


def test_a_family_too_large_for_the_house_is_told_so_at_once_and_stands_in_nobodys_way(shop: Workshop) -> None:
    office = shop.office
    inside = full(office, 2)
    people = family(office)
    done(together(office, people, JoinWaitingList))
    settled(shop)
    assert "family_waits" in people[0].case.escalations
    behind = story(office).does(JoinWaitingList)
    inside[0].does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds([behind, *people]) == [True, False, False, False]


def test_who_left_the_family_or_the_line_does_not_keep_the_others_from_their_beds(shop: Workshop) -> None:
    office = shop.office
    inside = full(office, 4)
    mother, son, daughter = family(office)
    aunt = family(office, MOTHER)[0]
    done(together(office, [mother, son, daughter], JoinWaitingList))
    son.does(LeaveGroup, reason="goes to his father")
    inside[0].does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds([mother, son, daughter]) == [False, True, False]  # he waits alone now
    aunt.does(JoinWaitingList)
    daughter.does(LeaveWaitingList, facility=HOUSE, reason="stays with her aunt")
    inside[1].does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds([mother, daughter, aunt]) == [True, False, False]


def test_a_family_withdrawn_in_part_is_offered_what_is_enough_for_those_who_are_left(shop: Workshop) -> None:
    office = shop.office
    inside = full(office, 2)
    mother, son, daughter = family(office)
    done(together(office, [mother, son, daughter], JoinWaitingList))
    for one in inside:
        one.does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds([mother, son, daughter]) == [False, False, False]
    son.ends("withdraw", reason="personal_decision")
    settled(shop)
    assert beds([mother, son, daughter]) == [True, False, True]


def test_nobody_gets_to_the_front_by_joining_a_family_that_stands_there(shop: Workshop) -> None:
    office = shop.office
    inside = full(office, 1)
    mother, late = family(office, MOTHER, DAUGHTER)
    done(together(office, [mother], JoinWaitingList))
    before = story(office).does(JoinWaitingList)
    late.does(JoinWaitingList, company=2)
    inside[0].does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds([mother, before, late]) == [True, False, False]  # she waited alone, and first


def test_another_house_is_asked_once_for_all_of_them(shop: Workshop) -> None:
    office = shop.office
    centre = {
        "id": HOUSE, "name": "Centre", "kind": "rehabilitation_centre", "opens": "2006-03-09", "closes": "2010-12-31",
        "time_zone": "Europe/Moscow", "capacity": 1, "alternatives": ["hostel"],
    }  # fmt: skip
    hostel = {
        "id": "hostel", "name": "Hostel", "kind": "hostel", "opens": "2006-03-09", "closes": "2010-12-31",
        "time_zone": "Europe/Moscow", "capacity": 9, "email": "desk@hostel.example.org", "on_request": True,
    }  # fmt: skip
    office.publish(with_houses(centre, hostel))
    story(office).does(HoldBed)
    people = family(office, MOTHER, SON)
    done(together(office, people, JoinWaitingList))
    (letter,) = mails(shop, "desk")
    assert "Do you have places for 2 people who stay together" in letter
    assert not [one.case_id for one in people if one.case_id in letter]


def test_in_a_full_house_a_long_line_costs_no_command_for_each_who_waits(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = shop.office
    inside = full(office, 1)
    line = [story(office).does(JoinWaitingList) for _ in range(4)]
    asked: list[str] = []
    submitted = Adapters.submitted

    def noted(outside: Adapters, command: Command) -> Answer:
        asked.append(type(command).__name__)
        return submitted(outside, command)

    monkeypatch.setattr(Adapters, "submitted", noted)
    inside[0].does(ReleaseBed, reason="moved")
    settled(shop)
    assert beds(line) == [True, False, False, False]
    assert asked == ["HoldBed"], "for the others there is nothing to ask"
