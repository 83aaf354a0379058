"""Appointments and first meetings on the screen: as what they are, at their own time, on their own day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from tests.kit.offices import Office
from tests.kit.roads import bring, comes, consents, referred
from tests.kit.story import Story, story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import plain
from workflow.subjects.care.commands import BookAppointment
from workflow.subjects.reception.commands import MeetPerson, PlanArrival
from workflow.subjects.referrals.commands import AcceptReferral, AcknowledgeReferral, RecordReferralServed

ELEVEN = datetime(2007, 12, 4, 8, 0, tzinfo=UTC)  # 11:00 in Moscow


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def page(person: Person, path: str) -> str:
    answer = person.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    text = unescape(str(answer.text)).partition("<main")[2].partition("</main>")[0]
    return plain(text)


def today(work: str) -> str:
    """Return what stands before what is due in the days to come."""
    return work.partition("Within a week")[0]


def accepted(office: Office) -> tuple[Story, str]:
    case = bring(story(office), "reintegration")
    comes(case, ELEVEN - timedelta(days=3))
    number = referred(case)
    case.does(AcknowledgeReferral, referral_id=number)
    return case.does(AcceptReferral, referral_id=number, first_meeting=ELEVEN), number


def test_a_first_meeting_stands_on_the_case_at_its_own_time(house: WebHouse, office: Office) -> None:
    case, _ = accepted(office)
    shown = page(house.sign_in("staff:anna", ["case_manager"]), f"/cases/{case.case_id}")
    assert re.search(r"First meeting ?: 4 Dec 2007, 11:00 \(Moscow\)", shown)
    assert "5 Dec 2007" not in shown


def test_a_first_meeting_is_in_my_work_on_its_day_and_not_before(house: WebHouse, office: Office) -> None:
    case, number = accepted(office)
    anna = house.sign_in("staff:anna", ["case_manager"])
    assert "First meeting" not in today(page(anna, "/work"))
    comes(case, ELEVEN - timedelta(hours=5))
    assert "11:00 First meeting" in page(house.sign_in("staff:anna", ["case_manager"]), "/work")
    comes(case, ELEVEN + timedelta(hours=2))
    after = page(house.sign_in("staff:anna", ["case_manager"]), "/work")
    assert "11:00 First meeting" in after, "the word overdue would stand between"
    case.does(RecordReferralServed, referral_id=number)
    assert "First meeting" not in page(house.sign_in("staff:anna", ["case_manager"]), "/work")


def test_the_list_of_referrals_tells_the_meeting_and_not_the_day_after(house: WebHouse, office: Office) -> None:
    case, _ = accepted(office)
    shown = page(house.sign_in("staff:anna", ["case_manager"]), "/referrals")
    assert "4 Dec 2007, 11:00 (Moscow)" in shown
    assert "5 Dec 2007" not in shown
    comes(case, ELEVEN + timedelta(hours=1))
    assert "meeting due today" in page(house.sign_in("staff:anna", ["case_manager"]), "/referrals")


def test_an_appointment_is_in_my_work_on_its_day(house: WebHouse, office: Office) -> None:
    case = consents(story(office), "assistance", "medical_care")
    tomorrow = office.now + timedelta(days=1)
    case.does(BookAppointment, service="medical_exam", at=tomorrow)
    assert "Appointment" not in today(page(house.sign_in("staff:anna", ["case_manager"]), "/work"))
    case.later(hours=20)
    assert "12:00 Appointment" in page(house.sign_in("staff:anna", ["case_manager"]), "/work")


def test_what_was_written_down_late_says_when_it_happened(house: WebHouse, office: Office) -> None:
    case = consents(story(office), "assistance")
    yesterday = office.now - timedelta(days=1)
    case.does(PlanArrival, at=yesterday, place="SVO", means="flight", late=True)
    case.does(MeetPerson, occurred_at=yesterday + timedelta(minutes=20))
    anna = house.sign_in("staff:anna", ["case_manager"])
    for path in (f"/cases/{case.case_id}", f"/cases/{case.case_id}/history"):
        assert re.search(r"happened 4 Mar 2007, 12:20 \(Moscow\)", page(anna, path)), path


def test_the_form_asks_when_it_happened_and_whether_an_arrival_is_past(house: WebHouse, office: Office) -> None:
    case = consents(story(office), "assistance").does(PlanArrival, at=office.now, place="SVO", means="flight")
    anna = house.sign_in("staff:anna", ["case_manager"])
    assert "When it happened" in page(anna, f"/cases/{case.case_id}/do/MeetPerson")
    assert "It is past" in page(anna, f"/cases/{case.case_id}/do/PlanArrival")
