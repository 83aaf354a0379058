"""I6 lets one driver and one escort be with a whole family, and with nobody else at that time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from events.catalogue import Fact
from events.database import sqlite_url
from events.facts.reception import MeeterReserved
from events.facts.travel import EscortReserved
from tests.kit.histories import Witnessed

MEETERS, ESCORTS = "meeters:moscow", "escorts:moscow"
Reserved = Callable[[str, dict[str, Any]], Fact]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Witnessed]:
    office = Witnessed(sqlite_url(tmp_path / "office.sqlite")).published()
    yield office
    office.close()


def taken(office: Witnessed, stream: str, reserved: Reserved, parties: tuple[str, ...]) -> None:
    """Let somebody be reserved for one person of each party at the same time."""
    at = office.clock.now() + timedelta(days=9)
    for number, party in enumerate(parties):
        own = {"case_id": office.open(), "party": party, "leaves_at": at, "back_at": at + timedelta(hours=3)}
        office.forge((stream, reserved(str(number), own)))


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
    taken(office, MEETERS, lambda n, own: MeeterReserved(meeter="meeter-01", arrival_id=f"A-{n}", **own), parties)
    assert office.failing() == faults


@pytest.mark.parametrize(
    ("parties", "faults"), [(("J-1", "J-1"), set()), (("J-1", "J-2"), {"I6"}), (("J-1", ""), {"I6"})]
)
def test_one_escort_is_with_one_party_at_a_time(office: Witnessed, parties: tuple[str, ...], faults: set[str]) -> None:
    taken(office, ESCORTS, lambda n, own: EscortReserved(escort="escort-01", trip_id=f"R-{n}", **own), parties)
    assert office.failing() == faults
