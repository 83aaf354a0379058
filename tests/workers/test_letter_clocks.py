"""Letters tell a place's own clock and name it; their calendar entries carry the zone, and who asks whom."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar, Timezone

from tests.kit.roads import bring, consents, ready_to_travel, referred
from tests.kit.story import story
from tests.kit.workshop import Workshop
from workers.mail.clocks import when, zone_in
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.subjects.care.commands import BookAppointment
from workflow.subjects.reception.commands import CancelArrival, PlanArrival
from workflow.subjects.referrals.commands import AcceptReferral, AcknowledgeReferral, RevokeReferral
from workflow.subjects.travel.commands import PlanTrip
from workflow.values.days import by_clock

HALF_PAST_ONE = datetime(2007, 3, 7, 22, 30, tzinfo=UTC)  # on the 8th in Moscow
LANDS = datetime(2007, 3, 8, 11, 0, tzinfo=UTC)
MEETS = datetime(2007, 12, 4, 8, 0, tzinfo=UTC)


def sent(shop: Workshop) -> list[EmailMessage]:
    with shop.crew() as crew:
        crew.settle()
    return shop.mails()


def to(mails: list[EmailMessage], address: str) -> EmailMessage:
    (mail,) = [mail for mail in mails if address in mail["To"]]
    return mail


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def calendar_of(mail: EmailMessage) -> Calendar:
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    found = Calendar.from_ical(part.get_content())
    assert isinstance(found, Calendar)
    return found


def entry_of(mail: EmailMessage) -> Any:
    (event,) = calendar_of(mail).walk("VEVENT")
    return event


def test_a_driver_in_moscow_reads_half_past_one_on_the_8th(shop: Workshop) -> None:
    case = consents(story(shop.office), "assistance")
    case.does(PlanArrival, at=HALF_PAST_ONE, place="SVO", means="flight", number="SU1491", language="ru")
    (mail,) = sent(shop)
    assert "8 March 2007, 01:30 (Moscow, UTC+3)" in text_of(mail)
    assert "8 марта 2007 г., 01:30 (Москва, UTC+3)" in text_of(mail)
    assert "UTC+3" in text_of(mail)
    assert "22:30" not in text_of(mail)


@pytest.mark.parametrize("is_off", [False, True])
def test_a_pick_up_in_the_calendar_names_its_zone_and_who_asks_whom(shop: Workshop, *, is_off: bool) -> None:
    case = consents(story(shop.office), "assistance")
    case.does(PlanArrival, at=HALF_PAST_ONE, place="SVO", means="flight", language="ru")
    mails = sent(shop)
    if is_off:
        case.does(CancelArrival, reason="does not come")
        mails = [mail for mail in sent(shop) if "cancelled" in mail["Subject"]]
    (mail,) = mails
    entry, office = entry_of(mail), shop.office.definition.programme.office
    assert entry["DTSTART"].params["TZID"] == entry["DTEND"].params["TZID"] == "Europe/Moscow"
    assert entry.decoded("DTSTART") == HALF_PAST_ONE
    assert entry["DTSTART"].to_ical() == b"20070308T013000"
    assert entry["ORGANIZER"] == f"mailto:{office.email}"
    assert entry["ATTENDEE"] == f"mailto:{mail['To'].addresses[0].addr_spec}"
    assert entry["ATTENDEE"].params.get("RSVP") == (None if is_off else "FALSE")
    assert [zone["TZID"] for zone in calendar_of(mail).walk("VTIMEZONE")] == ["Europe/Moscow"]


def test_the_zone_that_comes_with_an_entry_tells_its_clocks_without_any_other_source(shop: Workshop) -> None:
    case = consents(story(shop.office), "assistance")
    case.does(PlanArrival, at=HALF_PAST_ONE, place="SVO", means="flight", language="ru")
    (mail,) = sent(shop)
    (zone,) = calendar_of(mail).walk("VTIMEZONE")
    assert isinstance(zone, Timezone)
    wall = by_clock(HALF_PAST_ONE, "Europe/Moscow").replace(tzinfo=None)
    assert wall.replace(tzinfo=zone.to_tz(lookup_tzid=False)) == HALF_PAST_ONE


def test_a_host_in_chisinau_and_the_escort_read_the_clock_where_each_thing_happens(shop: Workshop) -> None:
    case = ready_to_travel(consents(story(shop.office), "travel"), escort="operational")
    case.does(PlanTrip, departs_at=LANDS.replace(hour=9), arrives_at=LANDS, origin="DME", destination="KIV")
    mails = sent(shop)
    host = to(mails, "arrivals@chisinau.example.org")
    assert "8 March 2007, 13:00 (Chisinau, UTC+2)" in text_of(host)
    assert entry_of(host)["DTSTART"].params["TZID"] == "Europe/Chisinau"
    assert entry_of(host)["ORGANIZER"]
    assert entry_of(host)["ATTENDEE"] == "mailto:arrivals@chisinau.example.org"
    escort = to(mails, "escort-01@")
    assert "from DME, 8 March 2007, 12:00 (Moscow, UTC+3), to KIV, 8 March 2007, 13:00 (Chisinau, UTC+2)" in text_of(
        escort
    )
    begins, ends = (entry_of(escort)[name].params["TZID"] for name in ("DTSTART", "DTEND"))
    assert (begins, ends) == ("Europe/Moscow", "Europe/Chisinau")
    assert {zone["TZID"] for zone in calendar_of(escort).walk("VTIMEZONE")} == {"Europe/Moscow", "Europe/Chisinau"}


def test_an_interpreter_is_told_the_clock_of_the_place_and_by_whom_they_are_asked(shop: Workshop) -> None:
    case = consents(story(shop.office, language="ka"), "assistance", "medical_care")
    case.does(BookAppointment, service="medical_exam", at=LANDS)
    asked = [mail for mail in sent(shop) if "interpreter" in text_of(mail)]
    assert asked
    for mail in asked:
        assert "8 March 2007, 14:00 (Moscow, UTC+3)" in text_of(mail)
        assert entry_of(mail)["DTSTART"].params["TZID"] == "Europe/Moscow"
        assert entry_of(mail)["ORGANIZER"]
        assert entry_of(mail)["ATTENDEE"] == f"mailto:{mail['To'].addresses[0].addr_spec}"


@pytest.mark.parametrize(
    ("country", "zone"),
    [("MD", "Europe/Chisinau"), ("KG", "Asia/Bishkek"), ("UZ", "Asia/Samarkand"), ("RU", "Europe/Moscow"),
     ("", "Europe/Moscow"), ("US", "Europe/Moscow"), ("XX", "Europe/Moscow")],
)  # fmt: skip
def test_a_country_with_one_clock_has_it_told_and_of_any_other_the_programmes(country: str, zone: str) -> None:
    programme = load_definition(shipped_programme_text("moscow")).programme
    assert zone_in(country, LANDS, programme) == zone


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Asia/Vladivostok", "8 March 2007, 08:30 (Vladivostok, UTC+10)"),
        ("America/New_York", "7 March 2007, 17:30 (New York, UTC-5)"),
        ("Asia/Kathmandu", "8 March 2007, 04:15 (Kathmandu, UTC+5:45)"),
        ("UTC", "7 March 2007, 22:30 (UTC)"),
    ],
)
def test_a_time_is_told_with_its_day_its_place_and_how_far_from_utc(zone: str, told: str) -> None:
    assert when("at", HALF_PAST_ONE, zone)["at_en"] == told


def test_a_first_meeting_is_put_into_the_providers_calendar_and_taken_out_when_the_referral_is(shop: Workshop) -> None:
    case = bring(story(shop.office), "reintegration")
    number = referred(case)
    case.does(AcknowledgeReferral, referral_id=number).does(AcceptReferral, referral_id=number, first_meeting=MEETS)
    (mail,) = [mail for mail in sent(shop) if mail["Subject"] == f"First meeting, referral {number}"]
    assert "4 December 2007, 11:00 (Moscow, UTC+3)" in text_of(mail)
    assert "4 декабря 2007 г., 11:00 (Москва, UTC+3)" in text_of(mail)
    entry = entry_of(mail)
    assert (entry.decoded("DTSTART"), entry["DTSTART"].params["TZID"]) == (MEETS, "Europe/Moscow")
    assert entry["ATTENDEE"] == f"mailto:{mail['To'].addresses[0].addr_spec}"
    assert shop.told(case, "MeetingTold") == ["MeetingTold"]
    case.does(RevokeReferral, referral_id=number, reason="not_needed")
    (off,) = [mail for mail in sent(shop) if "taken back" in mail["Subject"]]
    assert str(calendar_of(off)["METHOD"]) == "CANCEL"
    assert (entry_of(off)["UID"], entry_of(off)["STATUS"]) == (entry["UID"], "CANCELLED")


def test_a_meeting_of_a_referral_that_is_over_is_not_told(shop: Workshop) -> None:
    case = bring(story(shop.office), "reintegration")
    number = referred(case)
    case.does(AcknowledgeReferral, referral_id=number).does(AcceptReferral, referral_id=number, first_meeting=MEETS)
    case.does(RevokeReferral, referral_id=number, reason="not_needed")
    assert not [mail for mail in sent(shop) if "First meeting" in mail["Subject"]]
