"""The hotline desk on the screen: one page, no script, no number, and the figures of the command line."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from console.views.hotline import status_of
from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.statements import reading
from workflow.subjects.hotline.commands import PrintCaseCodes, TakeCall


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def helen(house: WebHouse) -> Person:
    return house.sign_in("staff:helen", ["hotline"])


def page(person: Person, path: str = "/hotline") -> str:
    answer = person.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(str(answer.text)).partition("<main")[2].partition("</main>")[0]


def form(text: str) -> tuple[str, dict[str, str]]:
    """Return where the form of the page is sent, and what it already carries."""
    found = re.search(r'<form method="post" action="(/office/[^"]+)".*?</form>', text, re.DOTALL)
    assert found is not None
    return found[1], dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))


def closed(office: Office) -> None:
    office.pass_time(timedelta(hours=12))


def part(text: str, name: str) -> str:
    return text.partition(f'id="{name}"')[2].partition("</section>")[0]


def test_a_call_is_counted_without_a_script_and_the_desk_is_ready_for_the_next(office: Office, helen: Person) -> None:
    text = page(helen)
    assert "open until 18:30" in text
    path, carried = form(text)
    assert path == "/office/moscow/do/TakeCall"
    call = carried | {"language": "ru", "outcome": "advised", "topics": "legal", "minutes": "12"}
    answer = helen.post(path, call)
    assert helen.get(answer.headers["location"]).headers["location"] == "/hotline?programme=moscow&done=TakeCall"
    text = page(helen, "/hotline?programme=moscow&done=TakeCall")
    assert "Recorded:" in text
    assert "Advised" in part(text, "today")
    helen.post(path, call)
    assert '<span class="soft">1</span>' in part(page(helen), "today"), "sent twice it is counted once"


def test_a_number_typed_into_the_form_is_refused_and_stored_nowhere(office: Office, helen: Person) -> None:
    path, carried = form(page(helen))
    size = office.service.log.size()
    answer = helen.post(path, carried | {"language": "ru", "outcome": "silent", "region": "+79161234567"})
    assert answer.status_code == 422
    assert office.service.log.size() == size


def test_while_it_is_closed_the_missed_call_is_offered_with_a_code_and_the_next_opening(
    office: Office, helen: Person
) -> None:
    closed(office)
    line = office.definition.programme.hotline
    assert line is not None
    assert not status_of(line, office.now).is_open
    text = page(helen)
    assert "closed; opens 6 Mar 2007, 08:30 (Moscow)" in text
    path, carried = form(text)
    assert path == "/office/moscow/do/RecordMissedCall"
    answer = helen.post(path, carried | {"wants_call_back": "true"})
    told = re.search(r"C-[0-9A-Z]{6}", helen.get(answer.headers["location"]).text)
    assert told is not None
    waiting = part(page(helen), "call-backs")
    assert f"/do/MakeCallBack?code={told[0]}" in waiting
    assert "overdue" not in waiting
    office.pass_time(timedelta(days=3))
    waiting = part(page(helen), "call-backs")
    assert "overdue" in waiting
    assert "StrikeCallBacks" in waiting


def test_the_hours_are_told_by_the_clocks_of_all_eleven_zones(helen: Person) -> None:
    rows = page(helen).partition("By the caller's own clock")[2]
    assert len(re.findall(r'<th scope="row">', rows)) == 11
    assert "15:30–01:30" in rows


def test_every_question_of_the_prompt_is_on_the_page_in_the_reader_s_language(house: WebHouse, office: Office) -> None:
    for language in ("en", "ru"):
        text = page(house.sign_in(f"staff:h-{language}", ["hotline"], language=language))
        for group in office.definition.programme.at_risk_groups:
            for question in group.questions:
                assert str(getattr(question, language)) in text


def test_a_code_leads_to_a_new_referral_and_nothing_of_a_call_does(office: Office, helen: Person) -> None:
    answer = office.submit(PrintCaseCodes, programme="moscow", count=10)
    code = min(office.state("hotline:moscow").case_codes)
    assert answer is not None
    assert code in part(page(helen), "codes")
    text = page(helen, f"/cases/new?programme=moscow&consultation={code}")
    assert f'name="consultation" value="{code}"' in text
    assert "89161234567" not in page(helen, "/cases/new?consultation=89161234567")


def test_who_does_not_count_calls_sees_the_desk_without_the_form(house: WebHouse) -> None:
    text = page(house.sign_in(BORIS, ["supervisor"]))
    assert '<form method="post"' not in text
    for role in ("case_manager", "medical", "finance_approve", "auditor", "donor", "partner"):
        assert house.sign_in(f"staff:{role}", [role]).get("/hotline").status_code == 404
    assert house.sign_in("staff:h2", ["hotline"]).get("/hotline?programme=atlantis").status_code == 404
    assert "No programme of yours" in page(house.sign_in("staff:h3", ["hotline"], programmes=[]))


def test_many_calls_cost_no_more_questions_than_one(office: Office, helen: Person) -> None:
    def call() -> None:
        office.submit(TakeCall, programme="moscow", language="ru", outcome="silent")

    call()
    page(helen)
    with reading(office) as few:
        page(helen)
    for _ in range(20):
        call()
    with reading(office) as many:
        page(helen)
    assert len(many) == len(few)
    assert '<span class="soft">21</span>' in part(page(helen), "today")
