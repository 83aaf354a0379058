"""Opening what is sealed, and opening a case in an emergency: recorded first, shown briefly, looked at afterwards."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from tests.kit.offices import Office
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse

NAMES = {"name": "Анна Иванова", "phone": "+74957978722", "birth_date": "1980-02-03", "age_band": ...}
EMERGENCY = {"reason": "danger_to_life", "why": "Взяли в больницу без сознания."}


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def test_what_is_opened_is_recorded_first_and_then_shown(house: WebHouse) -> None:
    case, anna = Story(house.office, **NAMES), house.sign_in()
    page = anna.get(_opened(anna, case, ["identity"]))
    assert page.status_code == 200
    assert "Анна Иванова" in page.text
    assert "+74957978722" not in page.text, "contact was not asked for"
    assert 'Opened by <span title="staff:anna">Anna</span>' in page.text
    (fact,) = _facts(house, case, "SealedOpened")
    assert (fact.compartments, fact.why) == (("identity",), "contact: she asked to be called")


def test_after_five_minutes_it_is_closed_again(house: WebHouse) -> None:
    case, anna = Story(house.office, **NAMES), house.sign_in()
    where = _opened(anna, case, ["identity"])
    house.office.pass_time(timedelta(minutes=6))
    answer = anna.get(where)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/cases/{case.case_id}/open?parts=identity"


def test_in_another_session_of_the_same_person_it_is_not_shown(house: WebHouse) -> None:
    case, anna = Story(house.office, **NAMES), house.sign_in()
    where = _opened(anna, case, ["identity"])
    assert house.sign_in().get(where).status_code == 404
    assert house.sign_in("staff:olga").get(where).status_code == 404


def test_a_closed_part_is_refused_and_that_it_was_asked_for_is_kept(house: WebHouse) -> None:
    case, anna = Story(house.office, **NAMES), house.sign_in()
    answer = _ask(anna, case, ["identity", "medical"])
    assert answer.status_code == 403
    assert "Closed to you: Medical data." in answer.text
    assert "Анна" not in answer.text
    (fact,) = _facts(house, case, "SealedDenied")
    assert fact.compartments == ("medical",)


def test_nothing_is_opened_without_parts_a_purpose_and_a_reason(house: WebHouse) -> None:
    case, anna = Story(house.office, **NAMES), house.sign_in()
    answer = anna.post(f"/cases/{case.case_id}/open", {"command_id": str(house.office.uuid())})
    assert answer.status_code == 422
    assert answer.text.count('class="error"') == 3
    assert not _facts(house, case, "SealedOpened")


def test_the_same_form_sent_twice_opens_once(house: WebHouse) -> None:
    case, anna = Story(house.office, **NAMES), house.sign_in()
    form = _form(house, ["contact"])
    first, second = (anna.post(f"/cases/{case.case_id}/open", form) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(_facts(house, case, "SealedOpened")) == 1


def test_in_an_emergency_a_stranger_opens_a_case_and_sees_it(house: WebHouse) -> None:
    case = Story(house.office, team="north", **NAMES)
    olga = house.sign_in("staff:olga", team="south")
    asked = olga.get(f"/cases/go?number={case.case_id}")
    assert f"/cases/{case.case_id}/break-glass" in asked.text
    answer = olga.post(f"/cases/{case.case_id}/break-glass", _emergency(house))
    assert answer.headers["location"] == f"/cases/{case.case_id}"
    page = olga.get(f"/cases/{case.case_id}")
    assert page.status_code == 200
    assert "Opened in an emergency" in page.text
    house.office.pass_time(timedelta(hours=5))
    assert olga.get(f"/cases/{case.case_id}").status_code == 404


def test_until_the_glass_is_broken_no_number_tells_whether_it_is_a_case(house: WebHouse) -> None:
    case = Story(house.office, team="north")
    olga = house.sign_in("staff:olga", team="south")
    for path in ("/cases/go?number={}", "/cases/{}/break-glass"):
        theirs, nobodys = olga.get(path.format(case.case_id)), olga.get(path.format("7K3P9-QXM2D"))
        assert theirs.status_code == nobodys.status_code
        assert _plain(theirs.text, case.case_id) == _plain(nobodys.text, "7K3P9-QXM2D")
    broken = olga.post("/cases/7K3P9-QXM2D/break-glass", _emergency(house))
    assert broken.status_code == 404
    assert "There is no such case" in broken.text


def test_another_organisations_case_is_not_there_even_in_an_emergency(house: WebHouse) -> None:
    text = house.office.text.replace("  id: iom-moscow\n", "  id: iom-moscow\n  staff: staff\n")
    assert text != house.office.text
    house.office.publish(text)
    case = Story(house.office)
    stranger = house.sign_in("redcross:olga")
    answer = stranger.post(f"/cases/{case.case_id}/break-glass", _emergency(house))
    assert answer.status_code == 404
    assert "There is no such case" in answer.text
    assert not _facts(house, case, "GlassBroken")


def test_an_emergency_asks_for_the_second_factor_again(house: WebHouse) -> None:
    case = Story(house.office, team="north")
    olga = house.sign_in("staff:olga", strong=False, team="south")
    answer = olga.get(f"/cases/{case.case_id}/break-glass")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/step-up")
    assert olga.post(f"/cases/{case.case_id}/break-glass", _emergency(house)).headers["location"].startswith("/step-up")
    assert not _facts(house, case, "GlassBroken")


def test_without_a_kind_and_a_sentence_nothing_is_opened(house: WebHouse) -> None:
    case = Story(house.office, team="north")
    olga = house.sign_in("staff:olga", team="south")
    answer = olga.post(f"/cases/{case.case_id}/break-glass", {"command_id": str(house.office.uuid()), "why": "x"})
    assert answer.status_code == 422
    assert answer.text.count('class="error"') == 2
    assert not _facts(house, case, "GlassBroken")


def test_the_data_protection_officer_reviews_without_seeing_the_case(house: WebHouse) -> None:
    case = Story(house.office, team="north", **NAMES)
    olga = house.sign_in("staff:olga", team="south")
    olga.post(f"/cases/{case.case_id}/break-glass", _emergency(house))
    olga.get(f"/cases/{case.case_id}")
    officer = house.sign_in("staff:dora", ["data_protection"])
    assert f"/cases/{case.case_id}/review" in officer.get("/work").text
    assert officer.get(f"/cases/{case.case_id}").status_code == 404
    page = officer.get(f"/cases/{case.case_id}/review")
    assert page.status_code == 200
    assert "looked at the case" in page.text
    assert "больницу" not in page.text
    form = {"command_id": str(house.office.uuid()), "account": "staff:olga", "outcome": "justified", "note": ""}
    assert officer.post(f"/cases/{case.case_id}/review", form).headers["location"] == "/work"
    assert _facts(house, case, "AccessReviewed")
    assert f"/cases/{case.case_id}/review" not in officer.get("/work").text


def test_nobody_reviews_their_own_emergency(house: WebHouse) -> None:
    case = Story(house.office, team="north")
    boris = house.sign_in("staff:boris", ["case_manager"], team="south")
    boris.post(f"/cases/{case.case_id}/break-glass", _emergency(house))
    assert boris.get(f"/cases/{case.case_id}/review").status_code == 404


def _form(house: WebHouse, parts: list[str]) -> dict[str, object]:
    return {
        "command_id": str(house.office.uuid()), "parts": parts, "purpose": "contact", "why": "she asked to be called",
    }  # fmt: skip


def _ask(person: Person, case: Story, parts: list[str]) -> Response:
    page = person.get(f"/cases/{case.case_id}/open").text
    found = re.search(r'name="command_id" value="([^"]+)"', page)
    assert found
    form = {"command_id": found[1], "parts": parts, "purpose": "contact", "why": "she asked to be called"}
    return person.post(f"/cases/{case.case_id}/open", form)


def _opened(person: Person, case: Story, parts: list[str]) -> str:
    answer = _ask(person, case, parts)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def _emergency(house: WebHouse) -> dict[str, object]:
    return {"command_id": str(house.office.uuid()), **EMERGENCY}


def _facts(house: WebHouse, case: Story, kind: str) -> list[Any]:
    log = house.office.service.log
    return [log.fact(event) for event in log.of_types(f"case:{case.case_id}", (kind,))]


def _plain(text: str, number: str) -> str:
    return re.sub(r'nonce="[^"]*"|name="command_id" value="[^"]*"', "", text).replace(number, "")
