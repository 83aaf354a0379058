"""What the board says of all its cases is kept by whoever writes it: it is never counted, and is always so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.database import sqlite_url
from handlers.checks.repair import differences_now
from handlers.projections.board_counts import count_rows
from handlers.projections.rebuild import rebuild
from tests.handlers.test_many_at_once import together
from tests.kit.erasures import ended, erased
from tests.kit.histories import Lives, Witnessed
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.roads import bring
from tests.kit.story import Story
from workflow.subjects.access.commands import AssignCase

Key = tuple[str, str, str]


def kept(office: Office) -> dict[Key, int]:
    """Return what is kept, by team, name and value."""
    return {(row["team"], row["name"], row["value"]): row["cases"] for row in office.rows("board_counts")}


def counted(office: Office) -> dict[Key, int]:
    """Return the same, counted."""
    rows = count_rows(office.rows("case_board")).values()
    return {(row["team"], row["name"], row["value"]): row["cases"] for row in rows}


def test_a_case_that_goes_on_is_counted_where_it_is_and_nowhere_else(office: Office) -> None:
    bring(Story(office), "reception")
    Story(office)
    stages = {value: cases for (_, name, value), cases in kept(office).items() if name == "stage"}
    assert stages == {"referral": 1, "reception": 1}
    assert kept(office) == counted(office)


def test_of_a_value_that_no_case_has_any_more_nothing_is_left(office: Office) -> None:
    case = Story(office, citizenships=("PA",), team="north")
    assert kept(office)["north", "citizenships", "PA"] == 1
    case.does(AssignCase, owner="staff:olga", team="south")
    assert {team for team, *_ in kept(office)} == {"south"}
    assert ("south", "owner", ANNA) not in kept(office)
    assert kept(office) == counted(office)


def test_whoever_is_erased_is_counted_as_nothing_that_they_were(office: Office) -> None:
    case = ended(office, citizenships=("PA",))
    erased(case)
    assert kept(office) == counted(office)
    assert office.rows("case_board", case_id=case.case_id)[0]["citizenships"] in {
        value for (_, name, value) in kept(office) if name == "citizenships"
    }


def test_many_at_once_in_two_processes_lose_no_case(office: Office) -> None:
    mine, other = office.service, office.another_service()

    def work(number: int) -> list[object]:
        service = (mine, other)[number % 2]
        opening = office.opening(name=f"Person {number}", team=("north", "south", "")[number % 3])
        moved = {"case_id": opening.case_id, "owner": f"staff:p{number % 4}", "team": "north", "actor": ANNA}
        return [
            service.submit(opening),
            service.submit(AssignCase.model_validate({"command_id": office.uuid(), **moved})),
        ]

    together(16, work)  # type: ignore[arg-type]
    assert sum(cases for (_, name, _), cases in kept(office).items() if name == "stage") == 16
    assert kept(office) == counted(office)


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Witnessed]:
    lived = Witnessed(sqlite_url(tmp_path / "wayhome.sqlite"))
    Lives(lived).lived()
    yield lived
    lived.close()


def test_a_number_that_a_thief_changed_is_missed_and_drawn_again(lived: Witnessed) -> None:
    before = sorted(lived.rows("board_counts"), key=str)
    assert before
    assert differences_now(lived.log) == []
    with lived.database.writing() as connection:
        connection.exec_driver_sql("UPDATE board_counts SET cases = cases + 1 WHERE name = 'stage'")
        connection.exec_driver_sql("DELETE FROM board_counts WHERE name = 'owner'")
    assert {one.table for one in differences_now(lived.log)} == {"board_counts"}
    assert "I4" in lived.failing()
    rebuild(lived.log)
    assert sorted(lived.rows("board_counts"), key=str) == before
