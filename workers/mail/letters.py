"""Letters to partners: somebody is asked for something, and nobody's name is in it.

A letter says what is needed, where and when, and the reference to quote; who the person is and why is told at
the office. Whoever needs a kind of letter composes it from the case and gets an effect for it here.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import date, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
from typing import Final, NamedTuple

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from handlers.states.case_reader import CaseSnapshot
from workers.errors import AddressMissing, LetterUnsafe, RecipientStopped, Refused
from workers.running.jobs import NOT_DONE_REFERENCE, Adapters, AnyJob, Effect, PerformOne, one_by_one
from workflow.programme.office import OfficeContact
from workflow.subjects.directory.entries import is_stand_in
from workflow.tasks import recipient_of
from workflow.values.days import by_clock, day_of, in_utc
from workflow.values.telling import is_telling
from workflow.values.text import one_line

PRODUCT: Final = "-//Wayhome//Escort invitation//EN"
TEXT_LENGTH_MAX: Final = 200
_CLOCKS_KEPT: Final = 64  # zones of the years around an entry
_REFERENCE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9])){0,127}")


class CalendarEntry(NamedTuple):
    """A place in somebody's calendar; ``thread`` stays the same when it is moved or taken back.

    It begins and ends by the clocks of ``zone``, or ends by those of ``ends_in`` where that is another. Where
    ``answered_with`` names an entry, the calendar offers to accept or decline it under that name, and letter and entry
    count up together; elsewhere the letter alone is answered.
    """

    thread: str
    starts_at: datetime
    ends_at: datetime
    place: str
    zone: str
    sequence: int = 0
    cancelled: bool = False
    answered_with: str = ""
    ends_in: str = ""

    @property
    def zones(self) -> tuple[str, str]:
        """Return by whose clocks it begins, and by whose it ends."""
        return self.zone, self.ends_in or self.zone


class Letter(NamedTuple):
    """What is written to whom; ``lines`` come in English and then in Russian, none of them about the person."""

    to_name: str
    to_email: str
    subject: str
    lines: tuple[str, ...]
    appointment: CalendarEntry | None = None

    @property
    def text(self) -> str:
        """Return the lines as they are read, a paragraph each."""
        return "\n\n".join(self.lines) + "\n"


ComposeLetter = Callable[[AnyJob, CaseSnapshot], Letter]


def letter_effect(kind: str, compose: ComposeLetter) -> Effect:
    """Return how a kind of task is done by a letter about the case as it stands."""

    def send(job: AnyJob, outside: Adapters) -> str:
        seen = outside.look.at(job.case_id)
        if seen is None:
            raise Refused("there is no such case")
        return post_letter(compose(job, seen), seen.definition.programme.office, job, outside)

    return post_effect(kind, send)


def post_effect(kind: str, send: PerformOne) -> Effect:
    """Return how a kind of task is done by post: never sent twice, and asked about when in doubt."""
    return Effect(kind, "post", one_by_one(send), ask_about_message, safe_to_repeat=False)


def post_letter(letter: Letter, office: OfficeContact, job: AnyJob, outside: Adapters, key: str = "") -> str:
    """Send a letter under its task's key, or one of its own, and return the receipt; raises OutsideError.

    The directory is asked once more at this moment: a stop holds for letters that were begun before it.
    """
    _may_be_written_to(letter, job, outside)
    name = key or job.task_id
    if outside.post.was_sent(name):
        return f"sent:{name}"  # by the part of the log that a restore lost, or for somebody they are with
    return outside.post.send(message(letter, office, name, job.begun_at), name)


def _may_be_written_to(letter: Letter, job: AnyJob, outside: Adapters) -> None:
    seen = outside.look.at(job.case_id)
    to = recipient_of(job.about, seen.definition.programme) if seen else None
    if to is not None and to.is_cut_off:
        raise RecipientStopped("nothing is sent to them any more")
    if is_stand_in(letter.to_email):
        raise AddressMissing("the address cannot be opened")


def message(letter: Letter, office: OfficeContact, key: str, sent_at: datetime) -> EmailMessage:
    """Return the letter as mail from the office, the same bytes for the same letter, key and time.

    Raises `LetterUnsafe` when it would tell a bystander what it is about, or would not stay one letter.
    """
    _check(letter, office)
    entry = letter.appointment
    name, number = (entry.thread, entry.sequence) if entry and entry.answered_with else (key, 0)
    if not _REFERENCE.fullmatch(name):
        raise LetterUnsafe("a letter is named with letters, digits and single marks")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = mail["Reply-To"] = _address(office.name, office.email)
    mail["To"] = _address(letter.to_name, letter.to_email)
    mail["Subject"] = letter.subject
    mail["Date"] = _to_utc(sent_at)
    mail["Message-ID"] = f"<{name}.{number}@wayhome>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, cte="base64")
    if entry is not None:
        method = "CANCEL" if entry.cancelled else "REQUEST"
        calendar = _calendar(_event(letter, entry, office, sent_at), entry, method)
        mail.add_alternative(calendar, subtype="calendar", cte="base64", params={"method": method})
        # Chosen rather than random, so that the same message is the same bytes; base64 parts cannot contain it.
        mail.set_boundary(f"=_wayhome_{hashlib.sha256(name.encode()).hexdigest()[:32]}")
    return mail


def _calendar(event: Event, entry: CalendarEntry, method: str) -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for zone in dict.fromkeys(entry.zones):
        if zone != "UTC":
            calendar.add_component(_clocks(zone, entry))
    calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()


def _clocks(zone: str, entry: CalendarEntry) -> Timezone:
    """Return how the clocks of a zone go around the time of an entry (RFC 5545, 3.6.5), so that nobody guesses."""
    return _clocks_between(zone, day_of(entry.starts_at, zone).year - 1, day_of(entry.ends_at, zone).year + 1)


@lru_cache(_CLOCKS_KEPT)
def _clocks_between(zone: str, first: int, last: int) -> Timezone:
    """Return how the clocks of a zone go from one year to another; searching for it is most of writing an entry."""
    return Timezone.from_tzid(zone, first_date=date(first, 1, 1), last_date=date(last, 12, 31))


def _event(letter: Letter, entry: CalendarEntry, office: OfficeContact, sent_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.thread}@wayhome")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", _to_utc(sent_at))
    begins_in, ends_in = entry.zones
    event.add("dtstart", by_clock(entry.starts_at.replace(microsecond=0), begins_in))
    event.add("dtend", by_clock(entry.ends_at.replace(microsecond=0), ends_in))
    event.add("summary", entry.answered_with or letter.subject)
    event.add("location", entry.place)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE" if entry.answered_with else "CONFIDENTIAL")
    if entry.answered_with:
        event.add("description", letter.text)
    # RFC 5546, 3.2.2 and 3.2.5: a request and a cancellation name who asks and who is asked.
    event.add("organizer", _party(office.name, office.email))
    event.add("attendee", _party(letter.to_name, letter.to_email, ROLE="REQ-PARTICIPANT", **_asked(entry)))
    return event


def _asked(entry: CalendarEntry) -> dict[str, str]:
    """Return what a calendar offers to do about an entry: to answer it, or only to keep it."""
    if entry.cancelled:
        return {}
    return {"PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE" if entry.answered_with else "FALSE"}


def _party(name: str, email: str, **params: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{email}")
    named = {} if is_telling(name) else {"CN": name}  # a calendar is seen by more people than a letter
    for key, value in {**named, **params}.items():
        party.params[key] = vText(value)
    return party


def _check(letter: Letter, office: OfficeContact) -> None:
    entry = letter.appointment
    place = (entry.place,) if entry else ()
    for text in (letter.subject, letter.to_name, office.name, *place):
        _check_line(text)
    organizer = (office.name,) if entry and entry.answered_with else ()
    if any(is_telling(text) for text in (letter.subject, *letter.lines, *place, *organizer)):
        raise LetterUnsafe("the letter would tell what it is about")


def _check_line(text: str) -> None:
    """Refuse what could begin a header of somebody else's choosing, or disguise a place."""
    try:
        one_line(text)
    except ValueError:
        raise LetterUnsafe("a line of the letter is empty, is more than one, or holds what nobody can see") from None
    if len(text) > TEXT_LENGTH_MAX:
        raise LetterUnsafe("a line of the letter is too long")


def _address(name: str, email: str) -> Address:
    try:
        email.encode("ascii")
        return Address(name, addr_spec=email)
    except (MessageError, ValueError, IndexError):  # the parser of the standard library falls over some of them
        raise LetterUnsafe("an address of the letter is not a plain mail address") from None


def _to_utc(moment: datetime) -> datetime:
    return in_utc(moment).replace(microsecond=0)


def ask_about_message(job: AnyJob, outside: Adapters) -> str | None:
    """Return whether the message went out, where the post can tell; a mail server cannot, nor another way to send.

    A worker without the mail server's address looks into a folder, where no letter lies that another one sent.
    """
    if job.way and job.way != outside.post.way:
        return None
    sent = outside.post.was_sent(job.task_id)
    if sent is None:
        return None
    return f"sent:{job.task_id}" if sent else NOT_DONE_REFERENCE
