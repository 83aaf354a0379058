"""Putting right from the card: taken back and written anew with what was recorded, or changed where it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.kit.offices import Office
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import last_form, main_of
from workflow.subjects.care.commands import BookAppointment
from workflow.subjects.documents.commands import RecordTravelDocument
from workflow.subjects.intake.commands import AddNote, GiveConsent
from workflow.subjects.safety.commands import AssessRisk


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def number_of(house: WebHouse, case: Story, fact: str) -> int:
    return house.office.service.log.of_types(f"case:{case.case_id}", (fact,))[-1].envelope.version


def facts(house: WebHouse, case: Story, name: str) -> list[Any]:
    log = house.office.service.log
    return [log.fact(event) for event in log.of_types(f"case:{case.case_id}", (name,))]


def booked(house: WebHouse, case: Story) -> None:
    for purpose in ("assistance", "medical_care"):
        case.does(GiveConsent, purpose=purpose)
    case.does(BookAppointment, service="medical_exam", at=house.office.now + timedelta(days=3))


def test_an_appointment_at_the_wrong_time_is_moved_in_two_pages_from_its_card(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    booked(house, case)
    record = number_of(house, case, "AppointmentBooked")
    assert f'href="/cases/{case.case_id}/mend/{record}"' in anna.get(f"/cases/{case.case_id}").text
    where = f"/cases/{case.case_id}/mend/{record}/MoveAppointment"
    assert f'href="{where}"' in anna.get(f"/cases/{case.case_id}/mend/{record}").text
    form = last_form(anna.get(where))
    assert all((form["at"], form["appointment"])), "what was recorded stands in the form"
    answer = anna.post(where, form | {"at": f"{house.office.now + timedelta(days=5):%Y-%m-%d}T10:00"})
    assert answer.headers["location"] == f"/cases/{case.case_id}?done=MoveAppointment", main_of(answer)
    assert facts(house, case, "AppointmentMoved")


def test_an_appointment_of_the_wrong_kind_is_cancelled_and_booked_anew_with_its_time(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    booked(house, case)
    here = f"/cases/{case.case_id}/mend/{number_of(house, case, 'AppointmentBooked')}"
    form = last_form(anna.get(f"{here}/CancelAppointment"))
    answer = anna.post(f"{here}/CancelAppointment", form | {"reason": "wrong service"})
    assert answer.headers["location"] == f"{here}/BookAppointment", main_of(answer)
    form = last_form(anna.get(f"{here}/BookAppointment"))
    assert form["service"] == "medical_exam"
    answer = anna.post(f"{here}/BookAppointment", form | {"service": "legal_advice", "provider": ""})
    assert answer.headers["location"].endswith("?done=BookAppointment"), main_of(answer)
    assert [fact.service for fact in facts(house, case, "AppointmentBooked")] == ["medical_exam", "legal_advice"]
    before, after = facts(house, case, "AppointmentBooked")
    assert before.at == after.at


def test_a_wrong_number_of_a_document_is_put_right_and_the_sealed_number_is_looked_at_first(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    case.does(RecordTravelDocument, kind="passport", country="MD", number="AB1234567", valid_until="2030-01-01")
    here = f"/cases/{case.case_id}/mend/{number_of(house, case, 'TravelDocumentRecorded')}"
    assert anna.get(here).headers["location"] == f"{here}/RetractRecord"
    form = last_form(anna.get(f"{here}/RetractRecord"))
    answer = anna.post(f"{here}/RetractRecord", form | {"why": "wrong_content"})
    assert answer.headers["location"] == f"{here}/RecordTravelDocument", main_of(answer)
    page = anna.get(f"{here}/RecordTravelDocument")
    assert "AB1234567" not in page.text
    opened = anna.post(f"{here}/RecordTravelDocument/open", {"command_id": str(house.office.uuid())})
    (look,) = facts(house, case, "SealedOpened")
    assert look.compartments == ("identity",)
    form = last_form(anna.get(opened.headers["location"]))
    assert (form["number"], form["kind"], form["valid_until"]) == ("AB1234567", "passport", "2030-01-01")
    answer = anna.post(f"{here}/RecordTravelDocument", form | {"number": "AB1234576"})
    assert answer.headers["location"].endswith("?done=RecordTravelDocument"), main_of(answer)
    assert len(facts(house, case, "TravelDocumentRecorded")) == 2
    history = anna.get(f"/cases/{case.case_id}/history").text
    assert "<s>" in history


def test_what_was_opened_is_shut_to_others_and_after_five_minutes(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    case.does(RecordTravelDocument, kind="passport", country="MD", number="AB1234567", valid_until="2030-01-01")
    here = f"/cases/{case.case_id}/mend/{number_of(house, case, 'TravelDocumentRecorded')}"
    anna.post(f"{here}/RetractRecord", last_form(anna.get(f"{here}/RetractRecord")) | {"why": "wrong_content"})
    answer = anna.post(f"{here}/RecordTravelDocument/open", {"command_id": str(house.office.uuid())})
    where = answer.headers["location"]
    assert "AB1234567" not in house.sign_in("staff:olga").get(where).text
    house.office.pass_time(timedelta(minutes=6))
    assert "AB1234567" not in anna.get(where).text


def test_what_was_opened_and_not_changed_is_in_no_draft(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    case.does(AddNote, note="said in confidence")
    here = f"/cases/{case.case_id}/mend/{number_of(house, case, 'NoteAdded')}"
    anna.post(f"{here}/RetractRecord", last_form(anna.get(f"{here}/RetractRecord")) | {"why": "wrong_content"})
    answer = anna.post(f"{here}/AddNote/open", {"command_id": str(house.office.uuid())})
    form = last_form(anna.get(answer.headers["location"]))
    assert form["note"] == "said in confidence"
    anna.post(f"{here}/AddNote", form | {"keep": "1"})
    assert "said in confidence" not in anna.get(f"{here}/AddNote").text
    anna.post(f"{here}/AddNote", form | {"keep": "1", "note": "said to me"})
    draft = anna.get(f"{here}/AddNote?draft={form['command_id']}")
    assert "said to me" in draft.text


def test_a_colleagues_record_waits_for_a_second_person_and_is_not_written_twice_meanwhile(house: WebHouse) -> None:
    case, boris = Story(house.office), house.sign_in("staff:boris")
    case.does(AssessRisk, level="medium", safe_to_return=True)
    here = f"/cases/{case.case_id}/mend/{number_of(house, case, 'RiskAssessed')}"
    page = boris.get(f"{here}/RetractRecord")
    assert "A second person confirms" in page.text
    answer = boris.post(f"{here}/RetractRecord", last_form(page) | {"why": "wrong_content"})
    assert answer.headers["location"].endswith("?proposed=RetractRecord")
    assert boris.get(f"{here}/AssessRisk").headers["location"] == here
    case.confirmed()
    form = last_form(boris.get(f"{here}/AssessRisk"))
    assert (form["level"], form["safe_to_return"]) == ("medium", "true")


def test_what_stands_on_a_record_is_said_before_anything_is_pressed(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    case.does(RecordTravelDocument, kind="passport", country="MD", valid_until="2030-01-01")
    first = number_of(house, case, "TravelDocumentRecorded")
    case.does(RecordTravelDocument, kind="passport", country="MD", valid_until="2031-01-01")
    page = anna.get(f"/cases/{case.case_id}/mend/{first}/RetractRecord")
    assert "A later record of the same stands on it" in page.text


def test_what_cannot_be_taken_back_says_why_and_what_to_do(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    case.does(AssessRisk, level="high", safe_to_return=False).does(AssessRisk, level="low", safe_to_return=True)
    page = anna.get(f"/cases/{case.case_id}/mend/{number_of(house, case, 'DecisionProposed')}")
    assert "It cannot be taken back any more" in page.text
    assert f'href="/cases/{case.case_id}/do/AddNote"' in page.text


def test_who_somebody_is_has_its_own_forms(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    page = anna.get(f"/cases/{case.case_id}/mend/0")
    assert f'href="/cases/{case.case_id}/do/CorrectIdentity"' in page.text
    assert f'href="/cases/{case.case_id}/mend/0/CorrectDetails"' in page.text


def test_who_sees_a_part_of_the_case_mends_their_own_records_only(house: WebHouse) -> None:
    case, lena = Story(house.office), house.sign_in("staff:lena", ["medical"])
    case.does(AddNote, note="mine")
    booked(house, case)
    for fact in ("NoteAdded", "AppointmentBooked"):
        here = f"/cases/{case.case_id}/mend/{number_of(house, case, fact)}"
        assert lena.get(here).status_code == 404
        assert lena.get(f"{here}/RetractRecord").status_code == 404
    assert f"/cases/{case.case_id}/mend/" not in lena.get(f"/cases/{case.case_id}").text


def test_no_form_mends_a_record_that_it_is_not_of(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    case.does(AddNote, note="mine")
    here = f"/cases/{case.case_id}/mend/{number_of(house, case, 'NoteAdded')}"
    assert anna.get(f"{here}/AddNote").headers["location"] == here, "it still stands"
    assert anna.get(f"{here}/RequestGrant").headers["location"] == here
    assert anna.get(f"/cases/{case.case_id}/mend/9999").status_code == 404
    assert anna.get(f"/cases/{case.case_id}/mend/99999999999999999999").status_code == 404
