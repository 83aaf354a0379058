"""What somebody meets on their first day who was told nothing: the boxes they type into, and the words they read."""

from __future__ import annotations

import re

import pytest

from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import main_of, plain
from workflow.case.state import Case
from workflow.subjects.groups.state import belonging_of

CODES = re.compile(r"(?<![\w.@/-])[a-z]+(?:[._][a-z]+)+(?![\w@/])")


@pytest.mark.parametrize("typed", ["Turcanu", "Țurcanu", "ЦУРКАНУ Ана", "quiet willow"])
def test_a_name_or_a_handle_in_the_box_for_numbers_finds_the_person_and_is_in_no_address(
    house: WebHouse, typed: str
) -> None:
    case = Story(house.office, name="Țurcanu Ana", handle="Quiet Willow")
    anna = house.sign_in()
    form = re.search(r'<form[^>]*method="post" action="/cases/go".*?</form>', anna.get("/cases").text, re.DOTALL)
    assert form, "whatever is typed there is sent as a form, never as an address"
    assert 'name="name"' in form[0]
    found = anna.post("/cases/go", {"name": typed})
    assert case.case_id in main_of(found)
    assert "location" not in found.headers


def test_a_number_in_that_box_leads_to_the_case(house: WebHouse) -> None:
    case = Story(house.office)
    found = house.sign_in().post("/cases/go", {"name": case.case_id.lower().replace("-", " ")})
    assert found.headers["location"] == f"/cases/{case.case_id}"


def test_an_empty_box_says_what_it_wants(house: WebHouse) -> None:
    assert house.sign_in().post("/cases/go", {"name": ""}).headers["location"] == "/cases?problem=number"


def test_in_the_box_a_stranger_is_told_nothing_of_who_is_known(house: WebHouse) -> None:
    case = Story(house.office, team="north", name="Țurcanu Ana")
    olga = house.sign_in("staff:olga", team="south")
    known, unknown = (olga.post("/cases/go", {"name": name}) for name in ("Turcanu", "Petrova"))
    assert plain(main_of(known)) == plain(main_of(unknown))
    assert case.case_id not in known.text


def test_the_first_things_a_new_referral_asks_are_about_the_person(house: WebHouse) -> None:
    anna = house.sign_in()
    page = anna.post("/cases/new/form", {"programme": "moscow", "name": "Ana"})
    asked = re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', main_of(page))
    assert [name for name in asked if name in ("name", "birth_date", "gender", "source", "consultation")] == [
        "name", "birth_date", "gender", "source", "consultation",
    ]  # fmt: skip
    assert "Reintegration assistance, Moscow" in plain(main_of(page))
    assert " moscow " not in plain(main_of(page))


def opened(house: WebHouse, anna: Person, table: str) -> list[Case]:
    form = {"programme": "moscow", "source": "ngo", "kind": "family", "table": table}
    page = anna.post("/cases/new/several", form | {"command_id": str(house.office.uuid())})
    assert page.status_code == 200, plain(main_of(page))
    found = re.findall(r'<td><a class="number" href="/cases/([0-9A-Z-]{11})">', page.text)
    return [house.office.case(one) for one in found]


@pytest.mark.parametrize(("heads", "son", "wife"), [
    ("Name\tDate of birth\tGender\tRelation", "boy\tson", "woman\twife"),
    ("Имя\tДата рождения\tПол\tКем приходится", "мальчик\tсын", "женщина\tжена"),
])  # fmt: skip
def test_a_family_is_written_down_in_the_words_people_say(house: WebHouse, heads: str, son: str, wife: str) -> None:
    table = f"{heads}\nIon Rusu\t1970-01-01\t\t\nPetru Rusu\t2001-01-09\t{son}\nAna Rusu\t1972-01-01\t{wife}\n"
    _, child, partner = opened(house, house.sign_in(), table)
    assert (child.gender, belonging_of(child).relation) == ("male", "child")
    assert (partner.gender, belonging_of(partner).relation) == ("female", "partner")


def test_every_heading_the_page_names_is_one_it_takes(house: WebHouse) -> None:
    anna = house.sign_in()
    hint = re.search(r'id="table-hint">(.*?)</p>', anna.get("/cases/new/several").text, re.DOTALL)
    assert hint
    named = re.search(r"have all: (.*?)\. Kept", plain(hint[1]))
    assert named
    table = f"{named[1].replace(', ', chr(9))}\nAna Rusu\t1970-01-01\n"
    assert len(opened(house, anna, table)) == 1


def test_a_word_nobody_can_read_is_answered_with_those_that_fit(house: WebHouse) -> None:
    form = {"programme": "moscow", "source": "ngo", "kind": "family", "command_id": str(house.office.uuid())}
    table = "name\trelation\tgender\nAna\t\t\nIon\tneighbour\tx\n"
    text = plain(main_of(house.sign_in().post("/cases/new/several", form | {"table": table})))
    assert "Line 3, Relation: Write one of: father or mother, child," in text
    assert "Line 3, Gender: Write one of: Female, Male," in text


ENTRIES = ("provider/new-start", "provider/clinic-north", "escort/escort-01", "facility/moscow-centre",
           "facility/icc-moscow", "host/missions", "course/sewing")  # fmt: skip


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_directory_tells_services_languages_and_rooms_in_words(house: WebHouse, entry: str, language: str) -> None:
    boris = house.sign_in(BORIS, ["supervisor"])
    boris.client.cookies.set("wayhome-language", language)
    text = plain(main_of(boris.get(f"/directory/moscow/{entry}")))
    assert not CODES.search(text), text
    assert not re.search(r"\b(?:ru|ro|ngo|minors|ground-floor|holidays_of)\b", text), text


def test_a_team_is_called_by_its_name(house: WebHouse, office: Office) -> None:
    house.sign_in(team="night")
    Story(office, team="night")
    boris = house.sign_in(BORIS, ["supervisor"], team="night")
    for path in ("/cases?view=list", "/hand-over?owner=staff:anna", "/team", "/me"):
        text = plain(main_of(boris.get(path)))
        assert "Night watch" in text, path
        assert not re.search(r"\bnight\b", text), path


def test_what_happened_a_moment_ago_did_so_just_now(house: WebHouse) -> None:
    Story(house.office)
    text = plain(main_of(house.sign_in().get("/cases")))
    assert "just now" in text
    assert "in 0 minutes" not in text
