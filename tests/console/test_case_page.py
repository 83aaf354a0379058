"""The page of one case: what a person may see of it, what may come next and why not, and what it costs to draw."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest

from console.subjects import MACHINERY, PANELS, SUBJECTS, form_groups, is_shown, panel_of
from console.views.suggested_actions import action_for
from events.facts import catalogue
from events.facts.grants import GrantRequested
from events.facts.journey import StageEntered
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import STAGES, bring, close, grant
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from tests.kit.web.statements import reading
from workflow import registry
from workflow.rights.compartments import COMPARTMENTS_OF_ROLE
from workflow.subjects.access.commands import AssignCase, BreakGlass
from workflow.subjects.care.state import care_of
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.reintegration.commands import RecordFollowUp

NAMES = {"name": "Анна Иванова", "phone": "+74957978722", "birth_date": "1980-02-03", "age_band": ...}


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def test_the_page_says_where_the_person_is_and_why_they_cannot_go_on(house: WebHouse) -> None:
    case = bring(Story(house.office), "care")
    page = house.sign_in().get(f"/cases/{case.case_id}")
    assert page.status_code == 200
    assert "· Care</h1>" in page.text
    assert "There is no agreed care plan." in page.text
    assert f'href="/cases/{case.case_id}/do/AgreeCarePlan"' in page.text
    assert "You are here" in page.text


def test_a_reason_and_a_second_person_are_asked_by_the_form_and_block_nothing(house: WebHouse) -> None:
    case = bring(Story(house.office), "follow_up").later(days=366)
    case.does(RecordFollowUp, month=12, outcome="well")
    page = house.sign_in().get(f"/cases/{case.case_id}").text
    assert f"/cases/{case.case_id}/do/AdvanceCase?trigger=close" in page
    assert "a second person, who confirms it" in page


def test_no_page_of_a_case_shows_a_name(house: WebHouse) -> None:
    case = bring(Story(house.office, **NAMES), "reintegration")
    case.does(AddNote, note="у Анны есть сестра в Твери")
    grant(case)
    anna = house.sign_in()
    for path in ("", "/history", "/open", "/do"):
        text = anna.get(f"/cases/{case.case_id}{path}").text
        assert not [word for word in ("Анна", "Иванова", "+7495", "сестра", "Rusu", "1980-02-03") if word in text], path


def test_in_both_languages_every_stage_is_drawn_without_a_word_left_out(house: WebHouse) -> None:
    cases = [bring(Story(house.office), stage) for stage in STAGES]
    ended = close(bring(Story(house.office), "follow_up"))
    boris = house.sign_in(BORIS, ["supervisor"], language="ru")
    for case in (*cases, ended, Story(house.office, age_band="9-17")):
        page = boris.get(f"/cases/{case.case_id}")
        assert page.status_code == 200
        assert boris.get(f"/cases/{case.case_id}/history").status_code == 200
        assert "Что произошло" in page.text
        assert not re.search(r"wayhome |--[a-z]+ ", page.text), "the command line's advice is no use on a screen"
        assert not re.search(r"\b(?:status|goals)\.[a-z]", page.text), "a word and not its key"


def test_a_case_of_somebody_else_looks_like_none(house: WebHouse) -> None:
    case = Story(house.office, team="north")
    olga = house.sign_in("staff:olga", ["case_manager"], team="south")
    theirs, nobodys = olga.get(f"/cases/{case.case_id}"), olga.get("/cases/7K3P9-QXM2D")
    assert theirs.status_code == nobodys.status_code == 404
    assert _plain(theirs.text) == _plain(nobodys.text)


def test_medical_staff_see_care_and_no_money(house: WebHouse) -> None:
    case = bring(Story(house.office), "reintegration")
    grant(case)
    case.does(AssignCase, owner="staff:maria")
    page = house.sign_in("staff:maria", ["medical"]).get(f"/cases/{case.case_id}").text
    assert 'id="care"' in page
    assert 'id="money"' not in page
    assert "Reintegration grant" not in page, "nor in what happened"


def test_whoever_has_two_roles_sees_the_sheets_of_both(house: WebHouse) -> None:
    case = Story(house.office, team="")
    page = house.sign_in("staff:lena", ["medical", "legal"]).get(f"/cases/{case.case_id}").text
    assert 'id="care"' in page
    assert 'id="documents"' in page


def test_that_somebody_looked_is_known_before_anything_is_shown(house: WebHouse) -> None:
    case = Story(house.office)
    house.sign_in("staff:olga", ["case_manager"]).get(f"/cases/{case.case_id}")
    assert [(row["account"], row["page"]) for row in house.office.rows("looks")] == [("staff:olga", "case.see")]


def test_whoever_looks_at_very_many_cases_is_asked_who_they_are_and_then_stopped(house: WebHouse) -> None:
    house.house.container.settings = replace(house.house.container.settings, cases_per_proof="3", cases_per_hour="5")
    cases = [f"/cases/{Story(house.office).case_id}" for _ in range(7)]
    app = house.with_app("staff:olga", "case_manager")
    olga = house.sign_in("staff:olga")
    assert [olga.get(path).status_code for path in cases[:3]] == [200] * 3
    asked = olga.get(cases[3])
    assert (asked.status_code, asked.headers["location"]) == (303, f"/step-up?back={quote(cases[3])}")
    assert olga.get(cases[0]).status_code == 200, "what they are at work on stays open"
    house.clock.advance(timedelta(minutes=1))
    proved = olga.post("/step-up", {"code": app.code(house.clock.now()), "back": cases[3]})
    assert (proved.status_code, proved.headers["location"]) == (303, cases[3])
    assert [olga.get(path).status_code for path in cases[3:6]] == [200, 200, 429]
    stopped = olga.get(cases[0])
    assert stopped.status_code == 429, "and then nothing more, in no session of theirs"
    assert "data-protection officer" in stopped.text
    assert house.sign_in("staff:olga").get("/cases").status_code == 429, "lists neither"
    for path in (f"/live{cases[0]}", f"{cases[0]}/do", f"/api/v1{cases[0]}", "/api/v1/cases", "/cases?view=list"):
        assert olga.get(path).status_code == 429, path
    for path in (f"{cases[6]}/break-glass", f"{cases[6]}/open", "/cases/new", "/cases/find"):
        assert olga.post(path, {"command_id": str(house.office.uuid())}).status_code == 429, path
    assert olga.get("/me").status_code == 200
    assert house.sign_in(ANNA).get(cases[6]).status_code == 200, "others go on"


def test_the_officer_finds_who_was_stopped_on_their_work_and_lets_them_go_on(house: WebHouse) -> None:
    house.house.container.settings = replace(house.house.container.settings, cases_per_hour="2")
    cases = [Story(house.office) for _ in range(3)]
    olga, zoya = house.sign_in("staff:olga", ["case_manager"]), house.sign_in("staff:zoya", ["data_protection"])
    assert [olga.get(f"/cases/{case.case_id}").status_code for case in cases] == [200, 200, 429]
    assert cases[2].tasks(kind="tell_of_stop", account="staff:olga"), "a letter is on its way"
    form = f"/cases/{cases[2].case_id}/do/ReviewStop?account=staff%3Aolga"
    assert form in zoya.get("/access").text
    assert "Look into a stopped account" in zoya.get("/work").text
    house.office.pass_time(timedelta(minutes=1))
    sent = {"command_id": str(house.office.uuid()), "outcome": "justified", "account": "staff:olga", "give": "1"}
    assert zoya.post(form, sent).status_code == 303
    assert "Look into a stopped account" not in zoya.get("/work").text
    assert form not in zoya.get("/access").text
    assert olga.get(f"/cases/{cases[2].case_id}").status_code == 200


def test_a_long_history_asks_the_database_no_more_than_a_short_one(house: WebHouse) -> None:
    short, long = Story(house.office), bring(Story(house.office), "follow_up")
    anna = house.sign_in()
    anna.get("/me")  # what people are called is read once, for every page
    counts = []
    for case in (short, long, short, long):
        with reading(house.office) as statements:
            assert anna.get(f"/cases/{case.case_id}").status_code == 200
        counts.append(len(statements))
    first, again = counts[:2], counts[2:]
    assert first[0] == first[1] <= 14
    assert again[0] == again[1] <= 12


def test_everything_that_happened_is_read_page_by_page(house: WebHouse) -> None:
    case = bring(Story(house.office), "follow_up")
    anna = house.sign_in()
    seen: list[str] = []
    path = f"/cases/{case.case_id}/history"
    while path:
        text = anna.get(path).text
        seen += re.findall(r'<tr id="v(\d+)">', text)
        found = re.search(r'href="(/cases/[^"]+/history\?before=\d+)"', text)
        path = found[1] if found else ""
    assert [int(version) for version in seen] == sorted((int(version) for version in seen), reverse=True)
    assert seen[-1] == "0"
    assert len(seen) == len(house.office.service.log.stream(f"case:{case.case_id}"))


def test_an_emergency_is_shown_to_whoever_looks_after_the_case(house: WebHouse) -> None:
    case = Story(house.office, team="north")
    case.does(BreakGlass, actor="staff:olga", reason="medical_emergency", why="she was taken to hospital")
    anna = house.sign_in(team="north")
    assert "Olga</span> opened this case in an emergency" in anna.get(f"/cases/{case.case_id}").text
    assert 'Your case was opened in an emergency by <span title="staff:olga">Olga</span>' in anna.get("/work").text


def test_every_subject_of_the_engine_has_its_row_for_the_console() -> None:
    stems = [subject.stem for subject in SUBJECTS]
    assert len(stems) == len(set(stems))
    engine = {subject.stem for subject in registry.SUBJECTS}
    files_of_facts = {shape.fact.__module__.rpartition(".")[2] for shape in catalogue().shapes.values()}
    assert set(stems) == engine | files_of_facts
    for group in form_groups():
        assert group.heading, group.name


def test_every_fact_of_a_case_belongs_to_a_panel() -> None:
    shapes = catalogue().shapes
    for name, shape in shapes.items():
        if not shape.fact.__module__.endswith((".accounts", ".directory", ".restore")):  # no case is told of these
            assert panel_of(shape.fact) is not None, name
    assert set(MACHINERY) <= shapes.keys()
    assert {name for subject in SUBJECTS for name in subject.elsewhere} <= shapes.keys()
    assert is_shown(StageEntered, ())
    assert not is_shown(GrantRequested, PANELS["medical"])


def test_who_sees_no_case_has_no_panels() -> None:
    for role in ("finance_request", "finance_approve", "auditor", "donor", "administrator", "partner"):
        assert role not in PANELS
    assert "medical" not in COMPARTMENTS_OF_ROLE["case_manager"]


def test_an_item_leads_to_the_form_that_settles_it(house: WebHouse) -> None:
    case = bring(Story(house.office), "care").case
    appointment = next(iter(care_of(case).appointments))
    action = action_for(f"appointment:{appointment}", "appointment_to_book", case)
    assert action is not None
    assert action.path(case.case_id) == f"/cases/{case.case_id}/do/BookAppointment?service=medical_exam"
    assert action_for("glass:B-1", "glass_broken", case) is None


def _plain(text: str) -> str:
    """Return a page without what is new in each answer."""
    return re.sub(r'nonce="[^"]*"|value="/cases/[^"]*"', "", text)
