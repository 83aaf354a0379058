"""One supervisor alone sends letters, or the people themselves, to another address: everybody else is told at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.kit.offices import Office
from tests.kit.people import BORIS, TAMARA
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import form_at

ELSEWHERE = "is reached"


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def gives(who: Person, programme: str, **fields: str) -> None:
    path = f"/office/{programme}/do/ChangeEntry"
    answer = who.post(path, form_at(who, path) | fields)
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("provider", {"email": "new-start@example.net"}),
        ("meeter", {"email": "driver@example.net"}),
        ("office", {"more": "data_protection_email: nobody@example.net"}),
    ],
)
def test_whoever_redirects_letters_alone_does_not_do_it_in_silence(
    house: WebHouse, kind: str, changes: dict[str, str]
) -> None:
    programme = house.office.definition.programme
    entry = {"provider": "new-start", "meeter": programme.meeters[0].id, "office": "office"}[kind]
    boris, tamara = house.sign_in(BORIS, ["supervisor"]), house.sign_in(TAMARA, ["supervisor"])
    others = [tamara, house.sign_in(), house.sign_in("staff:dora", ["data_protection"])]
    assert not any(ELSEWHERE in one.get("/work").text for one in others)
    gives(boris, programme.programme, kind=kind, entry=entry, **changes)
    told = [one.get("/work").text for one in others]
    assert all(ELSEWHERE in text for text in told)
    assert not any(value.split()[-1] in text for text in told for value in changes.values())
    assert ELSEWHERE not in boris.get("/work").text


def test_a_change_of_ones_own_afterwards_hides_nobody_elses(house: WebHouse) -> None:
    programme = house.office.definition.programme.programme
    boris, tamara = house.sign_in(BORIS, ["supervisor"]), house.sign_in(TAMARA, ["supervisor"])
    gives(boris, programme, kind="provider", entry="new-start", email="elsewhere@example.net")
    gives(tamara, programme, kind="provider", entry="new-start", more="languages: [ru]")
    assert ELSEWHERE in tamara.get("/work").text


def test_what_changed_long_ago_or_sends_nothing_elsewhere_is_no_news(house: WebHouse) -> None:
    programme, anna = house.office.definition.programme.programme, house.sign_in()
    boris = house.sign_in(BORIS, ["supervisor"])
    gives(boris, programme, kind="provider", entry="new-start", more="languages: [ru]")
    assert ELSEWHERE not in anna.get("/work").text
    gives(boris, programme, kind="provider", entry="new-start", email="elsewhere@example.net")
    house.office.pass_time(timedelta(days=8))
    assert ELSEWHERE not in house.sign_in("staff:vera", ["case_manager"]).get("/work").text
