"""In the console: a request, the proposal on the officer's work, her word, the sign on the case, and the papers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import update

from console.words.language import Language
from events.ids import case_stream
from events.tables import streams
from handlers.queries.record_view import Viewer, ViewLimits, record_view
from tests.kit.erasures import DINA, erased, with_officers
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import count_of, form_at, surely
from tests.kit.workshop import Workshop
from workflow.case.erasure import erasure_of
from workflow.case.proposals import proposals_of
from workflow.subjects.care.commands import AgreeCarePlan
from workflow.subjects.intake.commands import AddNote

NAME, NOTE = "Zlatovlaska Kanarejkina", "a canary sang in the cellar"


@pytest.fixture
def web(office: Office) -> WebHouse:
    return WebHouse(with_officers(office))


@pytest.fixture
def case(office: Office, web: WebHouse) -> Story:
    return story(office, name=NAME).does(AddNote, note=NOTE).ends("withdraw", reason="declined")


@pytest.fixture
def boris(web: WebHouse, case: Story) -> Person:
    return web.sign_in(BORIS, ["supervisor"])


@pytest.fixture
def dina(web: WebHouse, case: Story) -> Person:
    return web.sign_in(DINA, ["data_protection"])


def given(who: Person, case: Story, command: str, **fields: str) -> int:
    path = f"/cases/{case.case_id}/do/{command}"
    return int(surely(who, path, form_at(who, path) | fields).status_code)


def proposed(boris: Person, case: Story) -> str:
    given(boris, case, "RequestErasure", paper="118/2007", asked_by="person")
    assert "Decide on the request for erasure" in boris.get("/work").text
    given(boris, case, "ErasePerson")
    (key,) = proposals_of(case.case).pending
    return f"/cases/{case.case_id}/decisions/{key}"


def test_the_officer_finds_it_on_her_work_reads_what_it_is_and_confirms(
    boris: Person, dina: Person, case: Story, office: Office, tmp_path: Path
) -> None:
    page = proposed(boris, case)
    assert "Erasure was asked for" in boris.get(f"/cases/{case.case_id}").text
    work = dina.get("/work").text
    assert "Confirm the erasure" in work
    assert page in work
    read = dina.get(page)
    assert read.status_code == 200
    assert "Propose erasure" in read.text
    assert NAME not in read.text
    path = f"/cases/{case.case_id}/do/ConfirmDecision"
    form = form_at(dina, f"{path}?proposal_id={page.rpartition('/')[2]}")
    assert dina.post(path, form | {"proposal_id": page.rpartition("/")[2]}).status_code == 303
    assert erasure_of(case.case).erased_at
    with Workshop(office, tmp_path / "data").crew() as crew:
        crew.settle()
    shown = boris.get(f"/cases/{case.case_id}").text
    assert "Erased on" in shown
    assert "Certificate of the erasure" in shown
    for language, said in (("en", "CERTIFICATE OF ERASURE"), ("ru", "АКТ ОБ УНИЧТОЖЕНИИ")):
        paper = boris.get(f"/cases/{case.case_id}/certificate?language={language}").text
        assert said in paper
        assert NAME not in paper
    with office.database.writing() as connection:  # somebody wrote behind the history
        own = streams.c.stream == case_stream(case.case_id)
        connection.execute(update(streams).where(own).values(mac=bytes(32)))
    for language, said in (("en", "Nothing is signed: the history"), ("ru", "Ничего не подписано: в истории")):
        paper = boris.get(f"/cases/{case.case_id}/certificate?language={language}").text
        assert said in paper
        assert "<pre" not in paper
    for address in ("", "/history", "/do", "/access-report"):
        assert boris.get(f"/cases/{case.case_id}{address}").status_code == 200, address


GONE = {"en": ("destroyed on", "was erased on"), "ru": ("уничтожено:", "Данные человека по этому делу уничтожены")}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_of_somebody_erased_nothing_is_offered_and_every_form_says_why(
    web: WebHouse, office: Office, language: Language
) -> None:
    """As it was, the page still offered "closed: Open", a note, a grant, a referral, and an empty form for each."""
    case = erased(story(office, name=NAME).does(AddNote, note=NOTE).ends("withdraw", reason="declined"))
    destroyed, why = GONE[language]
    for role in ("case_manager", "supervisor"):
        who = web.sign_in(f"staff:{role[:4]}", [role], language=language)
        page = who.get(f"/cases/{case.case_id}").text
        assert page.count(destroyed) == 3, "name, telephone, story"
        assert "•••••</span><span" not in page
        assert f"/cases/{case.case_id}/open" not in page
        assert f"/cases/{case.case_id}/do" not in page, "no deed is offered"
        assert why in page.partition('id="next-title"')[2].partition('data-part="')[0], (
            "and what may come next says why"
        )
        for form in ("AddNote", "AdvanceCase?trigger=reopen", "RecordCost", "AssignCase"):
            shown = who.get(f"/cases/{case.case_id}/do/{form}")
            assert (shown.status_code, why in shown.text, "<textarea" in shown.text) == (410, True, False), form
            assert f'action="/cases/{case.case_id}/do' not in shown.text
        opening = who.get(f"/cases/{case.case_id}/open?parts=identity")
        assert (opening.status_code, why in opening.text, 'name="parts"' in opening.text) == (410, True, False)
        listed = who.get(f"/cases/{case.case_id}/do").text
        assert why in listed
        left = set(re.findall("/do/([A-Za-z]+)", listed))
        ends = {"MendGlass", "CancelTask", "LeaveGroup"}
        assert left <= ends, "what ends an emergency, a group or the machine's own work, and nothing else"


def test_a_form_opened_before_the_erasure_and_sent_after_it_is_refused_with_the_reason(
    web: WebHouse, office: Office
) -> None:
    case = story(office, name=NAME).ends("withdraw", reason="declined")
    who = web.sign_in("staff:case", ["case_manager"])
    note, opening = (form_at(who, f"/cases/{case.case_id}/{path}") for path in ("do/AddNote", "open"))
    erased(case)
    answer = who.post(f"/cases/{case.case_id}/do/AddNote", note | {"note": NOTE})
    assert (answer.status_code, "was erased on" in answer.text, "<textarea" in answer.text) == (422, True, False)
    asked = {"parts": ["identity"], "purpose": "contact", "why": "to call her"}
    answer = who.post(f"/cases/{case.case_id}/open", opening | asked)
    assert (answer.status_code, "was erased on" in answer.text) == (422, True)
    assert count_of(web, "SealedOpened") == 0


def test_the_paper_about_readers_says_pages_in_its_own_language_and_no_name_of_a_function(
    boris: Person, case: Story, office: Office
) -> None:
    viewer = Viewer("operator:staff.boris", "command line")
    for verb in ("cases.show", "access.reads", "history.verify_log", "no_such.verb"):
        record_view(
            office.database, office.keys, str(case.case_id), viewer, f"wayhome {verb}", office.now, ViewLimits()
        )
    russian, english = (
        boris.get(f"/cases/{case.case_id}/access-report?language={language}").text for language in ("ru", "en")
    )
    for said in ("просмотрено: дело, в командной строке", "просмотрено: кто что читал, в командной строке"):
        assert said in russian
    assert "looked at the case, at the command line" in english
    assert "looked at the file, at the command line" in english, "of a verb nobody has worded"
    for page in (russian, english, boris.get("/access").text):
        assert "cases.show" not in page
        assert "no_such" not in page


def test_the_officer_reads_no_plan_that_waits_for_a_colleague(web: WebHouse, office: Office, dina: Person) -> None:
    case = bring(story(office), "care").does(AgreeCarePlan, plan="two talks a week")
    (key,) = proposals_of(case.case).pending
    shown = dina.get(f"/cases/{case.case_id}/decisions/{key}").text
    assert "does not wait any more" in shown
    assert "care plan" not in shown.lower()


def test_who_may_not_review_gets_no_report_and_who_may_is_recorded(web: WebHouse, boris: Person, case: Story) -> None:
    anna = web.sign_in(ANNA)
    assert anna.get(f"/cases/{case.case_id}/access-report").status_code == 404
    report = f"/cases/{case.case_id}/access-report"
    assert "WHO READ YOUR FILE" in boris.get(report).text
    again = boris.get(report).text
    assert "who read the file" in again, "that it was looked at is in it"
    assert "Employee 1 (" in again
    assert "staff:boris" not in again[again.index("<pre") : again.index("</pre>")]


def test_a_case_of_nobody_erased_has_no_certificate(boris: Person, case: Story) -> None:
    assert "There is no such paper" in boris.get(f"/cases/{case.case_id}/certificate").text
