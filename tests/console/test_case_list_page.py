"""The list by any column and filter, page by page; columns that are remembered; names, for whose cases they are."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx2 import Response

from console.views.case_filters import filters_of
from console.views.cases import PAGE, USUAL_COLUMNS
from handlers.queries.case_list import SORTS
from handlers.queries.planted import plant
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.intake.commands import ChangeHandle
from workflow.subjects.safety.commands import AssessRisk

NAMES = {"name": "Анна Иванова", "phone": "+74957978722", "birth_date": "1980-02-03", "age_band": ...}


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def listed(text: str) -> list[str]:
    return re.findall(r'<a class="number" href="/cases/([^"]+)"', text)


def walked(person: Person, path: str) -> list[str]:
    """Return everybody on all pages of a list, in its order."""
    found: list[str] = []
    while path:
        text = person.get(path).text
        found += listed(text)
        after = re.search(r'href="(/cases\?[^"]*after=[^"]+)"', text)
        path = after[1].replace("&amp;", "&") if after else ""
    return found


# -- handles --------------------------------------------------------------------------------------------------------


def test_a_handle_stands_beside_the_number_on_every_page_of_whoever_sees_the_case(house: WebHouse) -> None:
    case = Story(house.office, handle="Calm Lake").accepted()
    anna = house.sign_in()
    for path in ("/cases", "/cases?view=list", f"/cases/{case.case_id}", "/work"):
        text = anna.get(path).text
        assert case.case_id not in text or "Calm Lake" in text, path
    assert "Calm Lake" in anna.post("/cases/find", {"name": "calm lake"}).text
    assert anna.get(f"/api/v1/cases/{case.case_id}").json()["handle"] == "Calm Lake"
    assert anna.get("/api/v1/cases").json()["cases"][0]["handle"] == "Calm Lake"


def test_an_old_handle_finds_the_case_and_the_present_one_is_shown(house: WebHouse) -> None:
    Story(house.office, handle="Calm Lake").does(ChangeHandle, handle="Mila", why="their_wish")
    text = house.sign_in().post("/cases/find", {"name": "Calm Lake"}).text
    assert "Mila" in text
    assert "Calm Lake" not in text


def test_a_new_case_is_opened_with_a_chosen_handle_and_refused_with_the_name_as_one(house: WebHouse) -> None:
    anna = house.sign_in()
    form = {"programme": "moscow", "source": "ngo", "age_band": "27-29", "command_id": str(house.office.uuid())}
    refused = anna.post("/cases/new/open", form | {"name": "Оксана Петренко", "handle": "Oksana"})
    assert refused.status_code == 422
    assert "This is the person&#39;s name, or a part of it" in refused.text
    spoilt = anna.post("/cases/new/open", form | {"handle": '=HYPERLINK("http://evil.example")'})
    assert spoilt.status_code == 422
    assert "Write one to three words in letters" in spoilt.text
    opened = anna.post("/cases/new/open", form | {"name": "Оксана Петренко", "handle": "Мила"})
    assert opened.status_code == 303
    assert "Мила" not in opened.headers["location"]


# -- sorted and narrowed ----------------------------------------------------------------------------------------------


def test_every_sort_shows_everybody_once_in_both_directions(house: WebHouse) -> None:
    for number in range(PAGE + 7):
        languages, countries = ("ru", "uk", "ro"), (("MD",), ("UA", "RU"), ())
        fields: dict[str, Any] = {"language": languages[number % 3], "citizenships": countries[number % 3]}
        Story(house.office, age_band=("9-17", "18-20", "48+")[number % 3], **fields).accepted()
    anna = house.sign_in()
    for sort in SORTS:
        for desc in ("", "&desc=yes"):
            found = walked(anna, f"/cases?view=list&sort={sort}{desc}")
            assert len(found) == len(set(found)) == PAGE + 7, (sort, desc)


def test_what_is_high_risk_comes_first_and_what_nobody_assessed_last(house: WebHouse) -> None:
    none, high, low = (Story(house.office).accepted() for _ in range(3))
    high.does(AssessRisk, level="high", safe_to_return=False)
    low.does(AssessRisk, level="low", safe_to_return=True)
    anna, order = house.sign_in(), [high.case_id, low.case_id, none.case_id]
    assert walked(anna, "/cases?view=list&sort=risk") == order
    assert walked(anna, "/cases?view=list&sort=risk&desc=yes") == [low.case_id, high.case_id, none.case_id]
    assert walked(anna, "/cases?view=list&risk=high") == [high.case_id]


def test_what_is_due_next_is_told_and_sorted_by(house: WebHouse) -> None:
    later = Story(house.office).does(AssessRisk, level="low", safe_to_return=True).later(days=2)
    sooner = Story(house.office).accepted()
    assert later.case.timers
    anna = house.sign_in()
    found = walked(anna, "/cases?view=list&sort=due")
    assert found.index(later.case_id) < found.index(sooner.case_id), "nothing is due of the other"
    assert walked(anna, "/cases?view=list&due=0") == []
    assert later.case_id in walked(anna, "/cases?view=list&due=999")


def test_the_list_is_narrowed_by_language_country_owner_age(house: WebHouse) -> None:
    one = Story(house.office, language="uk", citizenships=("UA", "MD"), age_band="18-20").accepted()
    other = Story(house.office, language="ru", citizenships=("BY",), age_band="48+").accepted()
    other.does(AssignCase, owner=BORIS)
    anna = house.sign_in()
    for narrowed in ("language=uk", "country=MD", f"owner={ANNA}", "age=18-20", "whose=mine"):
        assert walked(anna, f"/cases?view=list&{narrowed}") == [one.case_id], narrowed
    assert "1 case in this list" in anna.get("/cases?view=list&language=uk").text
    assert anna.get("/api/v1/cases?language=uk").json()["total"] == 1


def test_what_is_no_sort_column_or_filter_of_ours_is_left_out_and_never_repeated(house: WebHouse) -> None:
    case = Story(house.office).accepted()
    anna = house.sign_in()
    for odd in ("sort=name", "sort=handle", "owner=Oksana", "house=Petrenko", "language=zz", "risk=none", "desc=1",
                "age=12", "due=soon", "country=Mars", "after=x~y", "sort=due&after=%00~%27;--"):  # fmt: skip
        page = anna.get(f"/cases?view=list&{odd}")
        assert page.status_code == 200, odd
        assert "Oksana" not in page.text
        assert "Petrenko" not in page.text
        assert "after" in odd or case.case_id in page.text
    assert filters_of({"sort": "handle", "desc": "no"}).query() == ""


def test_chosen_columns_are_remembered_for_the_person_alone(house: WebHouse) -> None:
    Story(house.office, language="uk").accepted()
    anna, olga = house.sign_in(), house.sign_in(BORIS)
    sent = anna.post("/cases/columns", {"columns": ["language", "risk", "name", "<b>"], "filters": "sort=due"})
    assert sent.headers["location"] == "/cases?view=list&sort=due"
    assert re.findall(r'data-label="([^"]+)"', anna.get("/cases?view=list").text) == ["Case", "Language", "Risk"]
    assert len(set(re.findall(r'data-label="([^"]+)"', olga.get("/cases?view=list").text))) == len(USUAL_COLUMNS) + 1
    anna.post("/cases/columns", {})
    assert len(set(re.findall(r'data-label="([^"]+)"', anna.get("/cases?view=list").text))) == len(USUAL_COLUMNS) + 1


def test_a_stranger_sees_nobody_whatever_the_list_is_sorted_by(house: WebHouse) -> None:
    Story(house.office).does(AssignCase, owner=ANNA, team="south")
    stranger = house.sign_in("staff:olga", team="night")
    for sort in SORTS:
        text = stranger.get(f"/cases?view=list&sort={sort}").text
        assert listed(text) == []
        assert 'value="staff:anna"' not in text, "nor who looks after it"


# -- names ------------------------------------------------------------------------------------------------------------


def show(house: WebHouse, person: Person, filters: str = "view=list", form: str = "") -> Response:
    return person.post("/cases/names", {"filters": filters, "command_id": form or str(house.office.uuid())})


def openings(house: WebHouse, case: Story) -> list[Any]:
    log = house.office.service.log
    return [log.fact(event) for event in log.of_types(f"case:{case.case_id}", ("SealedOpened",))]


def test_names_of_one_s_own_cases_are_shown_once_and_each_opening_is_recorded(house: WebHouse) -> None:
    mine, other = Story(house.office, **NAMES), Story(house.office, name="Мария Петренко").accepted()
    other.does(AssignCase, owner=BORIS)
    anna, form = house.sign_in(), str(house.office.uuid())
    assert "Анна Иванова" not in anna.get("/cases?view=list").text
    page = show(house, anna, form=form)
    assert page.status_code == 200
    assert "Анна Иванова" in page.text
    assert "Петренко" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["refresh"].startswith("300;url=/cases?view=list")
    assert "data-live" not in page.text, "nothing draws it again by itself"
    assert [(fact.compartments, fact.why) for fact in openings(house, mine)] == [
        (("identity",), "names in their own list")
    ]
    assert openings(house, other) == []
    again = show(house, anna, form=form)
    assert again.status_code == 303
    assert len(openings(house, mine)) == 1
    assert "Анна Иванова" not in anna.get("/cases?view=list").text
    assert anna.get("/cases/names").status_code == 303


def test_who_looks_after_none_of_the_cases_is_shown_no_name_and_nothing_is_recorded(house: WebHouse) -> None:
    case = Story(house.office, **NAMES).does(AssignCase, owner=BORIS)
    anna = house.sign_in()
    assert "Show names" not in anna.get("/cases?view=list").text
    page = show(house, anna)
    assert page.status_code == 200
    assert "You look after none of the cases" in page.text
    assert "Анна" not in page.text
    assert openings(house, case) == []


def test_whose_case_was_given_away_while_the_page_was_open_shows_no_name(house: WebHouse) -> None:
    case, anna = Story(house.office, **NAMES), house.sign_in()
    assert "Show names" in anna.get("/cases?view=list").text
    case.does(AssignCase, owner=BORIS, team="night")
    assert "Анна" not in show(house, anna).text
    assert openings(house, case) == []


def test_more_names_than_a_proof_opens_ask_for_another_proof_and_lead_back_to_the_list(house: WebHouse) -> None:
    for _ in range(PAGE):
        Story(house.office, **NAMES)
    anna = house.sign_in()
    answer = show(house, anna, "view=list&sort=due")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/step-up?back=/cases%3Fview%3Dlist")
    told = [event for page in house.office.service.log.pages() for event in page]
    assert not [event for event in told if event.envelope.type == "SealedOpened"], "none was opened before all may be"


def test_a_planted_case_in_one_s_own_list_stops_before_any_name_is_opened(house: WebHouse) -> None:
    first, trap = Story(house.office, **NAMES), Story(house.office, **NAMES)
    plant(house.office.keys, trap.case_id, is_planted=True, who="test")
    answer = show(house, house.sign_in())
    assert answer.status_code in (403, 429)
    assert "Анна" not in answer.text
    assert openings(house, first) == openings(house, trap) == []


def test_a_form_without_its_token_or_its_id_shows_nothing(house: WebHouse) -> None:
    case, anna = Story(house.office, **NAMES), house.sign_in()
    assert anna.client.post("/cases/names", data={"command_id": str(house.office.uuid())}).status_code == 403
    assert anna.post("/cases/names", {"command_id": "no id"}).status_code == 422
    assert openings(house, case) == []


def test_another_account_with_the_same_form_opens_only_its_own(house: WebHouse) -> None:
    mine, form = Story(house.office, **NAMES), str(house.office.uuid())
    boris = house.sign_in(BORIS, ["supervisor"])
    assert "Анна" not in show(house, boris, form=form).text
    assert "Анна Иванова" in show(house, house.sign_in(), form=form).text
    assert len(openings(house, mine)) == 1
