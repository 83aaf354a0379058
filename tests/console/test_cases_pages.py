"""My work, the list of cases, finding a person, and a new referral."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from console.views.case_filters import Filters, filters_of
from console.views.cases import CARDS
from events.ids import case_id_of
from handlers.queries.saved_views import VIEWS_MAX
from tests.kit.offices import Office
from tests.kit.people import BORIS, CLARA
from tests.kit.roads import MONEY, bring, close, referred
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import main_of
from tests.kit.web.statements import reading
from workflow.subjects.grants.commands import RequestGrant
from workflow.subjects.grants.state import grants_of
from workflow.subjects.hotline.commands import RecordMissedCall

NAMES = {"name": "Анна Иванова", "phone": "+74957978722", "birth_date": "1980-02-03", "age_band": ...}


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


# -- the list -----------------------------------------------------------------------------------------------------


def test_the_board_counts_each_stage_and_shows_numbers_only(house: WebHouse) -> None:
    for _ in range(3):
        Story(house.office, **NAMES)
    bring(Story(house.office), "reception")
    page = house.sign_in().get("/cases").text
    assert re.search(r'id="stage-referral">Referral <span class="soft">3<', page)
    assert re.search(r'id="stage-reception">Reception <span class="soft">1<', page)
    assert "Анна" not in page


def test_only_the_first_of_a_stage_are_on_the_board_and_all_in_the_list(house: WebHouse) -> None:
    cases = [Story(house.office) for _ in range(CARDS + 3)]
    anna = house.sign_in()
    board = anna.get("/cases").text
    assert board.count('class="card"') == CARDS
    assert "3 more" in board
    listed = anna.get("/cases?view=list&stage=referral").text
    assert all(case.case_id in listed for case in cases)


def test_people_in_a_stage_that_was_renamed_stay_on_the_board_in_filters_and_in_statistics(house: WebHouse) -> None:
    office = house.office
    case = bring(Story(office), "reception")
    renamed = re.sub(r"\breception\b(?=[],:\n])", "welcome", office.text)
    office.publish(renamed)
    assert "welcome" in office.definition.programme.journey.states
    assert "reception" not in office.definition.programme.journey.states
    anna = house.sign_in()
    board = anna.get("/cases").text
    assert re.search(r'id="stage-reception">Reception <span class="soft">1<', board)
    assert case.case_id in board
    assert '<option value="reception"' in board
    assert case.case_id in anna.get("/cases?view=list&stage=reception").text
    boris = house.sign_in(BORIS, ["supervisor"])
    assert "stage=reception" in boris.get("/statistics").text
    office.pass_time(timedelta(days=3))
    case.advance("withdraw")
    assert '"days in a stage","reception","median","3.0"' in boris.get("/statistics/moscow/file").text


def test_the_list_goes_on_where_the_page_before_ended(house: WebHouse) -> None:
    cases = {Story(house.office).case_id for _ in range(60)}
    anna, path, seen = house.sign_in(), "/cases?view=list", list[str]()
    while path:
        text = anna.get(path).text
        seen += re.findall(r'<a class="number" href="/cases/([^"]+)"', text)
        found = re.search(r'href="(/cases\?[^"]*after=[^"]+)"', text)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 60
    assert set(seen) == cases


def test_a_list_is_narrowed_to_ones_own_to_children_and_to_those_who_wait_long(house: WebHouse) -> None:
    mine, child = Story(house.office), Story(house.office, age_band="9-17", actor="staff:olga")
    anna = house.sign_in()
    assert _listed(anna.get("/cases?view=list&whose=mine").text) == {mine.case_id}
    assert _listed(anna.get("/cases?view=list&child=yes").text) == {child.case_id}
    assert _listed(anna.get("/cases?view=list&waits=3").text) == set()
    house.office.pass_time(timedelta(days=4))
    assert _listed(anna.get("/cases?view=list&waits=3").text) == {mine.case_id, child.case_id}


def test_other_peoples_cases_are_neither_listed_nor_counted(house: WebHouse) -> None:
    Story(house.office, team="north")
    page = house.sign_in("staff:olga", team="south").get("/cases").text
    assert "0 cases that you may see" in page


def test_what_is_no_filter_of_ours_is_left_out() -> None:
    assert filters_of({"stage": "<b>", "whose": "theirs", "waits": "-1", "programme": "x" * 99}) == Filters()
    assert Filters(whose="mine", view="list").query() == "view=list&whose=mine"


def test_a_view_is_kept_and_forgotten_by_its_owner_only(house: WebHouse) -> None:
    anna, olga = house.sign_in(), house.sign_in("staff:olga")
    kept = anna.post("/cases/views", {"name": "Дети", "filters": "child=yes"})
    assert kept.headers["location"] == "/cases?child=yes"
    assert "★ Дети" in anna.get("/cases").text
    assert "★ Дети" not in olga.get("/cases").text
    anna.post("/cases/views", {"forget": "Дети", "filters": ""})
    assert "★ Дети" not in anna.get("/cases").text
    for number in range(VIEWS_MAX + 1):
        last = anna.post("/cases/views", {"name": f"v{number}", "filters": ""})
    assert last.headers["location"] == "/cases?problem=view"


def test_a_number_leads_to_the_case_however_it_is_typed(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    typed = case.case_id.replace("-", " ").lower()
    assert anna.get("/cases/go", params={"number": typed}).headers["location"] == f"/cases/{case.case_id}"
    assert anna.get("/cases/go?number=nonsense").headers["location"] == "/cases?problem=number"


def test_the_board_asks_no_more_with_many_cases_than_with_few(house: WebHouse) -> None:
    anna, counts = house.sign_in(), list[int]()
    Story(house.office)
    for more in (0, 20):
        for _ in range(more):
            Story(house.office)
        for path in ("/cases", "/cases?view=list", "/work"):
            anna.get(path)  # that cases are seen for the first time is recorded by one statement, for all of them
            with reading(house.office) as statements:
                assert anna.get(path).status_code == 200
            counts.append(len(statements))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 14


# -- finding a person ---------------------------------------------------------------------------------------------


def test_a_name_is_found_in_another_script_and_never_shown(house: WebHouse) -> None:
    case, anna = Story(house.office, **NAMES), house.sign_in()
    found = anna.post("/cases/find", {"name": "Anna Ivanova"})
    assert case.case_id in found.text
    assert "Иванова" not in found.text
    assert "Ivanova" not in str(found.url)


def test_a_stranger_is_not_told_that_somebody_is_known(house: WebHouse) -> None:
    Story(house.office, team="north", **NAMES)
    olga = house.sign_in("staff:olga", team="south")
    for path, more in (("/cases/find", {}), ("/cases/new", {"programme": "moscow"})):
        known = olga.post(path, {"name": "Анна Иванова", **more})
        unknown = olga.post(path, {"name": "Ольга Петрова", **more})
        assert _plain(known.text).replace("Анна Иванова", "") == _plain(unknown.text).replace("Ольга Петрова", "")


# -- a new referral -----------------------------------------------------------------------------------------------


def test_a_referral_is_opened_in_two_steps_and_what_was_typed_is_typed_once(house: WebHouse) -> None:
    anna = house.sign_in()
    asked = {"programme": "moscow", "name": "Мария Попова", "birth_date": "1990-05-06"}
    first = anna.post("/cases/new", asked)
    assert "Nothing that you may see was found." in first.text
    form = anna.post("/cases/new/form", asked)
    assert form.status_code == 200
    assert 'value="Мария Попова"' in form.text
    assert 'value="1990-05-06"' in form.text
    done = anna.post("/cases/new/open", {**asked, "command_id": _id(form.text), "source": "ngo"})
    assert done.status_code == 303, done.text
    page = anna.get(done.headers["location"])
    assert "What may come next" in page.text
    assert "Done: Open a case." in page.text


def test_a_refused_referral_keeps_what_was_typed_and_says_why(house: WebHouse) -> None:
    anna = house.sign_in()
    sent = {"programme": "moscow", "name": "Мария Попова", "birth_date": "2090-05-06", "source": "ngo",
            "command_id": str(house.office.uuid())}  # fmt: skip
    answer = anna.post("/cases/new/open", sent)
    assert answer.status_code == 422
    assert 'value="Мария Попова"' in answer.text
    assert not house.office.rows("case_board")


def test_somebody_known_whose_case_has_ended_gets_one_that_follows_it(house: WebHouse) -> None:
    ended = close(bring(Story(house.office, **NAMES), "follow_up"))
    anna = house.sign_in()
    asked = {"programme": "moscow", "name": "Анна Иванова"}
    known = anna.post("/cases/new", asked).text
    assert f'name="previous_case" value="{ended.case_id}"' in known
    form = anna.post("/cases/new/form", {**asked, "previous_case": ended.case_id}).text
    sent = {**asked, "previous_case": ended.case_id, "source": "self", "command_id": _id(form)}
    done = anna.post("/cases/new/open", sent)
    assert done.status_code == 303
    assert f"Follows case {ended.case_id}" in anna.get(done.headers["location"]).text


def test_a_case_that_is_not_theirs_to_see_cannot_be_followed_and_looks_like_none(house: WebHouse) -> None:
    hidden = close(bring(Story(house.office, **NAMES, team="north"), "follow_up")).case_id
    olga = house.sign_in("staff:olga", ["case_manager"])
    assert olga.get(f"/cases/{hidden}").status_code == 404
    answers = []
    for number in (hidden, case_id_of(house.office.uuid())):  # one that is hidden, one that nobody has opened
        sent = {
            "programme": "moscow",
            "source": "self",
            "previous_case": number,
            "command_id": str(house.office.uuid()),
        }
        page = olga.post("/cases/new/open", sent)
        shown = main_of(page).replace(number, "").replace(sent["command_id"], "")
        answers.append(re.sub(r'name="kept" value="[0-9a-f]*"', "", shown))  # of the draft; each has its own
        assert (page.status_code, len(house.office.rows("case_board"))) == (422, 1)
    assert answers[0] == answers[1]
    assert "There is no such earlier case." in answers[0]


def test_a_programme_of_others_takes_no_referral(house: WebHouse) -> None:
    anna = house.sign_in("staff:olga", programmes=["elsewhere"])
    assert anna.post("/cases/new", {"programme": "moscow", "name": "x"}).status_code == 404


# -- my work ------------------------------------------------------------------------------------------------------


def test_what_waits_leads_to_the_form_that_settles_it(house: WebHouse) -> None:
    case = bring(Story(house.office), "care")
    page = house.sign_in().get("/work").text
    assert f'href="/cases/{case.case_id}/do/BookAppointment?service=medical_exam"' in page


def test_whoever_had_a_hand_in_a_grant_is_told_that_somebody_else_approves(house: WebHouse) -> None:
    case = bring(Story(house.office), "reintegration")
    case.does(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 200"})
    (grant_id,) = grants_of(case.case).grants
    mine = house.sign_in().get("/work").text
    assert "somebody else must do this" in mine
    boris = house.sign_in(BORIS, ["supervisor"]).get("/work").text
    assert f"/cases/{case.case_id}/do/ApproveGrant?grant_id={grant_id}" in boris


def test_finance_sees_what_to_approve_and_no_case(house: WebHouse) -> None:
    case = bring(Story(house.office), "reintegration")
    case.does(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 200"})
    clara = house.sign_in(CLARA, ["finance_approve"])
    page = clara.get("/work").text
    assert "ApproveGrant" in page
    assert f'href="/cases/{case.case_id}"' not in page
    assert "AssessRisk" not in page
    assert clara.get(f"/cases/{case.case_id}").status_code == 404


def test_the_hotline_sees_whom_to_call_back(house: WebHouse) -> None:
    house.office.submit(RecordMissedCall, programme="moscow", language="ru", wants_call_back=True)
    page = house.sign_in("staff:vera", ["hotline"]).get("/work").text
    assert "/office/moscow/do/MakeCallBack?code=" in page


def test_a_partner_sees_what_was_referred_to_it(house: WebHouse) -> None:
    case = bring(Story(house.office), "reintegration")
    referral_id = referred(case)
    page = house.sign_in("newstart:ivan", ["partner"], programmes=[]).get("/work").text
    assert f"/cases/{case.case_id}/do/AcknowledgeReferral?referral_id={referral_id}" in page
    assert f'href="/cases/{case.case_id}"' not in page


@pytest.mark.parametrize("role", ["auditor", "donor"])
def test_whoever_has_no_work_list_begins_with_their_own_pages(house: WebHouse, role: str) -> None:
    page = house.sign_in("staff:ada", [role])  # type: ignore[list-item]
    assert "Where to begin" in page.get("/work").text


def test_a_new_day_with_nothing_to_do_says_so(house: WebHouse) -> None:
    assert "Nothing waits for you." in house.sign_in().get("/work").text


def _listed(text: str) -> set[str]:
    return set(re.findall(r'<a class="number" href="/cases/([^"]+)"', text))


def _id(page: str) -> str:
    found = re.search(r'name="command_id" value="([^"]+)"', page)
    assert found
    return found[1]


def _plain(text: str) -> str:
    return re.sub(r'nonce="[^"]*"|name="command_id" value="[^"]*"', "", text)
