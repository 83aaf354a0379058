"""Appointments: who can see the person in their own language, and the letters that ask for it."""

from __future__ import annotations

from typing import Final

from events.catalogue import Fact
from events.facts.care import AppointmentRequested, AppointmentTakenBack, AppointmentTold, InterpreterRequested
from events.facts.tasks import Escalated
from workflow.case.change import Pairs
from workflow.case.tasks import Task
from workflow.command import FinishTask
from workflow.programme.programme import Programme
from workflow.situation import Situation, StreamFact, TaskKind, case_of
from workflow.subject import TimerKind
from workflow.subjects.care.state import Appointment
from workflow.subjects.referrals.directory import providers_of

INTERPRETING: Final = "interpreting"


def who_helps(programme: Programme, service: str, language: str, named: str = "") -> Appointment:
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


def _requested(command: FinishTask, task: Task) -> Fact:
    about, reference = task.about("appointment"), command.reference
    return AppointmentRequested(task_id=command.task_id, appointment=about, reference=reference)


def _interpreter_asked(command: FinishTask, task: Task) -> Fact:
    about, reference = task.about("appointment"), command.reference
    return InterpreterRequested(task_id=command.task_id, appointment=about, reference=reference)


def _told(command: FinishTask, task: Task) -> Fact:
    about, to = task.about("appointment"), task.about("provider")
    return AppointmentTold(task_id=command.task_id, appointment=about, to=to, reference=command.reference)


def _taken_back(command: FinishTask, task: Task) -> Fact:
    about, to = task.about("appointment"), task.about("provider")
    return AppointmentTakenBack(task_id=command.task_id, appointment=about, to=to, reference=command.reference)


def _is_wanted(task: Task, situation: Situation) -> bool:
    case = case_of(situation)
    still = task.about("appointment") in case.care.appointments
    return still and case.consents_to(_purpose(task, situation.programme), situation.today)


def _purpose(task: Task, programme: Programme) -> str:
    return programme.service_of[task.about("service")].consent


def _unrecorded(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Somebody asks whether the person came, when nobody has said so since the appointment's time."""
    found = case_of(situation).care.appointments.get(dict(subject)["appointment"])
    if found is None or found.at is None or found.at > situation.now:
        return []
    return situation.about_case(Escalated(kind="appointment_unrecorded"))


TASKS: Final = (
    TaskKind("request_appointment", _requested, _is_wanted, consent=_purpose),
    TaskKind("find_interpreter", _interpreter_asked, _is_wanted, consent=_purpose),
    TaskKind("tell_appointment", _told, _is_wanted, consent=_purpose),
    TaskKind("cancel_appointment", _taken_back, gives_back=True),
)


TIMERS: Final = (TimerKind("appointment", _unrecorded),)
