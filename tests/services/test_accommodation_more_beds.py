"""A house that gets more beds, other rooms, or is opened again: who waits is offered them without being asked for."""

from __future__ import annotations

from pathlib import Path

from tests.kit.directory import all_is_well, done
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.programmes import with_beds
from tests.kit.story import Story
from tests.kit.workshop import at_work
from workflow.subjects.accommodation.commands import HoldBed, JoinWaitingList, TakeBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.directory.commands import ChangeEntry, ProposeResumption, StopEntry

HOUSE = "moscow-centre"


def full_house(office: Office, waiting: int = 2) -> list[Story]:
    """Return those who wait for the one bed of a house, in their order."""
    office.publish(with_beds(1))
    Story(office).does(HoldBed).does(TakeBed)
    return [Story(office).does(JoinWaitingList, facility=HOUSE) for _ in range(waiting)]


def beds(line: list[Story]) -> list[int | None]:
    stays = [accommodation_of(case.case).bed for case in line]
    return [None if stay is None else stay[1] for stay in stays]


@ON_BOTH_DATABASES
def test_beds_that_a_house_gets_are_offered_to_those_who_wait_in_their_order(office: Office, tmp_path: Path) -> None:
    line = full_house(office, waiting=3)
    done(office, ChangeEntry, "facility", HOUSE, places=3)
    with at_work(office, tmp_path) as (_, crew):
        crew.settle()
    assert beds(line) == [2, 3, None]
    all_is_well(office)


def test_beds_that_a_new_programme_file_brings_are_offered_too(office: Office, tmp_path: Path) -> None:
    line = full_house(office)
    office.publish(with_beds(2))
    with at_work(office, tmp_path) as (_, crew):
        crew.settle()
    assert beds(line) == [2, None]
    all_is_well(office)


def test_a_house_that_may_be_used_again_offers_what_became_free_meanwhile(office: Office, tmp_path: Path) -> None:
    line = full_house(office)
    done(office, StopEntry, "facility", HOUSE, reason="the address got about")
    done(office, ChangeEntry, "facility", HOUSE, places=2)
    with at_work(office, tmp_path) as (_, crew):
        crew.settle()
        assert beds(line) == [None, None]
        done(office, ProposeResumption, "facility", HOUSE, reason="nobody came")
        crew.settle()
    assert beds(line) == [2, None]
    all_is_well(office)


def test_a_change_that_leaves_the_rooms_as_they_are_offers_nothing(office: Office) -> None:
    line = full_house(office)
    done(office, ChangeEntry, "facility", HOUSE, address="a quiet street 4")
    office.publish(with_beds(1) + "\n# the same beds\n")
    assert not [case for case in line if case.tasks(kind="offer_bed")]
