"""Letters to partners: somebody is asked for something, and nobody's name is in it.

A letter says what is needed, where and when, and the reference to quote; who the person is and why is told at
the office. Whoever needs a kind of letter composes it from the case and gets an effect for it here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

from icalendar import Calendar, Event, vText

from handlers.states.case_reader import CaseSnapshot
from workers.effects.escorts import ask_about_message
from workers.errors import LetterUnsafe, Refused
from workers.mail.invitation import PRODUCT, TELLING, TEXT_LENGTH_MAX
from workers.running.jobs import Adapters, Effect, Job, one_by_one


class Appointment(NamedTuple):
    """A place in somebody's calendar; ``thread`` stays the same when it is moved or taken back."""

    thread: str
    starts_at: datetime
    ends_at: datetime
    place: str
    sequence: int = 0
    cancelled: bool = False


class Letter(NamedTuple):
    """What is written to whom; ``lines`` come in English and then in Russian, none of them about the person."""

    to_name: str
    to_email: str
    subject: str
    lines: tuple[str, ...]
    appointment: Appointment | None = None


Compose = Callable[[Job, CaseSnapshot], Letter]


def letter_effect(kind: str, compose: Compose) -> Effect:
    """Return how a kind of task is done by a letter; it is never sent twice, and asked about when in doubt."""

    def send(job: Job, outside: Adapters) -> str:
        seen = outside.look.at(job.case_id)
        if seen is None:
            raise Refused("there is no such case")
        return outside.post.send(_message(compose(job, seen), job, seen), job.task_id)

    return Effect(kind, "post", one_by_one(send), ask_about_message, safe_to_repeat=False)


def _message(letter: Letter, job: Job, seen: CaseSnapshot) -> EmailMessage:
    _check(letter)
    office = seen.definition.programme.office
    message = EmailMessage(policy=SMTP)
    message["From"] = message["Reply-To"] = Address(office.name, addr_spec=office.email)
    message["To"] = Address(letter.to_name, addr_spec=letter.to_email)
    message["Subject"] = letter.subject
    message["Date"] = job.begun_at.astimezone(UTC).replace(microsecond=0)
    message["Message-ID"] = f"<{job.task_id}.0@wayhome>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(letter.lines) + "\n", cte="base64")
    if letter.appointment is not None:
        method = "CANCEL" if letter.appointment.cancelled else "REQUEST"
        entry = _entry(letter, letter.appointment, job.begun_at, method)
        message.add_alternative(entry, subtype="calendar", cte="base64", params={"method": method})
        message.set_boundary(f"=_wayhome_{hashlib.sha256(job.task_id.encode()).hexdigest()[:32]}")
    return message


def _entry(letter: Letter, appointment: Appointment, sent_at: datetime, method: str) -> str:
    event = Event()
    event.add("uid", f"{appointment.thread}@wayhome")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", sent_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", appointment.starts_at.astimezone(UTC))
    event.add("dtend", appointment.ends_at.astimezone(UTC))
    event.add("summary", letter.subject)
    event["location"] = vText(appointment.place)
    event.add("status", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    event.add("class", "CONFIDENTIAL")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return str(calendar.to_ical().decode())


def _check(letter: Letter) -> None:
    """Refuse what would tell a bystander what it is about, or could begin a header of somebody else's choosing."""
    place = (letter.appointment.place,) if letter.appointment else ()
    for text in (letter.subject, letter.to_name, *place):
        if "\n" in text or "\r" in text or len(text) > TEXT_LENGTH_MAX:
            raise LetterUnsafe("a line of the letter is too long or is more than one line")
    if any(TELLING.search(text) for text in (letter.subject, *letter.lines, *place)):
        raise LetterUnsafe("the letter would tell what it is about")
