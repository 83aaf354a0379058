"""Putting right at the screen: what is recorded is opened first, what stands as it was is no correction."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.kit.offices import Office
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import form_at, hidden_in, main_of
from workflow.case.retraction import records_of
from workflow.subjects.corrections.commands import CorrectDetails
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.travel.commands import DeclareReturn

KNOWN = {"name": "Elena Surcani", "birth_date": "1980-02-03", "phone": "+37322111111"}
BY = {"why": "mistyped", "evidence": "passport"}


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def facts(house: WebHouse, case: Story, name: str) -> list[Any]:
    log = house.office.service.log
    return [log.fact(event) for event in log.of_types(f"case:{case.case_id}", (name,))]


def opened(person: Person, case: Story) -> str:
    """Open what is recorded to put it right, and return where its form is."""
    page = person.get(f"/cases/{case.case_id}/do/CorrectIdentity")
    carried = dict(re.findall(r'name="(_token|command_id)" value="([^"]+)"', main_of(page).partition("</form>")[0]))
    answer = person.post(f"/cases/{case.case_id}/correct", {"command_id": carried["command_id"]})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def sent(person: Person, case: Story, where: str, **typed: str) -> Any:
    form = hidden_in(person.get(where)) | KNOWN | BY | typed
    return person.post(f"/cases/{case.case_id}/correct/put", form)


def test_the_form_shows_what_is_recorded_once_that_is_written_down(house: WebHouse) -> None:
    case, anna = Story(house.office, **KNOWN, age_band=...), house.sign_in()
    assert "Surcani" not in anna.get(f"/cases/{case.case_id}/do/CorrectIdentity").text
    page = anna.get(opened(anna, case))
    assert all(value in page.text for value in KNOWN.values())
    (fact,) = facts(house, case, "SealedOpened")
    assert fact.compartments == ("identity", "contact")


def test_only_what_was_changed_is_corrected(house: WebHouse) -> None:
    case, anna = Story(house.office, **KNOWN, age_band=...), house.sign_in()
    answer = sent(anna, case, opened(anna, case), name="Elena Țurcanu")
    assert answer.headers["location"] == f"/cases/{case.case_id}?done=CorrectIdentity"
    (fact,) = facts(house, case, "IdentityCorrected")
    assert fact.fields == ("name",)
    assert "Elena Țurcanu" in anna.get(opened(anna, case)).text


def test_what_stands_as_it_was_is_no_correction(house: WebHouse) -> None:
    case, anna = Story(house.office, **KNOWN, age_band=...), house.sign_in()
    answer = sent(anna, case, opened(anna, case))
    assert answer.status_code == 422
    assert "Everything stands as it was." in answer.text
    assert "Elena Surcani" in answer.text, "what was typed stays in the form"
    again = hidden_in(answer) | KNOWN | BY | {"name": "Elena Țurcanu"}
    assert anna.post(f"/cases/{case.case_id}/correct/put", again).status_code == 303
    (fact,) = facts(house, case, "IdentityCorrected")
    assert fact.fields == ("name",)


def test_the_opened_form_is_shut_after_five_minutes_and_to_others(house: WebHouse) -> None:
    case, anna = Story(house.office, **KNOWN, age_band=...), house.sign_in()
    where = opened(anna, case)
    assert house.sign_in().get(where).status_code == 404
    house.office.pass_time(timedelta(minutes=6))
    assert anna.get(where).headers["location"] == f"/cases/{case.case_id}/do/CorrectIdentity"


def test_what_was_opened_is_no_draft_when_the_session_ends_before_it_is_sent(house: WebHouse) -> None:
    case, anna = Story(house.office, **KNOWN, age_band=...), house.sign_in()
    form = hidden_in(anna.get(opened(anna, case))) | KNOWN | BY | {"name": "Elena Turcanu"}
    house.clock.advance(timedelta(minutes=16))
    kept = anna.post(f"/cases/{case.case_id}/correct/put", form).headers["location"]
    assert kept.endswith("&kept=1")
    fresh = house.sign_in()
    anna.client.cookies.set(house.house.site.cookie, fresh.client.cookies[house.house.site.cookie])
    page = Person(anna.client, fresh.session).get(f"/cases/{case.case_id}/do/CorrectIdentity")
    assert "Elena Turcanu" in page.text
    assert not [value for value in KNOWN.values() if value in page.text], "nobody opened it again"


def test_who_does_not_look_after_people_corrects_nobody(house: WebHouse) -> None:
    case = Story(house.office, **KNOWN, age_band=...)
    doctor = house.sign_in("staff:lena", ["medical"])
    assert doctor.get(f"/cases/{case.case_id}/do/CorrectIdentity").status_code == 404
    assert doctor.post(f"/cases/{case.case_id}/correct", {"command_id": str(house.office.uuid())}).status_code in (
        303,
        403,
        404,
    )
    assert not facts(house, case, "SealedOpened")


def test_who_comes_second_sees_that_the_field_was_corrected_and_applies_theirs(house: WebHouse) -> None:
    case, anna, boris = Story(house.office, **KNOWN, age_band=...), house.sign_in(), house.sign_in("staff:olga")
    first, second = opened(anna, case), opened(boris, case)
    page = boris.get(second)
    sent(anna, case, first, name="Elena Țurcanu")
    late = hidden_in(page) | KNOWN | BY | {"name": "Elena Turcan"}
    answer = boris.post(f"/cases/{case.case_id}/correct/put", late)
    assert answer.status_code == 409
    assert "Name, birth date or telephone corrected" in answer.text
    assert len(facts(house, case, "IdentityCorrected")) == 1
    applied = boris.post(f"/cases/{case.case_id}/correct/put", hidden_in(answer))
    assert applied.status_code == 303
    assert [fact.fields for fact in facts(house, case, "IdentityCorrected")] == [("name",), ("name",)]


def test_open_values_stand_in_their_form_already(house: WebHouse) -> None:
    case, anna = Story(house.office, language="ro", gender="female", exploitation=("ForcedLabour",)), house.sign_in()
    page = anna.get(f"/cases/{case.case_id}/do/CorrectDetails").text
    assert re.search(r'value="ro"[^>]* selected', page)
    assert re.search(r'value="ForcedLabour"[^>]* checked', page)
    page = anna.get(f"/cases/{case.case_id}/do/CorrectCitizenships").text
    assert re.search(r'value="MD"[^>]* selected', page)


def test_the_refused_declaration_offers_to_correct_the_citizenship(house: WebHouse) -> None:
    case, anna = Story(house.office, citizenships=("UA",)), house.sign_in()
    where = f"/cases/{case.case_id}/do/DeclareReturn"
    form = form_at(anna, where) | {"destination": "MD", "signed_on": house.office.now.date().isoformat()}
    answer = anna.post(where, form)
    assert f'href="/cases/{case.case_id}/do/CorrectCitizenships' in answer.text


def test_what_no_longer_fits_is_said_on_the_page(house: WebHouse) -> None:
    case, anna = Story(house.office, language="ro"), house.sign_in()
    case.does(DeclareReturn, destination="MD", signed_on=house.office.now.date().isoformat())
    case.does(CorrectDetails, language="ru", **BY)
    assert "does not fit any more" not in anna.get(f"/cases/{case.case_id}").text
    where = f"/cases/{case.case_id}/do/CorrectCitizenships"
    answer = anna.post(where, form_at(anna, where) | BY | {"citizenships": "UA"})
    assert answer.headers["location"].endswith("?proposed=CorrectCitizenships")
    case.confirmed()
    page = anna.get(f"/cases/{case.case_id}").text
    assert "does not fit any more" in page
    assert "Moldova" in page


def test_the_history_strikes_out_what_was_retracted_and_says_what_to_do_about_the_rest(house: WebHouse) -> None:
    case, anna = Story(house.office, **KNOWN, age_band=...).does(AddNote, note="of somebody else"), house.sign_in()
    history = f"/cases/{case.case_id}/history"
    (number,) = records_of(case.case).standing
    where = f"/cases/{case.case_id}/mend/{number}"
    page = anna.get(history).text
    assert where in page
    assert f"/cases/{case.case_id}/mend/0" in page
    form = form_at(anna, f"{where}/RetractRecord") | {"why": "wrong_case"}
    assert anna.post(f"{where}/RetractRecord", form).status_code == 303
    page = anna.get(history).text
    assert "<s>Note" in page
    assert "Write it anew" in page


def test_a_retracted_note_is_opened_struck_out(house: WebHouse) -> None:
    case, anna = Story(house.office).does(AddNote, note="of somebody else"), house.sign_in()
    (number,) = records_of(case.case).standing
    where = f"/cases/{case.case_id}/do/RetractRecord"
    anna.post(where, form_at(anna, where) | {"record": str(number), "why": "wrong_case"})
    form = {"command_id": str(house.office.uuid()), "parts": "story", "purpose": "check", "why": "what was it"}
    shown = anna.get(anna.post(f"/cases/{case.case_id}/open", form).headers["location"]).text
    assert "<s>of somebody else</s>" in shown


def test_a_doctor_is_offered_their_own_records_and_told_of_no_others(house: WebHouse) -> None:
    case = Story(house.office, team="north").does(AddNote, note="a talk")
    doctor = house.sign_in("staff:lena", ["medical"], team="north")
    page = doctor.get(f"/cases/{case.case_id}/do/RetractRecord")
    assert page.status_code == 200
    assert "staff:anna" not in main_of(page)
    assert "Something here is wrong" not in doctor.get(f"/cases/{case.case_id}").text
    assert "/do/RetractRecord" not in doctor.get(f"/cases/{case.case_id}/history").text
