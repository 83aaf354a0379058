"""I6 lets one driver and one escort be with a whole family, and with nobody else at that time."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from events.database import sqlite_url
from events.facts.reception import MeeterReserved
from events.facts.travel import EscortReserved
from tests.kit.histories import Witnessed

MEETERS, ESCORTS = "meeters:moscow", "escorts:moscow"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Witnessed]:
    office = Witnessed(sqlite_url(tmp_path / "office.sqlite")).published()
    yield office
    office.close()


@pytest.mark.parametrize(
    ("parties", "faults"),
    [
        (("V-1", "V-1", "V-1"), set()),
        (("V-1", "V-2"), {"I6"}),
        (("V-1", ""), {"I6"}),
        (("", "V-1"), {"I6"}),
        (("V-1", "", "V-1"), {"I6"}),
        (("", ""), {"I6"}),
    ],
)
def test_one_driver_is_with_one_party_at_a_time(office: Witnessed, parties: tuple[str, ...], faults: set[str]) -> None:
    at = office.clock.now() + timedelta(hours=9)
    for number, party in enumerate(parties):
        case_id = office.open()
        office.forge((MEETERS, MeeterReserved(
            meeter="meeter-01", case_id=case_id, arrival_id=f"A-{number}", leaves_at=at,
            back_at=at + timedelta(hours=3), party=party,
        )))  # fmt: skip
    assert office.failing() == faults


@pytest.mark.parametrize(
    ("parties", "faults"), [(("J-1", "J-1"), set()), (("J-1", "J-2"), {"I6"}), (("J-1", ""), {"I6"})]
)
def test_one_escort_is_with_one_party_at_a_time(office: Witnessed, parties: tuple[str, ...], faults: set[str]) -> None:
    at = office.clock.now() + timedelta(days=9)
    for number, party in enumerate(parties):
        case_id = office.open()
        office.forge((ESCORTS, EscortReserved(
            escort="escort-01", case_id=case_id, trip_id=f"R-{number}", leaves_at=at,
            back_at=at + timedelta(days=2), party=party,
        )))  # fmt: skip
    assert office.failing() == faults
