"""Somebody takes back a record of their own, to undo with it what others decided, or what somebody is to look at."""

from __future__ import annotations

import pytest

from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.story import Story, story
from workflow.case.retraction import records_of
from workflow.command import RetractRecord
from workflow.subjects.groups.commands import FormGroup, JoinGroup
from workflow.subjects.safety.commands import AppointGuardian, EndGuardianship
from workflow.subjects.safety.state import safety_of

WANTED = "guardian_wanted"


@pytest.fixture(params=["sqlite"])
def office_url(office_url: str) -> str:
    return office_url


def child(office: Office) -> tuple[Story, Story]:
    """Return a child and the adult who came with it."""
    adult = story(office, age_band="30-38").does(FormGroup)
    return story(office, age_band="9-17").does(JoinGroup, with_case=adult.case_id, relation="child"), adult


def appointment_of(story: Story) -> int:
    return max(number for number, told in records_of(story.case).standing.items() if told.of == "GuardianAppointed")


def takes_back(story: Story, record: int) -> Story:
    return story.when(RetractRecord, record=record, why="wrong_case")


def test_a_child_for_whom_a_guardian_is_wanted_is_not_forgotten_by_naming_one_and_taking_it_back(
    office: Office,
) -> None:
    son, _ = child(office)
    son.does(AppointGuardian, kind="state").does(EndGuardianship, because="unable")
    assert WANTED in son.case.escalations
    son.does(AppointGuardian, kind="state")
    takes_back(son, appointment_of(son)).accepted()
    assert not safety_of(son.case).guardian
    assert WANTED in son.case.escalations
    assert [row["item"] for row in office.rows("work_items", case_id=son.case_id)].count(f"escalation:{WANTED}") == 1


def test_a_guardian_on_whom_two_agreed_goes_by_nobodys_slip(office: Office) -> None:
    son, mother = child(office)
    son.does(AppointGuardian, kind="state")
    earlier = appointment_of(son)
    son.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    takes_back(son, earlier).then_refused("nothing_stands_on_it")
    assert safety_of(son.case).guardian_case == mother.case_id


def test_whoever_was_guardian_before_is_again_and_is_named_once_they_are_suspected(office: Office) -> None:
    son, mother = child(office)
    son.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    son.does(AppointGuardian, kind="state")
    takes_back(son, appointment_of(son)).accepted()
    son.does(EndGuardianship, because="suspected")
    assert safety_of(son.case).suspects == {mother.case_id}


def test_a_guardianship_that_is_over_does_not_come_back_by_taking_the_last_appointment_back(office: Office) -> None:
    son, _ = child(office)
    son.does(AppointGuardian, kind="state").does(AppointGuardian, kind="relative", name="Ion Rusu")
    son.does(EndGuardianship, because="suspected")
    takes_back(son, appointment_of(son)).then_refused("nothing_stands_on_it")
    assert not safety_of(son.case).guardian
    assert WANTED in son.case.escalations
