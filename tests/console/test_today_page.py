"""My work: today by the hour, what is asked by role, what is late, what is soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

from tests.kit.offices import Office
from tests.kit.people import ANNA, CLARA
from tests.kit.roads import (
    agree_plan,
    bring,
    comes,
    consents,
    grant,
    paid,
    plan_trip,
    ready_to_be_received,
    ready_to_travel,
    release,
)
from tests.kit.story import Story, far
from tests.kit.web.houses import WebHouse
from tests.kit.web.today import owned, section
from workflow.subjects.care.commands import BookAppointment, CertifyFitness
from workflow.subjects.grants.commands import RecordEvidence
from workflow.subjects.reception.commands import PlanArrival

# -- today and soon --------------------------------------------------------------------------------------------------


def test_today_goes_by_the_hour_and_an_arrival_stands_at_its_own(house: WebHouse, office: Office) -> None:
    anna = house.sign_in()
    coming = ready_to_be_received(Story(office))
    coming.does(PlanArrival, at=office.now + timedelta(hours=3), place="SVO", means="flight", number="SU 1491")
    seeing = consents(Story(office), "assistance", "medical_care")
    seeing.does(BookAppointment, service="medical_exam", at=office.now + timedelta(hours=2))
    text = section(anna, "today")
    assert text.index("14:00 Appointment") < text.index("15:00 Arrival"), "by Moscow's clocks, as the programme's"


def test_tomorrow_is_soon_and_not_today(house: WebHouse, office: Office) -> None:
    anna = house.sign_in()
    coming = ready_to_be_received(Story(office))
    coming.does(PlanArrival, at=office.now + timedelta(days=1), place="SVO", means="flight", number="SU 1491")
    assert "Arrival" not in section(anna, "today")
    assert "Arrival" in section(anna, "soon")


def test_half_past_midnight_in_vladivostok_is_the_programmes_day(house: WebHouse, office: Office) -> None:
    """It is still the evening of the day before in Moscow, whose programme it is: nothing of that evening is lost."""
    anna = house.sign_in()
    case = consents(Story(office), "assistance", "medical_care")
    evening = datetime(2007, 3, 5, 18, 0, tzinfo=UTC)
    case.does(BookAppointment, service="medical_exam", at=evening)
    comes(case, datetime(2007, 3, 5, 14, 30, tzinfo=UTC))
    assert "21:00 Appointment" in section(anna, "today")


# -- what is asked by role -------------------------------------------------------------------------------------------


def before_the_journey(office: Office) -> Story:
    """Somebody whose certificate ends before the journey that is planned."""
    case = plan_trip(ready_to_travel(bring(Story(office), "documents")))
    day = office.definition.programme.day(office.now)
    return case.does(CertifyFitness, valid_until=day, escort="none", mandate="medical")


def test_a_doctor_finds_the_certificate_that_is_needed_and_it_is_gone_once_it_is_there(
    house: WebHouse, office: Office
) -> None:
    case, maria = before_the_journey(office), house.sign_in("staff:maria", ["medical"])
    text = section(maria, "asked")
    assert "Certify that the person may travel" in text
    assert case.case_id in text
    assert "needed by" in text
    assert f"/cases/{case.case_id}/do/CertifyFitness" in maria.get("/work").text
    case.does(CertifyFitness, valid_until=far(office.now), escort="none", actor="staff:maria", mandate="medical")
    assert section(maria, "asked") == ""


def test_a_case_of_another_team_asks_nothing_of_a_doctor_who_may_not_see_it(house: WebHouse, office: Office) -> None:
    case = before_the_journey(office)
    maria = house.sign_in("staff:maria", ["medical"], team="north")
    owned(case, ANNA, "shelter")
    assert section(maria, "asked") == ""
    assert case.case_id not in maria.get("/work").text


def test_a_doctor_is_not_asked_to_book_a_lawyer_nor_a_lawyer_a_doctor(house: WebHouse, office: Office) -> None:
    case = bring(Story(office), "care")
    doctor = house.sign_in("staff:maria", ["medical"]).get("/work").text
    lawyer = house.sign_in("staff:lev", ["legal"]).get("/work").text
    booking = f"/cases/{case.case_id}/do/BookAppointment?service="
    assert booking + "medical_exam" in doctor
    assert booking + "legal_advice" not in doctor
    assert booking + "legal_advice" in lawyer
    assert booking + "medical_exam" not in lawyer


def test_finance_finds_the_receipt_that_is_missing_and_opens_no_case(house: WebHouse, office: Office) -> None:
    case = agree_plan(bring(Story(office), "reintegration"))
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    paid(case, grant_id, tranche_id)
    clara = house.sign_in(CLARA, ["finance_release"])
    page = unescape(clara.get("/work").text)
    assert f"/cases/{case.case_id}/do/RecordEvidence?grant_id={grant_id}&tranche_id={tranche_id}&kind=receipt" in page
    assert f'href="/cases/{case.case_id}"' not in page
    form = clara.get(
        f"/cases/{case.case_id}/do/RecordEvidence?grant_id={grant_id}&tranche_id={tranche_id}&kind=receipt"
    )
    assert form.status_code == 200
    case.does(RecordEvidence, grant_id=grant_id, tranche_id=tranche_id, kind="receipt", reference="1/3", actor=CLARA)
    assert section(clara, "asked") == ""


def test_what_is_asked_is_in_the_access_log_of_whoever_saw_the_number(house: WebHouse, office: Office) -> None:
    case, maria = before_the_journey(office), house.sign_in("staff:maria", ["medical"])
    maria.get("/work")
    seen = [row for row in office.rows("looks", case_id=case.case_id) if row["account"] == "staff:maria"]
    assert [row["listed"] for row in seen] == [True]
    maria.get(f"/cases/{case.case_id}/do/CertifyFitness")
    seen = [row for row in office.rows("looks", case_id=case.case_id) if row["account"] == "staff:maria"]
    assert sorted(bool(row["listed"]) for row in seen) == [False, True]
