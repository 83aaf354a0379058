"""Turning 18: from the very birthday the person's own word counts, and somebody knows before and after."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from events.facts.intake import ConsentGiven
from events.facts.safety import AgeEstablished
from tests.kit.offices import Office, open_office
from tests.kit.roads import consents
from tests.kit.story import Story
from workflow.subjects.corrections.commands import CorrectIdentity
from workflow.subjects.intake.commands import GiveConsent

BORN = "1989-03-20"  # turns 18 on 20 March 2007; the stories begin on the 5th
HOME = {"citizenships": ("MD",), "age_band": ..., "birth_date": BORN}


@pytest.fixture
def january(prepared_sqlite_url: str) -> Any:
    with open_office(prepared_sqlite_url, start=datetime(2007, 1, 10, 9, tzinfo=UTC)) as office:
        yield office


def child(office: Office) -> Story:
    return consents(Story(office, **HOME), "assistance")


def on(case: Story, day: int, month: int = 3, hour: int = 9) -> Story:
    case.place.pass_time(datetime(2007, month, day, hour, tzinfo=UTC) - case.place.now)
    return case


def test_from_the_birthday_a_persons_own_consent_is_taken(january: Office) -> None:
    case = on(child(january), 20)
    case.when(GiveConsent, purpose="assistance").then_refused("guardian_consents")
    case.when(GiveConsent, purpose="assistance", of_age=True)
    told = case.now_told()
    assert [fact for fact in told if isinstance(fact, AgeEstablished)] == [
        AgeEstablished(child=False, basis="turned 18")
    ]
    assert [fact.by for fact in told if isinstance(fact, ConsentGiven)] == ["person"]
    assert not case.case.is_child(january.definition.programme.day(january.now))


def test_before_the_month_of_the_birthday_nobodys_word_makes_a_child_an_adult(january: Office) -> None:
    case = on(child(january), 28, month=2)
    case.when(GiveConsent, purpose="assistance", of_age=True).then_refused("guardian_consents")


def test_the_month_begins_by_the_programmes_clocks(january: Office) -> None:
    case = child(january)
    january.pass_time(datetime(2007, 2, 28, 21, 30, tzinfo=UTC) - january.now)  # 00:30 on 1 March in Moscow
    case.does(GiveConsent, purpose="assistance", of_age=True)


def test_somebody_knows_when_the_month_comes_and_when_the_guardians_word_has_lapsed(january: Office) -> None:
    case = child(january)
    on(case, 1).fires("comes_of_age").accepted()
    assert "comes_of_age" in case.case.escalations
    on(case, 1, month=4).fires("of_age").accepted()
    assert case.case.escalations == {"guardian_consents_lapsed"}
    case.does(GiveConsent, purpose="assistance")
    assert not case.case.escalations


def test_a_consent_of_ones_own_on_the_birthday_leaves_nothing_to_be_told(january: Office) -> None:
    case = on(child(january), 1).fires("comes_of_age")
    on(case, 20).does(GiveConsent, purpose="assistance", of_age=True)
    assert not case.case.escalations
    assert not {"comes_of_age", "of_age"} & {kind for kind, _ in case.case.timers.values()}


def test_an_age_that_is_established_says_at_once_what_a_guardian_had_agreed_to(january: Office) -> None:
    case = child(january).does(CorrectIdentity, birth_date="1985-03-20", why="paper_seen", evidence="passport")
    assert "guardian_consents_lapsed" not in case.case.escalations, "one person alone has said so"
    case.confirmed()
    assert "guardian_consents_lapsed" in case.case.escalations


def test_who_is_of_age_is_not_waited_for(january: Office) -> None:
    for opening in ({"age_band": "27-29"}, {"age_band": ..., "birth_date": "1980-03-20"}):
        case = Story(january, citizenships=("MD",), **opening)
        assert not {"comes_of_age", "of_age"} & {kind for kind, _ in case.case.timers.values()}


def test_nothing_open_tells_the_birthday(january: Office) -> None:
    case = child(january)
    on(case, 1).fires("comes_of_age").accepted()
    log = january.service.log
    told = " ".join(event.envelope.body for page in log.pages() for event in page)
    assert not any(day in told for day in ("1989", "2007-03-20", "2007-03-19"))
