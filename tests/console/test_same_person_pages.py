"""What the pages of joined cases tell: of a case that is not theirs to see nobody learns more than before."""

from __future__ import annotations

import pytest

from tests.kit.offices import Office
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from workflow.subjects.access.commands import JoinCases


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def joined(house: WebHouse) -> tuple[Story, Story]:
    """A case of one team, to which a case of another team was joined by two who see both."""
    leading = Story(house.office, team="north")
    other = Story(house.office, team="south").ends("withdraw", reason="duplicate")
    leading.does(JoinCases, other=other.case_id).confirmed()
    return leading, other


def test_who_sees_both_is_led_from_one_to_the_other(house: WebHouse) -> None:
    leading, other = joined(house)
    anna = house.sign_in()
    assert f"Also case {other.case_id}, of the same person" in anna.get(f"/cases/{leading.case_id}").text
    assert f"Same person as case {leading.case_id}, which leads" in anna.get(f"/cases/{other.case_id}").text


def test_who_sees_one_learns_where_it_goes_on_and_nothing_more(house: WebHouse) -> None:
    leading, other = joined(house)
    olga, gleb = house.sign_in("staff:olga", team="north"), house.sign_in("staff:gleb", team="south")
    page = olga.get(f"/cases/{leading.case_id}")
    assert page.status_code == 200
    assert other.case_id not in page.text, "that there is one is told, and not which"
    assert olga.get(f"/cases/{other.case_id}").status_code == 404
    page = gleb.get(f"/cases/{other.case_id}")
    assert f"Same person as case {leading.case_id}, which leads and which you do not see" in page.text
    assert f'href="/cases/{leading.case_id}"' not in page.text
    assert gleb.get(f"/cases/{leading.case_id}").status_code == 404
