"""I6 and I4 find beds that cannot be: in several houses, in the line, and in the tables."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from events.database import sqlite_url
from events.facts.accommodation import BedAssigned, BedHeld, WaitingBegan
from events.facts.reception import MeeterReserved
from events.ids import CaseId
from handlers.projections.rebuild import rebuild
from tests.kit.histories import Witnessed
from workflow.subjects.accommodation.commands import HoldBed, TakeBed

HOUSE, HOSTEL = "facility:moscow-centre", "facility:partner-hostel"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Witnessed]:
    """A programme with two houses, one person in the first and one in the second."""
    office = Witnessed(sqlite_url(tmp_path / "office.sqlite")).published()
    yield office
    office.close()


@pytest.fixture
def two(office: Witnessed) -> tuple[CaseId, CaseId]:
    cases = office.open(), office.open()
    for case_id, house in zip(cases, ("moscow-centre", "partner-hostel"), strict=True):
        office.does(case_id, HoldBed, facility=house)
        office.does(case_id, TakeBed)
    assert office.failing() == set()
    return cases


def _holds(office: Witnessed, case_id: CaseId, house: str, bed: int) -> None:
    until = office.clock.now() + timedelta(hours=48)
    mine = BedAssigned(facility=house.removeprefix("facility:"), bed=bed, until=until)
    office.forge((f"case:{case_id}", mine), (house, BedHeld(case_id=case_id, bed=bed, until=until)))


def test_one_person_in_two_houses_is_found(office: Witnessed, two: tuple[CaseId, CaseId]) -> None:
    _holds(office, two[0], HOSTEL, 2)
    assert office.failing() == {"I6"}


def test_two_people_in_one_bed_are_found(office: Witnessed, two: tuple[CaseId, CaseId]) -> None:
    _holds(office, office.open(), HOUSE, 1)
    assert office.failing() == {"I6"}


@pytest.mark.parametrize(("house", "bed"), [(HOUSE, 0), (HOUSE, 61), (HOSTEL, 21), ("facility:nowhere", 1)])
def test_a_bed_that_is_not_there_is_found(office: Witnessed, two: tuple[CaseId, CaseId], house: str, bed: int) -> None:
    _holds(office, office.open(), house, bed)
    assert office.failing() == {"I6"}


@pytest.mark.parametrize(("starts", "faults"), [(0, {"I6"}), (2, {"I6"}), (3, set())])
def test_somebody_who_is_to_meet_two_people_at_once_is_found(
    office: Witnessed, two: tuple[CaseId, CaseId], starts: int, faults: set[str]
) -> None:
    noon = office.clock.now()
    for number, case_id in enumerate(two):
        leaves = noon + timedelta(hours=starts * number)
        taken = MeeterReserved(
            meeter="meeter-01", case_id=case_id, arrival_id=f"A-{number}", leaves_at=leaves,
            back_at=leaves + timedelta(hours=3),
        )  # fmt: skip
        office.forge(("meeters:moscow", taken))
    assert office.failing() == faults


def test_a_line_of_which_the_case_knows_nothing_is_found(office: Witnessed, two: tuple[CaseId, CaseId]) -> None:
    office.forge((HOUSE, WaitingBegan(case_id=two[0])))
    assert office.failing() == {"I6"}


def test_a_hold_that_ran_out_unnoticed_is_no_fault(office: Witnessed, two: tuple[CaseId, CaseId]) -> None:
    late = office.open()
    office.does(late, HoldBed)
    office.later(hours=48)
    office.does(office.open(), HoldBed)
    assert not {"I4", "I6"} & office.failing()


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM beds_in_use WHERE facility = 'partner-hostel'",
        "UPDATE beds_in_use SET held_until = '2030' WHERE facility = 'partner-hostel'",
        "UPDATE beds SET room = 'attic' WHERE bed = 1",
        "DELETE FROM beds WHERE bed = 7",
    ],
)
def test_damaged_tables_of_beds_are_found_and_made_right(
    office: Witnessed, two: tuple[CaseId, CaseId], damage: str
) -> None:
    office.tamper(damage)
    assert office.failing() == {"I4"}
    rebuild(office.log)
    assert office.failing() == set()
