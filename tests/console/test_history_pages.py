"""The pages of those who prove what was done: the log searched, a case at any moment, who looked at what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from console.audit import verify
from events.checkpoints import VERIFIER
from tests.kit.audits import LOG_KEY, contents, sealed
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.statements import reading
from workflow.subjects.access.commands import AssignCase, BreakGlass
from workflow.subjects.intake.commands import OpenSealed

NAME, STORY = "Оксана Приходько", "what happened in the flat"


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def case(office: Office) -> Story:
    return Story(office, name=NAME, story=STORY)


@pytest.fixture
def otto(house: WebHouse) -> Person:
    return house.sign_in("staff:otto", ("auditor",))


def rows(page: str) -> int:
    return page.count('data-label="Position"')


# -- the log ------------------------------------------------------------------------------------------------------


def test_an_auditor_finds_who_did_what_under_which_rule_and_no_story(
    house: WebHouse, case: Story, otto: Person
) -> None:
    bring(case, "reception")
    page = otto.get(f"/history?case={case.case_id}")
    assert page.status_code == 200
    assert "staff:anna" in page.text
    assert "moscow, version 1" in page.text
    assert "conditions checked" in page.text
    assert "sealed: Identity" in page.text
    assert NAME not in page.text
    assert STORY not in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("actor=staff:anna&type=CaseOpened", 1),
        ("actor=staff:nobody", 0),
        ("type=StageEntered&since=2007-03-05&until=2007-03-06", 1),
        ("type=StageEntered&since=2007-03-06", 0),
        ("until=2007-03-04", 0),
    ],
)
def test_the_log_is_narrowed_by_who_what_and_when(
    house: WebHouse, case: Story, otto: Person, query: str, found: int
) -> None:
    bring(case, "reception")
    assert rows(otto.get(f"/history?{query}").text) == found


def test_everything_one_command_did_is_found_by_its_id(
    house: WebHouse, office: Office, case: Story, otto: Person
) -> None:
    told = office.service.log.of_command(str(case.opening.command_id))
    assert rows(otto.get(f"/history?command={case.opening.command_id}").text) == len(told)


def test_the_log_is_paged_to_its_beginning(house: WebHouse, office: Office, otto: Person) -> None:
    for _ in range(30):
        Story(office)
    seen, before = 0, ""
    for _ in range(50):
        page = otto.get(f"/history?before={before}").text
        seen += rows(page)
        if "Further back" not in page:
            break
        before = page.split("before=")[1].split('"')[0]
    assert seen == office.service.log.size()


@pytest.mark.parametrize(
    "query", ["case=7K3", "actor=<b>", "since=tomorrow", "command=7", "type=Nothing", "until=1-1-1"]
)
def test_what_cannot_be_searched_for_is_said_at_its_field(otto: Person, query: str) -> None:
    page = otto.get(f"/history?{query}")
    assert page.status_code == 422
    assert 'class="error"' in page.text


@pytest.mark.parametrize("query", ["before=-1", "before=x", "before=99999999999999999", "case=%00", "actor=staff:%00"])
def test_nonsense_in_the_address_does_no_harm(otto: Person, query: str) -> None:
    assert otto.get(f"/history?{query}").status_code in (200, 422)


# -- one case at any moment -----------------------------------------------------------------------------------------


def test_a_case_is_shown_as_it_stood_and_what_changed(
    house: WebHouse, office: Office, case: Story, otto: Person
) -> None:
    office.pass_time(timedelta(days=1))
    bring(case, "reception")
    now = otto.get(f"/history/of/{case.case_id}").text
    then = otto.get(f"/history/of/{case.case_id}?event=0").text
    assert "Reception" in now
    assert "<dt>Stage</dt><dd>Referral</dd>" in then
    between = otto.get(f"/history/of/{case.case_id}?beside=0").text
    assert '<td data-label="Before">Referral</td><td data-label="After">Reception</td>' in between
    assert "leaves computed anew, and all agree" in now
    for page in (now, then, between):
        assert NAME not in page
        assert STORY not in page
        assert "SVO" not in page  # where somebody arrives was typed; that it was said is enough here


def test_a_moment_is_named_by_time_or_position_too(house: WebHouse, office: Office, case: Story, otto: Person) -> None:
    opened = office.now
    office.pass_time(timedelta(days=2))
    bring(case, "reception")
    there = opened.astimezone().strftime("%Y-%m-%dT23:00")
    assert "<dt>Stage</dt><dd>Referral</dd>" in otto.get(f"/history/of/{case.case_id}?at={there}").text
    assert "There was no such case then." in otto.get(f"/history/of/{case.case_id}?position=0").text
    assert "Before it was opened" in otto.get(f"/history/of/{case.case_id}?event=-1").text


def test_a_changed_event_is_seen_on_the_page_of_its_case(
    house: WebHouse, office: Office, case: Story, otto: Person
) -> None:
    with office.database.writing() as connection:
        connection.execute(text("DROP TRIGGER events_no_update"))
        connection.execute(text("UPDATE events SET actor = 'staff:eve' WHERE type = 'CaseOpened'"))
    page = otto.get(f"/history/of/{case.case_id}").text
    assert "1 event is not as it was written" in page
    checked = otto.post("/history/check")
    assert "The log is not what was written" in checked.text
    with office.database.writing() as connection:
        connection.execute(text("UPDATE events SET actor = 'staff:anna' WHERE type = 'CaseOpened'"))


def test_the_whole_log_is_checked_from_the_page(house: WebHouse, case: Story, otto: Person) -> None:
    page = otto.post("/history/check", {"rules": "yes"}).text
    assert "The log is what was written" in page
    assert page.count("no faults") >= 8


def test_a_long_history_costs_as_many_questions_as_a_short_one(house: WebHouse, office: Office, otto: Person) -> None:
    short, long = Story(office), bring(Story(office), "reintegration")
    asked = []
    for case in (short, long):
        otto.get(f"/history/of/{case.case_id}")
        with reading(office) as statements:
            otto.get(f"/history/of/{case.case_id}")
        asked.append(len(statements))
    assert asked[0] == asked[1]
    assert asked[1] < 25


def test_an_auditor_takes_a_case_along_with_its_proof(
    house: WebHouse, office: Office, case: Story, otto: Person
) -> None:
    bring(case, "reception")
    path = f"/history/of/{case.case_id}/bundle"
    assert path in otto.get(f"/history/of/{case.case_id}").text
    unsigned = otto.get(path)
    assert (unsigned.status_code, "This is not signed yet" in unsigned.text) == (409, True)
    log, moment = office.service.log, int(office.now.timestamp())
    log.keys.note(VERIFIER, str(LOG_KEY.verifier).encode())
    sealed(log, moment)
    taken = otto.get(path)
    assert taken.headers["content-disposition"] == 'attachment; filename="case.audit.zip"'
    code, said, rows = verify.checked(taken.content, "", str(LOG_KEY.verifier), moment)
    assert (code, len(rows)) == (0, len(log.stream(f"case:{case.case_id}"))), said
    assert NAME.encode() not in b"".join(contents(taken.content).values())
    page = house.sign_in("staff:dora", ("data_protection",)).get(f"/history/of/{case.case_id}").text
    assert path not in page
    assert house.sign_in("staff:dora", ("data_protection",)).get(path).status_code == 404


# -- who looked at what ---------------------------------------------------------------------------------------------


def test_a_look_and_an_opening_are_seen_by_whoever_watches(house: WebHouse, case: Story, otto: Person) -> None:
    house.sign_in().get(f"/cases/{case.case_id}")
    case.does(OpenSealed, compartments=("identity",), why="to meet the person")
    page = otto.get("/access").text
    assert page.count(f'<span class="number">{case.case_id}</span>') + page.count(f"?case={case.case_id}") >= 2
    assert "to meet the person" in page
    assert "looked at" in page
    assert NAME not in page
    assert "to meet the person" in otto.get(f"/access?case={case.case_id}").text
    assert "to meet the person" in otto.get(f"/access?account={ANNA}").text
    assert "to meet the person" not in otto.get("/access?account=staff:nobody").text
    assert "to meet the person" not in otto.get("/access?until=2007-03-01").text


def test_what_was_seen_on_lists_is_shown_when_it_is_asked_for(house: WebHouse, case: Story, otto: Person) -> None:
    house.sign_in("staff:olga", ["case_manager"]).get("/cases?view=list")
    assert "staff:olga" not in otto.get("/access").text, "it is much, and seldom what is looked for"
    assert "staff:olga" not in otto.get(f"/access?case={case.case_id}").text
    page = otto.get(f"/access?case={case.case_id}&lists=yes").text
    assert "saw on a list:" in page
    assert "the list of cases" in page
    assert "staff:olga" in otto.get(f"/access/file?case={case.case_id}&lists=yes").text
    russian = house.sign_in("staff:otto", language="ru").get(f"/access?case={case.case_id}&lists=yes").text
    assert "список дел" in russian


def test_an_emergency_waits_for_somebody_elses_review(house: WebHouse, case: Story, otto: Person) -> None:
    case.does(AssignCase, owner="staff:anna", team="north")
    case.does(BreakGlass, actor="staff:pavel", reason="danger_to_life", why="the person is in danger tonight")
    assert "staff:pavel" in otto.get("/access").text
    assert "Review" not in otto.get("/access").text
    officer = house.sign_in("staff:dora", ("data_protection",))
    page = officer.get("/access").text
    assert f"/cases/{case.case_id}/do/ReviewAccess?account=staff%3Apavel" in page
    assert "tonight" not in page


def test_the_list_is_saved_as_a_file_that_no_spreadsheet_calculates(house: WebHouse, case: Story, otto: Person) -> None:
    case.does(OpenSealed, compartments=("identity",), why="=HYPERLINK(1)")
    answer = otto.get(f"/access/file?case={case.case_id}")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "'=HYPERLINK(1)" in answer.text
    officer = house.sign_in("staff:dora", ("data_protection",))
    assert officer.get("/access/file").status_code == 404


def test_nobody_else_gets_there(house: WebHouse, case: Story) -> None:
    anna = house.sign_in()
    for path in ("/history", f"/history/of/{case.case_id}", "/access", "/access/file", "/history/check"):
        assert anna.get(path).status_code == 404
    assert anna.post("/history/check").status_code == 404
