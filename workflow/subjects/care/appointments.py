"""Appointments: who can see the person in their own language, and the letters that ask for it."""

from datetime import datetime
from typing import Final

from events.facts.care import AppointmentRequested, AppointmentTakenBack, AppointmentTold, InterpreterRequested
from workflow.case.state import Pairs
from workflow.case.tasks import About, Recipient
from workflow.programme.programme import Programme
from workflow.situation import Situation, StreamFact, TaskKind, case_of, ends_in
from workflow.subject import TimerKind
from workflow.subjects.care.state import Appointment, care_of
from workflow.subjects.referrals.directory import providers_of

INTERPRETING: Final = "interpreting"


class AppointmentLetter(About):
    """What a letter about an appointment says, and to whom: ids and times, and of the person only a language."""

    recipient = Recipient("provider_of", "provider")
    appointment: str
    service: str
    provider: str
    sequence: int
    language: str = ""
    at: datetime | None = None


def appointment_with(programme: Programme, service: str, language: str, named: str = "") -> Appointment:
    """Return an appointment with somebody who speaks the person's language, else with somebody and an interpreter.

    A provider somebody has chosen by name stays, whatever they speak. An unknown language needs nobody.
    """
    speaking = [p.id for p in providers_of(programme, service, language=language or None)]
    able = [p.id for p in providers_of(programme, service)]
    provider = named or next(iter([*speaking, *able]), "")
    if not provider or not language or provider in speaking:
        return Appointment(service, provider, language)
    interpreters = providers_of(programme, INTERPRETING, language=language)
    found = interpreters[0].id if interpreters else ""
    return Appointment(service, provider, language, needs_interpreter=True, interpreter=found)


def _is_wanted(about: AppointmentLetter, situation: Situation) -> bool:
    case = case_of(situation)
    still = about.appointment in care_of(case).appointments
    return still and case.consents_to(_purpose(about, situation.programme), situation.today)


def _purpose(about: AppointmentLetter, programme: Programme) -> str:
    return programme.service_of[about.service].consent


def _unrecorded(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Somebody asks whether the person came, when nobody has said so since the appointment's time."""
    found = care_of(case_of(situation)).appointments.get(dict(subject)["appointment"])
    is_past = found is not None and found.at is not None and found.at <= situation.now
    return situation.escalated("appointment_unrecorded", when=is_past)


TASKS: Final = (
    TaskKind(
        "request_appointment",
        AppointmentLetter,
        ends_in(AppointmentRequested, "reference"),
        _is_wanted,
        consent=_purpose,
    ),
    TaskKind(
        "find_interpreter", AppointmentLetter, ends_in(InterpreterRequested, "reference"), _is_wanted, consent=_purpose
    ),
    TaskKind(
        "tell_appointment",
        AppointmentLetter,
        ends_in(AppointmentTold, "reference", to="provider"),
        _is_wanted,
        consent=_purpose,
    ),
    TaskKind(
        "cancel_appointment",
        AppointmentLetter,
        ends_in(AppointmentTakenBack, "reference", to="provider"),
        gives_back=True,
    ),
)
TIMERS: Final = (TimerKind("appointment", _unrecorded),)
