"""A family on the screen: begun, filled from a table, and brought along with one form for all of them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from console.forms.people_table import ROWS_MAX
from tests.kit.offices import Office
from tests.kit.roads import consents
from tests.kit.story import Story, present, story
from tests.kit.web.houses import Person, WebHouse
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.groups.commands import FormGroup, JoinGroup
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.reception.state import reception_of
from workflow.subjects.safety.commands import AssessRisk

TABLE = """name\tbirth date\tgender\tcitizenship\tlanguage\trelation
Анна Руссу\t1975-03-02\tfemale\tMD\tro\t
Ion Russu\t2.5.1999\tм\tМолдова\tro\tchild
Maria Russu\t1.1.2001\tж\tMD\tRomanian\tребёнок
"""
CSV = "Имя;Дата рождения;Пол\n" + "".join(f"Guest {n};1980-01-{n + 1:02};ж\n" for n in range(10))


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def family(office: Office) -> list[Story]:
    mother = consents(story(office, gender="female", language="ro"), "assistance").does(FormGroup)
    son = consents(story(office, gender="male", birth_date="1999-06-15", age_band=None), "assistance")
    return [mother, son.does(JoinGroup, with_case=mother.case_id, relation="child")]


def pasted(person: Person, table: str, office: Office, **more: Any) -> Response:
    given = {"programme": "moscow", "source": "ngo", "kind": "", "table": table, "command_id": str(office.uuid())}
    return person.post("/cases/new/several", given | more)


def opened(page: Response) -> list[str]:
    assert page.status_code == 200, page.text
    return re.findall(r'<td><a class="number" href="/cases/([0-9A-Z-]{11})">', page.text)


# -- several opened at once -------------------------------------------------------------------------------------------


def test_ten_people_are_opened_from_a_table(house: WebHouse) -> None:
    cases = opened(pasted(house.sign_in(), CSV, house.office))
    assert len(set(cases)) == 10
    assert {house.office.case(one).gender for one in cases} == {"female"}
    assert not belonging_of(house.office.case(cases[0])).group_id


def test_a_family_is_opened_and_belongs_together_at_once(house: WebHouse) -> None:
    mother, son, daughter = (
        house.office.case(one) for one in opened(pasted(house.sign_in(), TABLE, house.office, kind="family"))
    )
    assert {belonging_of(one).group_id for one in (mother, son, daughter)} == {belonging_of(mother).group_id} != {""}
    assert belonging_of(son) == belonging_of(daughter)._replace(relation="child", to=mother.case_id)
    assert (son.citizenships, son.gender, daughter.language) == (("MD",), "male", "ro")
    assert son.is_child(house.office.definition.programme.day(house.office.now))


def test_a_table_sent_twice_opens_everybody_once(house: WebHouse) -> None:
    anna, form = house.sign_in(), {"command_id": str(house.office.uuid()), "kind": "family"}
    first = opened(pasted(anna, TABLE, house.office, **form))
    assert opened(pasted(anna, TABLE, house.office, all_new="1", **form)) == first
    assert len(house.office.rows("case_board")) == 3
    changed = pasted(anna, TABLE.replace("1999", "1998"), house.office, all_new="1", **form)
    assert changed.status_code == 409
    assert len(house.office.rows("case_board")) == 3


def test_one_bad_line_of_many_is_named_and_nobody_is_opened(house: WebHouse) -> None:
    lines = [f"Guest {n}\t1980-01-02\tfemale" for n in range(150)]
    lines[70], lines[90] = "Guest 70\t1980-13-45\tfemale", "Guest 90\t1980-01-02\tplanet"
    page = pasted(house.sign_in(), "\n".join(["name\tbirth date\tgender", *lines]), house.office)
    assert page.status_code == 422
    assert re.findall(r"<li>Line (\d+), ", page.text) == ["72", "92"]
    assert "planet" not in page.text.partition("<textarea")[0]
    assert house.office.rows("case_board") == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "This is needed."),
        ("name\tshoe size\nAnna\t38", "The first line names the columns."),
        ("name\tname\nAnna\tAnna", "The first line names the columns."),
        ("name\tgender", "There is nobody in the table"),
        ("gender\nfemale", "Write a name or a date of birth"),
        ("name\tgender\nAnna\tfemale\tmore", "This line has more cells than there are columns."),
        ("name\tbirth date\nAnna\t1975-01-01\nANNA\t1975-01-01", "This person stands in the table twice."),
        ("name\tbirth date\nAnna\t2107-01-01", "This day is still to come."),
        ("name\n" + "Anna\n" * (ROWS_MAX + 1), "The table is too long."),
        ("name\n" + "\x00\x00", "There is nobody in the table"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_and_nothing_stored(house: WebHouse, table: str, said: str) -> None:
    page = pasted(house.sign_in(), table, house.office)
    assert page.status_code == 422
    assert said in page.text
    assert house.office.rows("case_board") == []


def test_a_family_whose_lines_do_not_say_who_they_are_is_asked(house: WebHouse) -> None:
    page = pasted(house.sign_in(), TABLE.replace("child", ""), house.office, kind="family")
    assert page.status_code == 422
    assert "Line 3, " in page.text
    assert house.office.rows("case_board") == []


def test_who_may_be_known_here_is_asked_about_first(house: WebHouse) -> None:
    known = story(house.office, name="Ion Russu", birth_date="1999-05-02", age_band=None)
    anna = house.sign_in()
    page = pasted(anna, TABLE, house.office)
    assert page.status_code == 422
    assert "Some of them may be known here" in page.text
    assert known.case_id in page.text
    assert len(opened(pasted(anna, TABLE, house.office, all_new="1"))) == 3


def test_further_children_are_opened_into_the_family_of_somebody(house: WebHouse) -> None:
    mother, _ = family(house.office)
    table = "name\tbirth date\trelation\nIon\t2001-01-01\tchild"
    (son,) = opened(pasted(house.sign_in(), table, house.office, with_case=mother.case_id))
    assert belonging_of(house.office.case(son)).group_id == belonging_of(mother.case).group_id


def test_the_hotline_opens_people_but_makes_no_family(house: WebHouse) -> None:
    dina = house.sign_in("staff:dina", ["hotline"])
    assert 'name="kind"' not in dina.get("/cases/new/several").text
    assert pasted(dina, TABLE, house.office, kind="family").status_code == 404
    assert len(opened(pasted(dina, TABLE, house.office))) == 3


# -- the card, and one form for all of them ---------------------------------------------------------------------------


def test_the_card_says_who_belongs_together_and_what_each_lacks(house: WebHouse) -> None:
    mother, son = family(house.office)
    page = house.sign_in().get(f"/cases/{mother.case_id}").text
    card = page.partition('id="group"')[2].partition("</section>")[0]
    assert son.case_id in card
    assert f"child of {mother.case_id}" in card
    assert "is missing" in card or "are missing" in card
    assert f'href="/cases/{mother.case_id}/together/PlanArrival"' in card


def test_somebody_is_added_by_their_number(house: WebHouse) -> None:
    mother, aunt, anna = story(house.office), story(house.office), house.sign_in()
    form = {
        "number": aunt.case_id.lower(),
        "relation": "relative",
        "kind": "family",
        "command_id": str(house.office.uuid()),
    }
    done = anna.post(f"/cases/{mother.case_id}/together/add", form, follow_redirects=False)
    assert done.status_code == 303
    assert belonging_of(aunt.case).to == mother.case_id
    again = anna.post(f"/cases/{mother.case_id}/together/add", form, follow_redirects=False)
    assert again.status_code == 303
    missing = anna.post(f"/cases/{mother.case_id}/together/add", form | {"number": "00000-00000"})
    assert missing.status_code == 422
    assert "There is no such case, or it is not yours to see." in missing.text


def test_an_arrival_is_planned_for_all_of_them_with_one_form(house: WebHouse) -> None:
    people, anna = family(house.office), house.sign_in()
    path = f"/cases/{people[0].case_id}/together/PlanArrival"
    page = anna.get(path).text
    assert all(f'value="{one.case_id}" checked' in page for one in people)
    at = (house.office.now + timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M")
    form = {"member": [one.case_id for one in people], "at": at, "place": "SVO", "means": "flight", "number": "SU1491",
            "command_id": str(house.office.uuid())}  # fmt: skip
    done = anna.post(path, form, follow_redirects=False)
    assert done.status_code == 303, done.text
    arrivals = [present(reception_of(one.case).arrival) for one in people]
    assert len({one.meeter for one in arrivals}) == 1
    assert arrivals[0].party == arrivals[1].party != ""


def test_nobody_is_chosen_and_that_is_said(house: WebHouse) -> None:
    mother, _ = family(house.office)
    page = house.sign_in().post(f"/cases/{mother.case_id}/together/HoldBed", {"command_id": str(house.office.uuid())})
    assert page.status_code == 422
    assert "Nobody is chosen." in page.text


def test_one_who_lacks_something_keeps_all_of_them_unless_those_who_can_are_to_go(house: WebHouse) -> None:
    (mother, son), anna = family(house.office), house.sign_in()
    form = {
        "member": [mother.case_id, son.case_id],
        "facility": "moscow-centre",
        "command_id": str(house.office.uuid()),
    }
    mother.does(HoldBed, facility="moscow-centre")
    refused = anna.post(f"/cases/{mother.case_id}/together/HoldBed", form)
    assert refused.status_code == 422
    assert "Nothing was done: for 1 of 2" in refused.text
    assert accommodation_of(son.case).bed is None
    son.does(AssessRisk, level="low", safe_to_return=True)
    step = {"member": [mother.case_id, son.case_id], "trigger": "receive", "command_id": str(house.office.uuid())}
    path = f"/cases/{mother.case_id}/together/AdvanceCase"
    assert anna.post(path, step | {"who": "all"}).status_code == 422
    able = anna.post(path, step | {"who": "able"})
    assert able.status_code == 200
    assert "Not done for:" in able.text


def test_whoever_may_not_see_a_member_learns_only_that_there_is_one(house: WebHouse) -> None:
    (mother, son), office = family(house.office), house.office
    hidden = story(office, team="night")
    hidden.does(JoinGroup, with_case=mother.case_id, relation="partner")
    other = house.sign_in("staff:oleg", ["case_manager"])
    page = other.get(f"/cases/{mother.case_id}").text
    assert hidden.case_id not in page
    assert "1 more, whose case is not yours to see." in page
    form = {"member": [mother.case_id, hidden.case_id], "facility": "moscow-centre", "command_id": str(office.uuid())}
    assert other.post(f"/cases/{mother.case_id}/together/HoldBed", form).status_code == 404
    assert accommodation_of(mother.case).bed is None
    add = {"number": hidden.case_id, "relation": "partner", "kind": "family", "command_id": str(office.uuid())}
    assert "There is no such case" in other.post(f"/cases/{son.case_id}/together/add", add).text


def test_somebody_of_another_family_is_not_done_along(house: WebHouse) -> None:
    (mother, _), stranger = family(house.office), story(house.office)
    form = {"member": [mother.case_id, stranger.case_id], "facility": "moscow-centre",
            "command_id": str(house.office.uuid())}  # fmt: skip
    assert house.sign_in().post(f"/cases/{mother.case_id}/together/HoldBed", form).status_code == 404


@pytest.mark.parametrize(
    "command", ["GiveConsent", "AssessRisk", "DeclareReturn", "RequestGrant", "OpenSealed", "Nothing"]
)
def test_what_is_each_ones_own_is_never_done_together(house: WebHouse, command: str) -> None:
    mother, _ = family(house.office)
    assert house.sign_in().get(f"/cases/{mother.case_id}/together/{command}").status_code == 404
