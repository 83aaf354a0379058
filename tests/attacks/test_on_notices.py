"""Somebody who may act on a colleague's case does there what the colleague should not hear of."""

from __future__ import annotations

from tests.kit.people import ANNA, BORIS, CLARA, TAMARA
from tests.kit.story import Story, story
from workflow.case.retraction import records_of
from workflow.command import RetractRecord
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.corrections.commands import CorrectIdentity
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.team.state import KEPT_MAX, notices_of


def told_to(case: Story, account: str) -> list[str]:
    return [one.kind for _, one in notices_of(case.case).numbered() if one.account == account]


def test_a_person_is_not_renamed_so_that_nobody_finds_them_without_the_owner_hearing_of_it() -> None:
    case = story(name="Оксана Петренко")
    said = {"why": "another_persons", "evidence": "persons_word"}
    case.does(CorrectIdentity, actor=BORIS, mandate="supervisor", name="Ирина Волкова", **said)
    assert told_to(case, ANNA) == ["corrected"]


def test_what_a_colleague_takes_back_is_told_to_the_owner() -> None:
    case = story().does(AddNote, actor=BORIS, mandate="supervisor", note="He waits at her door.")
    record = max(records_of(case.case).standing)
    case.does(RetractRecord, actor=BORIS, mandate="supervisor", record=record, why="wrong_case")
    assert told_to(case, ANNA) == ["note", "retracted"]


def test_who_lost_a_case_hears_of_it_however_often_it_is_given_on() -> None:
    case = story()
    for number in range(2 * KEPT_MAX):
        case.does(AssignCase, actor=TAMARA, mandate="supervisor", owner=(BORIS, CLARA)[number % 2])
    assert told_to(case, ANNA) == ["taken"]
    assert len(told_to(case, BORIS)) == KEPT_MAX
