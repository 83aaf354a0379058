"""The message that asks an escort to travel with somebody, without saying a word about that somebody.

Mail is read on telephones, over shoulders and by mail providers. So it tells where and when to be and how to
answer; who the person is, and why the journey matters, the escort learns at the office.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress, vText

from workers.errors import InvitationError

__all__ = ["EscortTrip", "InvitationError", "cancellation", "invitation"]

PRODUCT = "-//Wayhome//Escort invitation//EN"
TEXT_LENGTH_MAX = 200
REFERENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_:/-]|\.(?=[A-Za-z0-9])){0,127}")
EMAIL = re.compile(r"[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Words that would tell a bystander what the journey is about, as they begin in English and in Russian.
TELLING = re.compile(
    r"traffick|victim|survivor|exploitation|slavery|жертв|пострадавш|эксплуатац|рабств|торговл\w* людьми",
    re.IGNORECASE,
)

INVITATION_TEXT = """\
Travel assignment {ref}: from {origin}, {departs}, to {destination}, {arrives}.{back_en} \
The office will tell you everything else in person.

Please reply to the office at {office}, or accept or decline this invitation in your calendar. \
If you cannot travel, please decline as soon as you can so that a colleague can be asked.

Поездка по заданию {ref}: отправление — {origin}, {departs}; прибытие — {destination}, {arrives}.{back_ru} \
Всё остальное вам сообщат лично в офисе.

Пожалуйста, ответьте офису по адресу {office} либо примите или отклоните это приглашение в календаре. \
Если вы не можете поехать, отклоните его как можно скорее, чтобы офис успел обратиться к другому сотруднику.
"""
CANCELLATION_TEXT = """\
Travel assignment {ref} on {departs} is cancelled. Please do not travel.

You need not accept or decline anything. If you have a question, or have already left, \
reply to the office at {office}.

Поездка по заданию {ref}, назначенная на {departs}, отменена. Пожалуйста, никуда не выезжайте.

Принимать или отклонять ничего не нужно. Если у вас есть вопросы или вы уже в пути, \
ответьте офису по адресу {office}.
"""


@dataclass(frozen=True)
class EscortTrip:
    """One journey an escort is asked to make.

    Raise `sequence` by one whenever the trip changes, and by two to invite again after a cancellation, which
    uses up the number after the invitation it cancels. `escort_kind` and `languages` are what the office
    chose the escort by; both hint at the person (a nurse, a language), so neither is put into a message.
    """

    task_id: str
    case_ref: str
    escort_name: str
    escort_email: str
    office_name: str
    office_email: str
    departs_at: datetime
    arrives_at: datetime
    from_place: str
    to_place: str
    escort_kind: str
    languages: tuple[str, ...]
    return_trip_at: datetime | None
    sequence: int = 0


def invitation(trip: EscortTrip, sent_at: datetime) -> EmailMessage:
    """Return the message inviting the escort, the same bytes for the same trip and time of sending.

    Raises `InvitationError` when a field could smuggle in a header or would tell what the journey is about.
    """
    _check(trip, sent_at)
    return _message(trip, sent_at, "REQUEST", "Travel assignment", _invitation_text(trip))


def cancellation(trip: EscortTrip, sent_at: datetime) -> EmailMessage:
    """Return the message that takes the invitation of this very trip back, with the next sequence number.

    Raises `InvitationError` under the same conditions as `invitation`.
    """
    _check(trip, sent_at)
    text = CANCELLATION_TEXT.format(ref=trip.case_ref, departs=_readable(trip.departs_at), office=trip.office_email)
    after = replace(trip, sequence=trip.sequence + 1)
    return _message(after, sent_at, "CANCEL", "Cancelled: Travel assignment", text)


def _message(trip: EscortTrip, sent_at: datetime, method: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = message["Reply-To"] = Address(trip.office_name, addr_spec=trip.office_email)
    message["To"] = Address(trip.escort_name, addr_spec=trip.escort_email)
    message["Subject"] = f"{subject} {trip.case_ref}"
    message["Date"] = _to_utc(sent_at)
    message["Message-ID"] = f"<{quote(trip.task_id, safe='')}.{trip.sequence}@wayhome>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="base64")
    calendar = _calendar(trip, sent_at, method, text).decode()
    message.add_alternative(calendar, subtype="calendar", cte="base64", params={"method": method})
    message.set_boundary(_boundary(trip.task_id))
    return message


def _calendar(trip: EscortTrip, sent_at: datetime, method: str, text: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_event(trip, sent_at, method, text))
    return bytes(calendar.to_ical())


def _event(trip: EscortTrip, sent_at: datetime, method: str, text: str) -> Event:
    event = Event()
    event.add("uid", f"{trip.task_id}@wayhome")
    event.add("sequence", trip.sequence)
    event.add("dtstamp", _to_utc(sent_at))
    event.add("dtstart", _to_utc(trip.departs_at))
    event.add("dtend", _to_utc(trip.arrives_at))
    event.add("summary", f"Travel assignment {trip.case_ref}")
    event.add("description", text)
    event.add("location", f"{trip.from_place} → {trip.to_place}")
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("organizer", _party(trip.office_name, trip.office_email))
    event.add("attendee", _invited(trip, method))
    return event


def _party(name: str, email: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{email}")
    party.params["CN"] = vText(name)
    return party


def _invited(trip: EscortTrip, method: str) -> vCalAddress:
    attendee = _party(trip.escort_name, trip.escort_email)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    if method == "REQUEST":
        attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
        attendee.params["RSVP"] = vText("TRUE")
    return attendee


def _invitation_text(trip: EscortTrip) -> str:
    back = trip.return_trip_at
    return INVITATION_TEXT.format(
        ref=trip.case_ref,
        origin=trip.from_place,
        destination=trip.to_place,
        departs=_readable(trip.departs_at),
        arrives=_readable(trip.arrives_at),
        office=trip.office_email,
        back_en=f" Your own way back: {_readable(back)}." if back else "",
        back_ru=f" Ваше возвращение: {_readable(back)}." if back else "",
    )


def _check(trip: EscortTrip, sent_at: datetime) -> None:
    _check_references(trip)
    _check_texts(trip)
    _check_times(trip, sent_at)
    if trip.sequence < 0:
        raise InvitationError("sequence counts up from zero")


def _check_references(trip: EscortTrip) -> None:
    for field in ("task_id", "case_ref"):
        if not REFERENCE.fullmatch(getattr(trip, field)):
            raise InvitationError(f"{field} must be a reference: letters, digits and single marks, no spaces")
    for field in ("escort_email", "office_email"):
        if not EMAIL.fullmatch(getattr(trip, field)) or len(getattr(trip, field)) > TEXT_LENGTH_MAX:
            raise InvitationError(f"{field} is not a plain mail address")


def _check_texts(trip: EscortTrip) -> None:
    for field in ("escort_name", "office_name", "from_place", "to_place", "escort_kind"):
        _check_text(field, getattr(trip, field))
    for language in trip.languages:
        _check_text("languages", language)
    for field in ("case_ref", "office_name", "from_place", "to_place"):
        if TELLING.search(getattr(trip, field)):
            raise InvitationError(f"{field} tells what the journey is about; give a neutral one")


def _check_text(field: str, text: str) -> None:
    if not text.strip() or len(text) > TEXT_LENGTH_MAX:
        raise InvitationError(f"{field} must hold 1 to {TEXT_LENGTH_MAX} characters")
    # A line break would begin a header of somebody else's choosing; a direction mark would disguise a place.
    if any(unicodedata.category(character) in HIDDEN_CATEGORIES for character in text):
        raise InvitationError(f"{field} holds a line break or an invisible character")


def _check_times(trip: EscortTrip, sent_at: datetime) -> None:
    moments = {"sent_at": sent_at, "departs_at": trip.departs_at, "arrives_at": trip.arrives_at}
    if trip.return_trip_at is not None:
        moments["return_trip_at"] = trip.return_trip_at
    for field, moment in moments.items():
        if moment.utcoffset() is None:
            raise InvitationError(f"{field} must say its time zone")
    if trip.arrives_at <= trip.departs_at:
        raise InvitationError("arrives_at must be after departs_at")
    if trip.return_trip_at is not None and trip.return_trip_at < trip.arrives_at:
        raise InvitationError("return_trip_at must not be before arrives_at")


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _readable(moment: datetime) -> str:
    return f"{_to_utc(moment):%Y-%m-%d %H:%M} UTC"


def _boundary(task_id: str) -> str:
    # Chosen rather than random, so that the same message is the same bytes; base64 parts cannot contain it.
    return f"=_wayhome_{hashlib.sha256(task_id.encode()).hexdigest()[:32]}"
