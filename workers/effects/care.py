"""Letters about appointments: to the provider, to interpreters. They quote the appointment's id and nothing else.

No name, no case number, not even which illness or which crime: the provider learns the service it offers
anyway and the language somebody speaks, the interpreter the language only.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused
from workers.mail.letters import CalendarEntry, Letter, letter_effect
from workers.running.jobs import Job
from workflow.programme.programme import Programme
from workflow.subjects.care.appointments import AppointmentLetter
from workflow.subjects.referrals.definition import Provider

APPOINTMENT_LENGTH: Final = timedelta(hours=1)  # what a calendar shows; nobody knows how long a talk will take


def appointment_request_letter(job: Job[AppointmentLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that asks a provider for a time."""
    programme, to = seen.definition.programme, _recipient(job, seen)
    label, language = programme.service_of[job.about.service].label, job.about.language
    key = job.about.appointment
    speaks_en = f" The person speaks: {language}." if language else ""
    speaks_ru = f" Язык: {language}." if language else ""
    return _letter(
        to, job,
        f"We ask for an appointment: {label.en}.{speaks_en} Reference: {key}. "
        f"Please answer to {programme.office.email} with a day and a time, and quote the reference.",
        f"Просим назначить приём: {label.ru}.{speaks_ru} Номер: {key}. "
        f"Пожалуйста, сообщите день и время на адрес {programme.office.email} и укажите номер.",
    )  # fmt: skip


def interpreter_request_letter(job: Job[AppointmentLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that asks for an interpreter, with the time once there is one."""
    programme, to = seen.definition.programme, _recipient(job, seen)
    language, key = job.about.language, job.about.appointment
    at_en, at_ru = _time(job, programme)
    return _letter(
        to, job,
        f"We ask for an interpreter: {language}. Reference: {key}. {at_en or 'The time will follow.'} "
        f"Please answer to {programme.office.email} and quote the reference.",
        f"Просим переводчика: {language}. Номер: {key}. {at_ru or 'Время сообщим дополнительно.'} "
        f"Пожалуйста, ответьте на адрес {programme.office.email} и укажите номер.",
        _entry(job, programme),
    )  # fmt: skip


def new_time_letter(job: Job[AppointmentLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that tells a new time."""
    programme, to = seen.definition.programme, _recipient(job, seen)
    at_en, at_ru = _time(job, programme)
    key = job.about.appointment
    return _letter(
        to, job,
        f"Appointment {key} has a new time. {at_en} If it does not suit you, please write to {programme.office.email}.",
        f"Время приёма {key} изменено. {at_ru} Если оно вам не подходит, напишите на адрес {programme.office.email}.",
        _entry(job, programme),
    )  # fmt: skip


def cancellation_letter(job: Job[AppointmentLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that says nobody will come."""
    programme, to = seen.definition.programme, _recipient(job, seen)
    key = job.about.appointment
    entry = _entry(job, programme)
    return _letter(
        to, job,
        f"Appointment {key} is cancelled. Please do not wait. You need not answer.",
        f"Приём {key} отменён. Пожалуйста, никого не ждите. Отвечать не нужно.",
        entry._replace(cancelled=True) if entry else None,
    )  # fmt: skip


def _letter(
    to: Provider, job: Job[AppointmentLetter], english: str, russian: str, entry: CalendarEntry | None = None
) -> Letter:
    return Letter(to.name, to.email, f"Appointment {job.about.appointment}", (english, russian), entry)


def _recipient(job: Job[AppointmentLetter], seen: CaseSnapshot) -> Provider:
    found = seen.definition.programme.provider_of.get(job.about.provider)
    if found is None:
        raise Refused("the provider is not in the programme file")
    return found


def _time(job: Job[AppointmentLetter], programme: Programme) -> tuple[str, str]:
    at = job.about.at
    if at is None:
        return "", ""
    here = at.astimezone(ZoneInfo(programme.time_zone))
    shown = f"{here:%Y-%m-%d %H:%M} ({programme.time_zone})"
    return f"Time: {shown}.", f"Время: {shown}."


def _entry(job: Job[AppointmentLetter], programme: Programme) -> CalendarEntry | None:
    """Return the calendar's entry: one for each recipient of an appointment, moved and taken back under one name."""
    at = job.about.at
    if at is None:
        return None
    thread = f"{job.about.appointment}.{job.about.provider}"
    return CalendarEntry(thread, at, at + APPOINTMENT_LENGTH, programme.office.name, job.about.sequence)


EFFECTS = (
    letter_effect("request_appointment", appointment_request_letter),
    letter_effect("find_interpreter", interpreter_request_letter),
    letter_effect("tell_appointment", new_time_letter),
    letter_effect("cancel_appointment", cancellation_letter),
)
