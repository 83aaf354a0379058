"""Pieces of pages that are kept: the same values are drawn once, other ones are drawn."""

from __future__ import annotations

from functools import partial

import pytest

from console.web.kept_drawings import KeptDrawings
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse


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
