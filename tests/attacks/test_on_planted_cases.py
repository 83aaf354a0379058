"""A colleague looks around: a planted case tells on the first look, and nobody can see beforehand which it is."""

import pytest

from handlers.queries.planted import is_planted, plant
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse

pytestmark = ON_BOTH_DATABASES
OLGA, ZOYA = "staff:olga", "staff:zoya"


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def planted(office: Office) -> Story:
    case = Story(office, name="Zlatovlaska")
    plant(office.keys, case.case_id, is_planted=True, who=ZOYA)
    return case


def looks(person: Person, case: Story) -> int:
    return person.get(f"/cases/{case.case_id}").status_code


def test_who_looks_at_a_planted_case_is_stopped_at_the_first_look_and_the_officer_is_told(
    house: WebHouse, office: Office, planted: Story
) -> None:
    olga, other = house.sign_in(OLGA, ["supervisor"]), Story(office)
    assert looks(olga, other) == 200
    page = olga.get(f"/cases/{planted.case_id}")
    assert page.status_code == 429
    assert "Zlatovlaska" not in page.text
    assert looks(olga, other) == 429, "nothing is shown to her any more"
    stops = [(row["who"], row["case_id"], row["until"]) for row in office.rows("case_relations")
             if row["relation"] == "stopped"]  # fmt: skip
    assert stops == [(OLGA, planted.case_id, "")]
    assert [row["kind"] for row in office.rows("tasks") if row["kind"] == "tell_of_stop"] == ["tell_of_stop"]


def test_whoever_looks_into_the_alarm_is_not_stopped_themselves(
    house: WebHouse, office: Office, planted: Story
) -> None:
    olga, zoya = house.sign_in(OLGA, ["supervisor"]), house.sign_in(ZOYA, ["data_protection"])
    assert looks(olga, planted) == 429
    assert zoya.get(f"/cases/{planted.case_id}/review").status_code == 200
    assert [row["who"] for row in office.rows("case_relations") if row["relation"] == "stopped"] == [OLGA]


def test_which_cases_are_planted_stands_nowhere_in_the_log_nor_in_clear_beside_the_keys(
    office: Office, planted: Story
) -> None:
    other = Story(office)
    assert (is_planted(office.keys, planted.case_id), is_planted(office.keys, other.case_id)) == (True, False)
    assert planted.case_id not in str(office.keys._notes)
    told = [office.rows(table) for table in ("case_board", "case_relations", "looks")]
    assert "planted" not in f"{told}{office.service.log.page()}"
    plant(office.keys, planted.case_id, is_planted=False, who=ZOYA)
    assert not is_planted(office.keys, planted.case_id)
