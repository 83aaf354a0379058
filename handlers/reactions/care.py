"""What follows for care: appointments are asked for, told, worried about and taken back, each letter once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.care import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMoved,
    AppointmentNeeded,
    AppointmentRequested,
    InterpreterRequested,
    SessionHeld,
)
from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.journey import StageEntered
from events.facts.safety import ConsentExpired
from handlers.reactions.moment import (
    Reaction,
    ReactionContext,
    call_off_tasks,
    cancel_timers,
    is_consented,
    request_task,
    set_timer,
)
from workflow.programme.services import Service
from workflow.subjects.care.appointments import AppointmentLetter, appointment_with
from workflow.subjects.care.state import Appointment, care_of


def _entered(fact: StageEntered, moment: ReactionContext) -> Iterator[Fact]:
    if moment.definition.journey.stage(fact.dest).ends:
        for key, one in care_of(moment.after).appointments.items():
            yield AppointmentCancelled(appointment=key, reason=f"case {fact.dest}")
            yield from _told_not_to_wait(moment, key, one)
        return
    for service in _care_of_stage(moment):
        if is_consented(service.consent, moment):
            yield from _needed(moment, service)


def _consent_given(fact: ConsentGiven, moment: ReactionContext) -> Iterator[Fact]:
    """Ask for the stage's appointments that waited for, or lost, this consent."""
    if not is_consented(fact.purpose, moment):
        return
    for service in _care_of_stage(moment):
        if service.consent == fact.purpose and service.id not in moment.after.provided:
            yield from _needed(moment, service)


def _consent_over(fact: ConsentWithdrawn | ConsentExpired, moment: ReactionContext) -> Iterator[Fact]:
    """Take back at once what was arranged under a consent that is over."""
    if fact.recipient:
        return
    for key, one in care_of(moment.after).appointments.items():
        if moment.definition.programme.service_of[one.service].consent == fact.purpose:
            yield AppointmentCancelled(appointment=key, reason=f"no consent to {fact.purpose}")
            yield from _no_more(moment, key, one)


def _booked(fact: AppointmentBooked, moment: ReactionContext) -> Iterator[Fact]:
    """The provider gave the time and needs no letter; an interpreter hears of it."""
    yield from cancel_timers(moment, "appointment", appointment=fact.appointment)
    yield _worry(moment, fact.appointment, fact.at)
    yield from call_off_tasks(moment, "it is booked", ("request_appointment",), appointment=fact.appointment)
    one = care_of(moment.after).appointments[fact.appointment]
    yield from _others_told(moment, fact.appointment, one)
    if one.interpreter and one.interpreter_knows:
        yield _tell(moment, fact.appointment, one, one.interpreter)
    elif one.interpreter:
        yield from call_off_tasks(moment, "it has a time now", ("find_interpreter",), appointment=fact.appointment)
        yield request_task(moment, "find_interpreter", _about(fact.appointment, one, one.interpreter))


def _others_told(moment: ReactionContext, key: str, one: Appointment) -> Iterator[Fact]:
    """Tell whoever was asked before that somebody else sees the person now."""
    assert moment.before is not None
    before = care_of(moment.before).appointments.get(key)
    for to in before.expecting if before else ():
        if before is not None and to not in (one.provider, one.interpreter):
            yield request_task(moment, "cancel_appointment", _about(key, before._replace(sequence=one.sequence), to))


def _moved(fact: AppointmentMoved, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "appointment", appointment=fact.appointment)
    yield _worry(moment, fact.appointment, fact.at)
    yield from call_off_tasks(moment, "it was moved", appointment=fact.appointment)
    one = care_of(moment.after).appointments[fact.appointment]
    for to in one.expecting:
        yield _tell(moment, fact.appointment, one, to)
    if one.interpreter and not one.interpreter_knows:
        yield request_task(moment, "find_interpreter", _about(fact.appointment, one, one.interpreter))


def _cancelled(fact: AppointmentCancelled, moment: ReactionContext) -> Iterator[Fact]:
    assert moment.before is not None
    yield from _no_more(moment, fact.appointment, care_of(moment.before).appointments[fact.appointment])


def _held(fact: SessionHeld, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "appointment", appointment=fact.appointment)
    yield from call_off_tasks(moment, "it is over", appointment=fact.appointment)


def _came_too_late(fact: AppointmentRequested | InterpreterRequested, moment: ReactionContext) -> Iterator[Fact]:
    """Take back what was asked for while the appointment was being cancelled."""
    assert moment.before is not None
    given = moment.before.tasks.get(fact.task_id)
    if given is None or fact.appointment in care_of(moment.after).appointments or given.wanted:
        return
    letter = AppointmentLetter.of(given.subject)
    yield request_task(moment, "cancel_appointment", letter.model_copy(update={"sequence": letter.sequence + 1}))


def _care_of_stage(moment: ReactionContext) -> list[Service]:
    programme, stage = moment.definition.programme, moment.definition.journey.stage(moment.after.stage)
    return [service for name in stage.services if (service := programme.service_of[name]).kind is not None]


def _needed(moment: ReactionContext, service: Service) -> Iterator[Fact]:
    """Ask for an appointment, unless one is open; when nobody offers the service it waits on the work list."""
    if care_of(moment.after).open_for(service.id):
        return
    one = appointment_with(moment.definition.programme, service.id, moment.after.language)
    key = moment.name("A", "appointment", (("service", service.id),))
    yield AppointmentNeeded(
        appointment=key, service=one.service, provider=one.provider, language=one.language,
        needs_interpreter=one.needs_interpreter, interpreter=one.interpreter,
    )  # fmt: skip
    if one.provider:
        yield request_task(moment, "request_appointment", _about(key, one, one.provider))
    if one.interpreter:
        yield request_task(moment, "find_interpreter", _about(key, one, one.interpreter))


def _no_more(moment: ReactionContext, key: str, one: Appointment) -> Iterator[Fact]:
    yield from cancel_timers(moment, "appointment", appointment=key)
    yield from call_off_tasks(moment, "the appointment is cancelled", appointment=key)
    yield from _told_not_to_wait(moment, key, one)


def _told_not_to_wait(moment: ReactionContext, key: str, one: Appointment) -> Iterator[Fact]:
    for to in one.expecting:
        gone = one._replace(sequence=one.sequence + 1)
        yield request_task(moment, "cancel_appointment", _about(key, gone, to))


def _tell(moment: ReactionContext, key: str, one: Appointment, to: str) -> Fact:
    return request_task(moment, "tell_appointment", _about(key, one, to))


def _about(key: str, one: Appointment, to: str) -> AppointmentLetter:
    return AppointmentLetter(
        appointment=key, service=one.service, provider=to, sequence=one.sequence, language=one.language, at=one.at
    )


def _worry(moment: ReactionContext, key: str, at: datetime) -> Fact:
    hours = moment.definition.programme.policies.appointment_record_hours
    return set_timer(moment, "appointment", at + timedelta(hours=hours), (("appointment", key),))


REACTIONS: Final[Mapping[str, Reaction]] = {
    "StageEntered": _entered,
    "ConsentGiven": _consent_given,
    "ConsentWithdrawn": _consent_over,
    "ConsentExpired": _consent_over,
    "AppointmentBooked": _booked,
    "AppointmentMoved": _moved,
    "AppointmentCancelled": _cancelled,
    "SessionHeld": _held,
    "AppointmentRequested": _came_too_late,
    "InterpreterRequested": _came_too_late,
}
