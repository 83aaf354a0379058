"""The list by any column is the same on every database: everybody once, what is empty at the end, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.projections.case_access import CaseFilter, board_told
from handlers.queries.case_list import (
    SORTS,
    ListQuery,
    columns_kept,
    keep_columns,
    listed_cases,
    values_in_use,
    waiting_and_due,
)
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS
from tests.kit.story import Story
from workflow.rights.table import Account
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.safety.commands import AssessRisk

MANAGER = Account(ANNA, frozenset({"case_manager"}), frozenset({"moscow"}))


def _people_come(office: Office) -> None:
    bands, languages, levels = ("9-17", "18-20", "48+", "0-8"), ("ru", "uk", "ro", None), ("low", "high", "medium")
    for number in range(13):
        fields: dict[str, Any] = {"age_band": bands[number % 4], "language": languages[number % 4]}
        case = Story(office, citizenships=(("MD", "UA"), ("BY",), ())[number % 3], **fields).accepted()
        if number % 2:
            case.does(AssessRisk, level=levels[number % 3], safe_to_return=False)
        if number % 5 == 0:
            case.does(AssignCase, owner=BORIS)
        case.later(minutes=7)


def _walked(office: Office, sort: str, *, descending: bool) -> list[Any]:
    found: list[Any] = []
    after: tuple[str, ...] = ()
    with office.database.reading() as connection:
        while rows := listed_cases(connection, MANAGER, office.now, ListQuery(sort, descending, after=after, limit=4)):
            found += rows
            after = (rows[-1]["place"], rows[-1]["case_id"])
    return found


def test_every_sort_goes_page_by_page_through_everybody_once(office: Office) -> None:
    _people_come(office)
    for sort in SORTS:
        for descending in (False, True):
            rows = _walked(office, sort, descending=descending)
            assert len({row["case_id"] for row in rows}) == len(rows) == 13, (sort, descending)
    assert [row["risk"] for row in _walked(office, "risk", descending=False)][:2] == ["high", "high"]
    assert _walked(office, "age", descending=False)[0]["age"] == "0-8"
    for descending in (False, True):
        assert _walked(office, "language", descending=descending)[-1]["language"] == ""
        assert _walked(office, "country", descending=descending)[-1]["citizenships"] == ""


@pytest.mark.parametrize(
    ("only", "number"),
    [
        ({"country": "UA"}, 5), ({"country": "U"}, 0), ({"language": "uk"}, 3), ({"risk": "high"}, 2),
        ({"age": "48+"}, 3), ({"owner": BORIS}, 3), ({"overdue": True}, 0), ({"due_before": "9999"}, 6),
    ],
)  # fmt: skip
def test_a_list_is_narrowed_alike_on_every_database(office: Office, only: dict[str, Any], number: int) -> None:
    _people_come(office)
    with office.database.reading() as connection:
        asked = ListQuery("since", descending=False, only=CaseFilter(**only))
        assert len(listed_cases(connection, MANAGER, office.now, asked)) == number


def test_what_is_due_next_is_the_first_of_what_people_wait_for(office: Office) -> None:
    case = Story(office).does(AssessRisk, level="low", safe_to_return=True)
    with office.database.reading() as connection:
        found = waiting_and_due(connection, [case.case_id])[1][case.case_id]
        in_use = values_in_use(board_told(connection, MANAGER, office.now))
    assert found.at > office.now
    assert found.kind not in ("idle", "retention")
    assert in_use["owner"] == (ANNA,)
    assert in_use["citizenships"] == ("MD",)


def test_columns_are_kept_for_an_account_and_replaced(office: Office) -> None:
    with office.database.writing() as connection:
        keep_columns(connection, ANNA, ["risk", "due"], "2026-01-01")
        keep_columns(connection, ANNA, ["age"], "2026-01-02")
    with office.database.reading() as connection:
        assert columns_kept(connection, ANNA) == ("age",)
        assert columns_kept(connection, BORIS) == ()
