"""Forms of the office: calls counted, codes printed, houses closed, each by its own people."""

from __future__ import annotations

import re

import pytest

from console.subjects import OFFICE_FORMS
from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import count_of, form_at
from workflow.subjects.directory.subject import SUBJECT as DIRECTORY


@pytest.fixture
def web(office: Office) -> WebHouse:
    return WebHouse(office)


def test_a_call_is_counted_and_a_missed_one_gets_a_code(web: WebHouse) -> None:
    helen = web.sign_in("staff:helen", ["hotline"])
    path = "/office/moscow/do/TakeCall"
    given = {"language": "ru", "outcome": "advised", "topics": "legal", "minutes": "12"}
    assert helen.post(path, form_at(helen, path) | given).status_code == 303
    assert count_of(web, "CallTaken") == 1
    path = "/office/moscow/do/RecordMissedCall"
    told = helen.post(path, form_at(helen, path) | {"wants_call_back": "true"}).headers["location"]
    assert re.search(r"C-[0-9A-Z]{6}", helen.get(told).text)
    other = web.sign_in("staff:irina", ["hotline"])
    assert not re.search(r"C-[0-9A-Z]{6}", other.get(told).text)


def test_codes_are_printed_once_on_a_page_of_their_own(web: WebHouse) -> None:
    helen, path = web.sign_in("staff:helen", ["hotline"]), "/office/moscow/do/PrintCaseCodes"
    answer = helen.post(path, form_at(helen, path) | {"count": "12"})
    assert len(set(re.findall(r"K-[0-9A-Z]{6}", helen.get(answer.headers["location"]).text))) == 12


def test_the_offices_forms_are_for_its_own_people(web: WebHouse) -> None:
    helen, anna = web.sign_in("staff:helen", ["hotline"]), web.sign_in()
    boris = web.sign_in(BORIS, ["supervisor"])
    for name in OFFICE_FORMS:
        path = f"/office/moscow/do/{name}"
        if name in ("NameStandIn", "EndStandIn"):  # for everybody who may have cases of their own
            assert {person.get(path).status_code for person in (helen, anna, boris)} == {200}
            assert helen.get(f"/office/st-petersburg/do/{name}").status_code == 404
            continue
        listed = OFFICE_FORMS[name] in DIRECTORY.commands
        closes = listed or name in ("CloseFacility", "EndProgramme", "SettleStrangeAnswer")
        assert helen.get(path).status_code == (404 if closes else 200)
        assert boris.get(path).status_code == (200 if closes else 404)
        assert anna.get(path).status_code == (
            200 if name in ("StopEntry", "ProposeResumption", "WithdrawEntry") else 404
        )
        assert helen.get(f"/office/st-petersburg/do/{name}").status_code == 404


def test_a_house_is_closed_only_with_a_reason_and_a_day(web: WebHouse) -> None:
    boris, path = web.sign_in(BORIS, ["supervisor"]), "/office/moscow/do/CloseFacility"
    page = boris.post(path, form_at(boris, path) | {"facility": "no-such-house", "on": "2007-01-01", "reason": "roof"})
    assert page.status_code == 422
    assert "roof" in page.text
    assert count_of(web, "FacilityClosed") == 0
