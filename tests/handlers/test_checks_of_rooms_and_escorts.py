"""I6: beds and escorts given to two people at once."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.facts.accommodation import BedAssigned, BedHeld, BedReleased
from events.facts.travel import EscortFreed, EscortReserved
from tests.kit.histories import Lives, Witnessed, copied
from tests.kit.spoilt import Made, Spoilt

_NUMBERS = itertools.count()
HOUSE, ESCORTS = "facility:moscow-centre", "escorts:moscow"


def test_i6_two_people_in_one_bed_are_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _gives_bed(office, lives.home, bed=1)  # the one who is stuck lives there
    assert office.failing() == {"I6"}


def test_i6_one_person_in_two_beds_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _gives_bed(office, lives.stuck, bed=2)
    assert office.failing() == {"I6"}


@pytest.mark.parametrize("bed", [0, 61])
def test_i6_a_bed_that_is_not_there_is_found(spoilt: Spoilt, bed: int) -> None:
    office, lives = spoilt
    _gives_bed(office, lives.home, bed=bed)
    assert office.failing() == {"I6"}


def test_i6_a_bed_of_which_the_case_knows_nothing_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    office.forge((HOUSE, BedHeld(case_id=lives.home, bed=2, until=office.clock.now())))
    assert office.failing() == {"I6"}


def test_i6_a_bed_given_up_by_somebody_else_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    office.forge((HOUSE, BedReleased(case_id=lives.home, bed=1, reason="mistake", at=office.clock.now())))
    assert office.failing() == {"I6"}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(starts=st.integers(-30, 30), lasts=st.integers(1, 30))
def test_i6_an_escort_on_two_trips_is_found_exactly_when_they_overlap(
    made: Made, tmp_path: Path, starts: int, lasts: int
) -> None:
    office, lives = copied(made.path, tmp_path / f"{next(_NUMBERS)}.sqlite", made.office, made.lives)
    _reserves(office, lives, "R-1", 100, 110)
    _reserves(office, lives, "R-2", 100 + starts, 100 + starts + lasts)
    overlap = starts < 10 and starts + lasts > 0
    assert office.failing() == ({"I6"} if overlap else set())
    office.close()


def test_i6_an_escort_freed_before_may_go_on_another_trip(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _reserves(office, lives, "R-1", 100, 110)
    freed = EscortFreed(escort="escort-08", case_id=lives.home, trip_id="R-1", reason="planned again")
    office.forge((ESCORTS, freed))
    _reserves(office, lives, "R-2", 101, 109)
    assert office.failing() == set()


def _gives_bed(office: Witnessed, case_id: str, bed: int) -> None:
    until = office.clock.now() + timedelta(hours=48)
    mine = BedAssigned(facility="moscow-centre", bed=bed, until=until)
    office.forge((f"case:{case_id}", mine), (HOUSE, BedHeld(case_id=case_id, bed=bed, until=until)))


def _reserves(office: Witnessed, lives: Lives, trip_id: str, leaves: int, back: int) -> None:
    now = office.clock.now()
    reserved = EscortReserved(
        escort="escort-08",
        case_id=lives.home,
        trip_id=trip_id,
        leaves_at=now + timedelta(hours=leaves),
        back_at=now + timedelta(hours=back),
    )
    office.forge((ESCORTS, reserved))
