"""In the console: a request, the proposal on the officer's work, her word, the sign on the case, and the papers."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from events.ids import case_stream
from events.tables import streams
from tests.kit.erasures import DINA, with_officers
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import form_at
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
    return int(who.post(path, form_at(who, path) | fields).status_code)


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
    for address in ("", "/history", "/do", "/open", "/access-report"):
        assert boris.get(f"/cases/{case.case_id}{address}").status_code == 200, address


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
