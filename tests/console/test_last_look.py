"""Before what cannot be undone the console shows once more what will happen, and to whom."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.kit.erasures import asked_for, ended
from tests.kit.offices import Office
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import count_of, form_at, hidden_in, main_of


@pytest.fixture
def web(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def case(office: Office) -> Story:
    return bring(story(office), "care")


def step(case: Story) -> str:
    return f"/cases/{case.case_id}/do/AdvanceCase"


def test_a_withdrawal_is_shown_in_words_before_it_happens(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), step(case)
    form = form_at(anna, path) | {"trigger": "withdraw", "reason": "declined"}
    page = anna.post(path, form | {"give": "1"})
    assert page.status_code == 200
    text = unescape(main_of(page))
    assert "this cannot be undone" in text
    assert case.case_id in text
    assert '<bdi class="handle"' in text, "to whom, by what they are called here and not by a number alone"
    assert "“Withdrawn”" in text
    assert "× 3" in text  # three appointments were made
    assert "bed" in text.lower()
    assert case.case.stage == "care"
    done = anna.post(path, hidden_in(page) | {"give": "1"})
    assert done.headers["location"] == f"/cases/{case.case_id}?done=AdvanceCase"
    assert case.case.stage == "withdrawn"
    assert anna.post(path, hidden_in(page) | {"give": "1"}).status_code == 303  # sent twice, done once
    assert count_of(web, "BedGivenUp") == 1


def test_what_was_foreseen_is_what_happens(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), step(case)
    page = anna.post(path, form_at(anna, path) | {"trigger": "withdraw", "reason": "declined"})
    before = web.office.service.log.size()
    anna.post(path, hidden_in(page) | {"give": "1"})
    told = [e.envelope.type for p in web.office.service.log.pages() for e in p][before:]
    assert told.count("AppointmentCancelled") == 3
    assert told.count("TaskCancelled") == 3


def test_going_back_keeps_everything_that_was_typed(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), step(case)
    page = anna.post(path, form_at(anna, path) | {"trigger": "withdraw", "reason": "declined"})
    back = anna.post(path, hidden_in(page) | {"change": "1"})
    assert back.status_code == 200
    assert re.search(r'value="withdraw"[^>]*(checked|selected)', main_of(back))
    assert case.case.stage == "care"
    assert hidden_in(back)["command_id"] == hidden_in(page)["command_id"]


def test_a_form_that_was_changed_after_the_last_look_is_shown_once_more(web: WebHouse, case: Story) -> None:
    anna, boris, path = web.sign_in(), web.sign_in("staff:boris", ["supervisor"]), step(case)
    page = anna.post(path, form_at(anna, path) | {"trigger": "withdraw", "reason": "declined"})
    other = anna.post(path, hidden_in(page) | {"reason": "safety_risk", "give": "1"})
    assert other.status_code in (200, 422)
    assert case.case.stage == "care"
    theirs = boris.post(path, hidden_in(page) | {"_token": boris.session.csrf, "give": "1"})
    assert theirs.status_code == 200  # what one person looked at another has not seen
    assert case.case.stage == "care"
    guessed = anna.post(path, hidden_in(page) | {"checked": "1", "give": "1"})
    assert guessed.status_code == 200
    assert case.case.stage == "care"


def test_a_step_that_leads_on_asks_nothing(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), step(case)
    page = anna.post(path, form_at(anna, path) | {"trigger": "arrange_documents", "reason": ""})
    assert page.status_code == 422  # refused with its reasons, as always


def test_a_death_is_proposed_only_after_a_last_look(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), step(case)
    before = count_of(web, "DecisionProposed")
    page = anna.post(path, form_at(anna, path) | {"trigger": "record_death", "reason": ""})
    assert page.status_code == 200, main_of(page)
    assert "a second person has confirmed it" in main_of(page)
    assert count_of(web, "DecisionProposed") == before
    assert "proposed=" in anna.post(path, hidden_in(page) | {"give": "1"}).headers["location"]
    assert count_of(web, "DecisionProposed") == before + 1


def test_an_erasure_is_proposed_only_after_a_last_look(web: WebHouse, office: Office) -> None:
    gone = asked_for(ended(office))
    boris = web.sign_in("staff:boris")
    path = f"/cases/{gone.case_id}/do/ErasePerson"
    before = count_of(web, "DecisionProposed")
    page = boris.post(path, form_at(boris, path))
    assert page.status_code == 200, main_of(page)
    assert "destroyed for ever" in main_of(page)
    assert count_of(web, "DecisionProposed") == before
    assert "proposed=" in boris.post(path, hidden_in(page) | {"give": "1"}).headers["location"]


def test_the_last_look_is_in_russian_too(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(language="ru"), step(case)
    page = anna.post(path, form_at(anna, path) | {"trigger": "withdraw", "reason": "declined"})
    assert "Отказ от участия" in main_of(page)
    assert "отменить нельзя" in main_of(page)
