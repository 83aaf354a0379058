"""What leaves by post: where and when, how to answer, and nothing about the person it is about."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from events.facts.travel import TripPlanned
from workers.effects.travel import escort_letter
from workers.errors import LetterUnsafe
from workers.mail.letters import message
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.programme.office import OfficeContact
from workflow.programme.programme import Programme
from workflow.subjects.travel.definition import Escort

SENT_AT = datetime(2025, 2, 20, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Trip:
    """All that a letter to an escort is made of."""

    case_ref: str = "T-0042"
    escort_id: str = "escort-olena"
    escort_name: str = "Олена Коваль"
    escort_email: str = "escort@example.org"
    office_name: str = "Chisinau office"
    office_email: str = "office@example.org"
    departs_at: datetime = datetime(2025, 3, 1, 8, 15, tzinfo=UTC)
    arrives_at: datetime = datetime(2025, 3, 1, 14, 40, tzinfo=UTC)
    from_place: str = "Central station, north hall"
    to_place: str = "Airport; terminal 2"
    return_trip_at: datetime | None = datetime(2025, 3, 2, 7, 0, tzinfo=UTC)


TRIP = Trip()
TEXT_FIELDS = ["case_ref", "escort_name", "escort_email", "office_name", "office_email", "from_place", "to_place"]


@cache
def chisinau() -> Programme:
    return load_definition(shipped_programme_text("moscow").replace("Europe/Moscow", "Europe/Chisinau")).programme


def invitation(trip: Trip, sent_at: datetime, *, cancelled: bool = False) -> EmailMessage:
    planned = TripPlanned(
        route="", legs=(),
        trip_id=trip.case_ref, departs_at=trip.departs_at, arrives_at=trip.arrives_at, origin=trip.from_place,
        destination=trip.to_place, escort_back_at=trip.return_trip_at,
    )  # fmt: skip
    escort = Escort.model_construct(
        id=trip.escort_id, name=trip.escort_name, email=trip.escort_email, skills=("nurse",), languages=("uk", "ru")
    )
    office = OfficeContact.model_construct(name=trip.office_name, email=trip.office_email, account="", bic="")
    programme = chisinau().model_copy(update={"home_country": "MD", "office": office})
    return message(escort_letter(planned, escort, programme, cancelled=cancelled), office, "W-71F0", sent_at)


def cancellation(trip: Trip, sent_at: datetime) -> EmailMessage:
    return invitation(trip, sent_at, cancelled=True)


def changed(**fields: object) -> Trip:
    return Trip(**(vars(TRIP) | fields))


def received(message: EmailMessage) -> EmailMessage:
    """The message as the escort's mail program reads it."""
    parsed = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def calendar_of(message: EmailMessage) -> Calendar:
    [part] = [part for part in received(message).walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    assert isinstance(calendar, Calendar)
    return calendar


def event_of(message: EmailMessage) -> Event:
    [event] = calendar_of(message).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def body_of(message: EmailMessage) -> str:
    body = received(message).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_the_escort_is_invited_by_the_office() -> None:
    message = received(invitation(TRIP, SENT_AT))
    assert message["To"] == "Олена Коваль <escort@example.org>"
    assert message["From"] == message["Reply-To"] == "Chisinau office <office@example.org>"


def test_the_calendar_tells_when_and_where() -> None:
    event = event_of(invitation(TRIP, SENT_AT))
    assert event.decoded("DTSTART") == TRIP.departs_at
    assert event.decoded("DTEND") == TRIP.arrives_at
    assert event.decoded("DTSTAMP") == SENT_AT
    assert event["LOCATION"] == "Central station, north hall → Airport; terminal 2"


def test_the_calendar_asks_for_an_answer() -> None:
    message = invitation(TRIP, SENT_AT)
    attendee = event_of(message)["ATTENDEE"]
    assert calendar_of(message)["METHOD"] == "REQUEST"
    assert attendee == "mailto:escort@example.org"
    assert (attendee.params["RSVP"], attendee.params["PARTSTAT"]) == ("TRUE", "NEEDS-ACTION")
    assert event_of(message)["ORGANIZER"] == "mailto:office@example.org"


def test_the_mail_program_sees_the_method_without_opening_the_calendar() -> None:
    parts = list(received(invitation(TRIP, SENT_AT)).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/calendar"]
    assert parts[1]["Content-Type"].params["method"] == "REQUEST"


def test_the_calendar_entry_is_private_and_keeps_its_name() -> None:
    event = event_of(invitation(TRIP, SENT_AT))
    assert (event["CLASS"], event["UID"], event["SEQUENCE"]) == ("PRIVATE", "T-0042.escort-olena@wayhome", 0)


def test_the_message_keeps_its_name_so_that_a_repeated_send_is_recognised() -> None:
    later = SENT_AT + timedelta(hours=1)
    assert invitation(TRIP, SENT_AT)["Message-ID"] == "<T-0042.escort-olena.0@wayhome>"
    assert invitation(TRIP, later)["Message-ID"] == "<T-0042.escort-olena.0@wayhome>"


def test_the_text_says_how_to_answer_in_english_and_in_russian() -> None:
    paragraphs = body_of(invitation(TRIP, SENT_AT)).strip().split("\n\n")
    assert len(paragraphs) == 4
    assert "reply to the office at office@example.org" in paragraphs[1]
    assert "accept or decline" in paragraphs[1]
    assert "ответьте офису по адресу office@example.org" in paragraphs[3]
    assert "примите или отклоните" in paragraphs[3]


def test_the_way_back_is_told_only_when_there_is_one() -> None:
    assert "2 March 2025, 09:00 (Chisinau, UTC+2)" in body_of(invitation(TRIP, SENT_AT))
    assert "way back" not in body_of(invitation(replace(TRIP, return_trip_at=None), SENT_AT))


def test_subject_and_summary_are_neutral() -> None:
    message = invitation(TRIP, SENT_AT)
    assert message["Subject"] == "Travel assignment T-0042"
    assert event_of(message)["SUMMARY"] == "Travel assignment T-0042"


@pytest.mark.parametrize("message", [invitation(TRIP, SENT_AT), cancellation(TRIP, SENT_AT)])
def test_nothing_in_the_message_hints_at_the_person(message: EmailMessage) -> None:
    everything = " ".join([str(message.items()), body_of(message), calendar_of(message).to_ical().decode()])
    for word in ("traffick", "victim", "survivor", "nurse", "жертв", "эксплуатац"):
        assert word not in everything.lower()
    assert "uk" not in everything.lower().replace(",", " ").split()


@pytest.mark.parametrize("field", ["case_ref", "office_name", "from_place", "to_place"])
@pytest.mark.parametrize("word", ["Trafficking", "victims", "Жертвам", "эксплуатация"])
def test_a_telling_word_is_refused(field: str, word: str) -> None:
    with pytest.raises(LetterUnsafe):
        invitation(changed(**{field: word}), SENT_AT)


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize("smuggled", ["\r\nBcc: x@example.org", "\nX: y", "\r", "\x00", "\u2028", "\u202e", "\x85"])
def test_a_smuggled_header_is_refused(field: str, smuggled: str) -> None:
    with pytest.raises(LetterUnsafe):
        invitation(changed(**{field: getattr(TRIP, field) + smuggled}), SENT_AT)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "escort",
        "a@b, c@example.org",
        "a b@example.org",
        "<a@example.org>",
        "a@example.org;x",
        "a@b\u0430.org",
    ],
)
def test_an_address_that_could_be_two_is_refused(address: str) -> None:
    with pytest.raises(LetterUnsafe):
        invitation(replace(TRIP, escort_email=address), SENT_AT)


@given(st.text(min_size=1, max_size=40), st.sampled_from(TEXT_FIELDS))
def test_no_text_whatever_adds_a_header_or_a_calendar_line(text: str, field: str) -> None:
    try:
        message = invitation(changed(**{field: text}), SENT_AT)
    except LetterUnsafe:
        return
    assert received(message).keys() == received(invitation(TRIP, SENT_AT)).keys()
    assert event_of(message).keys() == event_of(invitation(TRIP, SENT_AT)).keys()


def test_the_refusal_does_not_repeat_what_was_in_the_field() -> None:
    with pytest.raises(LetterUnsafe) as refusal:
        invitation(replace(TRIP, from_place="Maria\r\nBcc: x"), SENT_AT)
    assert "Maria" not in str(refusal.value)


def test_the_same_trip_gives_the_same_bytes() -> None:
    assert invitation(TRIP, SENT_AT).as_bytes() == invitation(replace(TRIP), SENT_AT).as_bytes()
    assert cancellation(TRIP, SENT_AT).as_bytes() == cancellation(replace(TRIP), SENT_AT).as_bytes()


def test_the_same_moment_told_in_another_time_zone_gives_the_same_bytes() -> None:
    elsewhere = timezone(timedelta(hours=2))
    moved = replace(TRIP, departs_at=TRIP.departs_at.astimezone(elsewhere))
    assert invitation(moved, SENT_AT.astimezone(elsewhere)).as_bytes() == invitation(TRIP, SENT_AT).as_bytes()


def test_a_cancellation_takes_back_the_same_entry() -> None:
    message = cancellation(TRIP, SENT_AT)
    event = event_of(message)
    assert calendar_of(message)["METHOD"] == "CANCEL"
    assert (event["STATUS"], event["UID"], event["SEQUENCE"]) == ("CANCELLED", "T-0042.escort-olena@wayhome", 1)
    assert message["Message-ID"] == "<T-0042.escort-olena.1@wayhome>"
    assert "cancelled" in body_of(message)
    assert "отменена" in body_of(message)


@pytest.mark.parametrize(
    "wrong", [{"escort_name": "  "}, {"from_place": "x" * 201}, {"office_name": ""}, {"case_ref": "Maria from Kyiv"}]
)
def test_a_letter_with_nobody_or_too_much_in_a_line_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(LetterUnsafe):
        invitation(changed(**wrong), SENT_AT)
