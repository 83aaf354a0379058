"""Pieces of pages that are kept: the same values are drawn once, other ones are drawn."""

from __future__ import annotations

import re
from functools import partial

import pytest

from console.web.kept_drawings import KeptDrawings
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.roads import bring, grant
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from workflow.subjects.access.commands import AssignCase

NONCE = re.compile(r' nonce="[^"]*"')


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def test_what_is_drawn_of_the_same_values_is_drawn_once() -> None:
    kept, drawn = KeptDrawings(), list[str]()

    def draw(what: str) -> str:
        drawn.append(what)
        return what

    assert [kept.of(what, partial(draw, what)) for what in "abab"] == [*"abab"]
    assert drawn == ["a", "b"]


def test_the_oldest_pieces_make_room_and_are_drawn_again() -> None:
    kept = KeptDrawings(most=2)
    for what in "abca":
        assert kept.of(what, partial(str, what)) == what
    assert len(kept) == 2


def test_of_values_that_cannot_be_compared_nothing_is_kept() -> None:
    kept = KeptDrawings()
    assert kept.of((["a list"],), lambda: "drawn") == "drawn"
    assert len(kept) == 0


def test_parts_that_were_replaced_are_drawn_anew() -> None:
    kept, first, second = KeptDrawings(), object(), object()
    assert [kept.of("k", lambda: "one", first), kept.of("k", lambda: "two", second)] == ["one", "two"]
    assert kept.of("k", lambda: "three", first) == "one"


def test_a_line_of_the_history_says_what_its_author_is_called_now(house: WebHouse) -> None:
    case, anna = bring(Story(house.office), "reception"), house.sign_in(ANNA)
    address = f"/cases/{case.case_id}/history"
    assert "Anna Petrova" not in anna.get(address).text
    anna.post("/me/name", {"name": "Anna Petrova"})
    assert "Anna Petrova" in anna.get(address).text


def test_two_cases_at_one_stage_lead_to_their_own_forms(house: WebHouse) -> None:
    cases, anna = [bring(Story(house.office), "reception") for _ in range(2)], house.sign_in(ANNA)
    for case in cases:
        page = anna.get(f"/cases/{case.case_id}").text
        picture = page[page.index('id="journey"') :]
        assert f"/cases/{case.case_id}#way-" in picture
        assert "(any)" not in page
        others = [other.case_id for other in cases if other is not case]
        assert not any(number in picture[: picture.index("</details>")] for number in others)


def test_what_a_colleague_was_shown_is_shown_to_nobody_who_is_told_less(house: WebHouse) -> None:
    case = bring(Story(house.office), "reintegration")
    grant(case)
    address = f"/cases/{case.case_id}"
    vera, anna = house.sign_in("staff:vera", ["medical"]), house.sign_in(ANNA)
    before = NONCE.sub("", vera.get(address).text)
    assert "Grant requested" in anna.get(address).text
    assert NONCE.sub("", vera.get(address).text) == before
    assert "Grant requested" not in before


def test_whoever_lost_a_case_a_moment_ago_is_shown_nothing_that_was_kept(house: WebHouse) -> None:
    case, anna = bring(Story(house.office, team="north"), "reception"), house.sign_in(ANNA, team="south")
    assert anna.get(f"/cases/{case.case_id}").status_code == 200  # she looks after it
    case.does(AssignCase, owner="staff:olga", team="north")
    assert anna.get(f"/cases/{case.case_id}").status_code == 404
    assert case.case_id not in anna.get("/cases").text
