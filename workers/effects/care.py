"""Letters about appointments: to the provider, to interpreters. They quote the appointment's id and nothing else.

No name, no case number, not even which illness or which crime: the provider learns the service it offers
anyway and the language somebody speaks, the interpreter the language only.
"""

from typing import Final

from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused
from workers.mail.clocks import when
from workers.mail.letters import CalendarEntry, Letter, letter_effect
from workers.running.jobs import Job
from workflow.programme.programme import Programme
from workflow.subjects.care.appointments import AppointmentLetter
from workflow.subjects.care.expected import APPOINTMENT_LENGTH

# What each letter says, in English and in Russian.
_SAID: Final = {
    "request_appointment": (
        ("We ask for an appointment: {service_en}.{speaks_en} Reference: {key}. "
         "Please answer to {office} with a day and a time, and quote the reference."),
        ("Просим назначить приём: {service_ru}.{speaks_ru} Номер: {key}. "
         "Пожалуйста, сообщите день и время на адрес {office} и укажите номер."),
    ),
    "find_interpreter": (
        ("We ask for an interpreter: {language}. Reference: {key}. {at_or_later_en} "
         "Please answer to {office} and quote the reference."),
        ("Просим переводчика: {language}. Номер: {key}. {at_or_later_ru} "
         "Пожалуйста, ответьте на адрес {office} и укажите номер."),
    ),
    "tell_appointment": (
        "Appointment {key} has a new time. {at_en} If it does not suit you, please write to {office}.",
        "Время приёма {key} изменено. {at_ru} Если оно вам не подходит, напишите на адрес {office}.",
    ),
    "cancel_appointment": (
        "Appointment {key} is cancelled. Please do not wait. You need not answer.",
        "Приём {key} отменён. Пожалуйста, никого не ждите. Отвечать не нужно.",
    ),
}  # fmt: skip


def appointment_letter(job: Job[AppointmentLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter about an appointment to who is asked, told, or not to wait."""
    programme, about = seen.definition.programme, job.about
    to, service = programme.provider_of.get(about.provider), programme.service_of[about.service]
    if to is None:
        raise Refused("the provider is not in the programme file")
    at_en, at_ru = _time(job, programme)
    said = {
        "key": about.appointment,
        "office": programme.office.email,
        "language": about.language,
        "service_en": service.in_letters.en,
        "service_ru": service.in_letters.ru,
        "speaks_en": f" The person speaks: {about.language}." if about.language else "",
        "speaks_ru": f" Язык: {about.language}." if about.language else "",
        "at_en": at_en,
        "at_ru": at_ru,
        "at_or_later_en": at_en or "The time will follow.",
        "at_or_later_ru": at_ru or "Время сообщим дополнительно.",
    }
    lines = tuple(line.format(**said) for line in _SAID[job.kind])
    return Letter(to.name, to.email, f"Appointment {about.appointment}", lines, _entry(job, programme))


def _time(job: Job[AppointmentLetter], programme: Programme) -> tuple[str, str]:
    at = job.about.at
    if at is None:
        return "", ""
    shown = when("at", at, _zone(job, programme))
    return f"Time: {shown['at_en']}.", f"Время: {shown['at_ru']}."


def _zone(job: Job[AppointmentLetter], programme: Programme) -> str:
    """Return by whose clocks an appointment is told: those of the provider's hours, else the programme's."""
    provider = programme.provider_of.get(job.about.provider)
    return provider.hours.time_zone if provider is not None and provider.hours else programme.time_zone


def _entry(job: Job[AppointmentLetter], programme: Programme) -> CalendarEntry | None:
    """Return the calendar's entry: one for each recipient of an appointment, moved and taken back under one name."""
    at, thread = job.about.at, f"{job.about.appointment}.{job.about.provider}"
    if at is None or job.kind == "request_appointment":
        return None
    cancelled, where = job.kind == "cancel_appointment", programme.office.name
    return CalendarEntry(
        thread, at, at + APPOINTMENT_LENGTH, where, _zone(job, programme), job.about.sequence, cancelled
    )  # fmt: skip


EFFECTS = tuple(letter_effect(kind, appointment_letter) for kind in _SAID)
