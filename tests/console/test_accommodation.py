"""`wayhome beds`: who is where, and who waits, on the line."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.container import Container
from console.settings import settings
from console.simulation.summary import summary
from console.simulation.year import Rehearsal, Year
from events.world import ManualClock, SeededEntropy
from handlers.checks.walk import check_log
from tests.kit.command_line import AS_ANNA, Wayhome
from tests.kit.programmes import with_beds

HOUSE = "moscow-centre"


@pytest.fixture
def full(tmp_path: Path) -> tuple[Wayhome, list[str]]:
    """A house of one bed, somebody who has it, and somebody who waits."""
    wayhome, file = Wayhome(tmp_path / "data"), tmp_path / "small.yaml"
    file.write_text(with_beds(1), encoding="utf-8")
    wayhome.done("programme", "publish", str(file), "--as", "staff:operator")
    cases = [_opened(wayhome) for _ in range(2)]
    wayhome.done("case", "record", cases[0], "HoldBed", *AS_ANNA)
    wayhome.done("case", "record", cases[1], "JoinWaitingList", *AS_ANNA)
    return wayhome, cases


def _opened(wayhome: Wayhome) -> str:
    return str(wayhome.json("case", "open", "citizenships=MD", *AS_ANNA)["case_id"])


def _house(wayhome: Wayhome, *words: str) -> dict[str, Any]:
    (found,) = wayhome.json("beds", HOUSE, *words)
    assert isinstance(found, dict)
    return found


def test_a_house_shows_holds_stays_and_the_line(full: tuple[Wayhome, list[str]]) -> None:
    wayhome, (inside, waiting) = full
    shown = wayhome.done("beds", HOUSE)
    assert "1 of 1 beds in use, 0 free" in shown
    assert "held until" in shown
    wayhome.done("case", "record", inside, "TakeBed", *AS_ANNA)
    assert "lives there" in wayhome.done("beds")
    assert waiting in wayhome.done("beds")
    assert f"waits for a bed in {HOUSE}" in wayhome.done("case", "show", waiting)


def test_what_is_available_and_occupied_makes_up_the_maximum(full: tuple[Wayhome, list[str]]) -> None:
    wayhome, (inside, waiting) = full
    found = _house(wayhome)
    assert found["service_capacity"] == {"unit": "bed", "available": 0, "occupied": 1, "maximum": 1}
    assert [bed["case_id"] for bed in found["beds"]] == [inside]
    assert [one["case_id"] for one in found["waiting"]] == [waiting]
    past = _house(wayhome, "--at", "2001-01-01T00:00+03:00")
    assert (past["beds"], past["waiting"]) == ([], [])


def test_a_house_that_is_not_there_and_a_time_without_zone_are_told(full: tuple[Wayhome, list[str]]) -> None:
    wayhome, _ = full
    assert "there is no such house" in wayhome.told_off("beds", "nowhere")
    assert "zone" in wayhome.told_off("beds", HOUSE, "--at", "2026-03-01T18:40")
    assert "zone" in wayhome.told_off("beds", HOUSE, "--at", "yesterday")


def test_when_the_house_is_full_the_rehearsed_manager_waits_in_line(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2006, 12, 1, 8, tzinfo=UTC))
    office = Container(settings(tmp_path / "data"), create=True, clock=clock, chance=SeededEntropy(1))
    definition = office.publish(with_beds(3), "staff:operator")
    Rehearsal(office, clock, definition, Year(arrivals=15, days=25)).run(lambda *_: None)
    told = Counter(event.envelope.type for page in office.log.pages() for event in page)
    found = summary(office, definition)
    assert (found.beds, found.beds_most) == (3, 3)
    assert told["WaitingListJoined"] > told["WaitingListLeft"] > 0
    assert told["BedsOffered"] > 0
    assert not [one.faults for one in check_log(office.log, now=clock.now()) if one.name in ("I4", "I6") and not one.ok]
    office.close()
