"""What follows for care: appointments are asked for, told, worried about and taken back, each letter once."""

from datetime import datetime, timedelta

from events.catalogue import Fact
from events.facts import care as facts
from events.facts.corrections import RecordRetracted
from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.journey import StageEntered
from events.facts.safety import ConsentExpired
from handlers.reactions.moment import Follows, ReactionContext, Reactions
from workflow.programme.stages import Service
from workflow.subjects.care.appointments import AppointmentLetter, appointment_with
from workflow.subjects.care.state import Appointment, care_of


def _entered(fact: StageEntered, moment: ReactionContext) -> Follows:
    if moment.definition.journey.stage(fact.dest).ends:
        for key, one in care_of(moment.after).appointments.items():
            yield facts.AppointmentCancelled(appointment=key, reason=f"case {fact.dest}")
            yield from _told_not_to_wait(moment, key, one)
        return
    for service in _care_of_stage(moment):
        if moment.is_consented(service.consent):
            yield from _needed(moment, service)


def _consent_given(fact: ConsentGiven, moment: ReactionContext) -> Follows:
    """Ask for the stage's appointments that waited for, or lost, this consent."""
    if not moment.is_consented(fact.purpose):
        return
    for service in _care_of_stage(moment):
        if service.consent == fact.purpose and service.id not in moment.after.provided:
            yield from _needed(moment, service)


def _consent_over(fact: ConsentWithdrawn | ConsentExpired, moment: ReactionContext) -> Follows:
    """Take back at once what was arranged under a consent that is over."""
    if fact.recipient:
        return
    for key, one in care_of(moment.after).appointments.items():
        if moment.programme.service_of[one.service].consent == fact.purpose:
            yield facts.AppointmentCancelled(appointment=key, reason=f"no consent to {fact.purpose}")
            yield from _no_more(moment, key, one)


def _booked(fact: facts.AppointmentBooked, moment: ReactionContext) -> Follows:
    """The provider gave the time and needs no letter; an interpreter hears of it."""
    yield from moment.cancel_timers("appointment", appointment=fact.appointment)
    yield _worry(moment, fact.appointment, fact.at)
    yield from moment.call_off_tasks("it is booked", "request_appointment", appointment=fact.appointment)
    one = care_of(moment.after).appointments[fact.appointment]
    yield from _others_told(moment, fact.appointment, one)
    if one.interpreter and one.interpreter_knows:
        yield from _letters(moment, "tell_appointment", fact.appointment, one, one.interpreter)
    elif one.interpreter:
        yield from moment.call_off_tasks("it has a time now", "find_interpreter", appointment=fact.appointment)
        yield from _letters(moment, "find_interpreter", fact.appointment, one, one.interpreter)


def _others_told(moment: ReactionContext, key: str, one: Appointment) -> Follows:
    """Tell whoever was asked before that somebody else sees the person now."""
    before = care_of(moment.was).appointments.get(key)
    if before is not None:
        others = [to for to in before.expecting if to not in (one.provider, one.interpreter)]
        yield from _letters(moment, "cancel_appointment", key, before._replace(sequence=one.sequence), *others)


def _moved(fact: facts.AppointmentMoved, moment: ReactionContext) -> Follows:
    yield from moment.cancel_timers("appointment", appointment=fact.appointment)
    yield _worry(moment, fact.appointment, fact.at)
    yield from moment.call_off_tasks("it was moved", appointment=fact.appointment)
    one = care_of(moment.after).appointments[fact.appointment]
    yield from _letters(moment, "tell_appointment", fact.appointment, one, *one.expecting)
    if not one.interpreter_knows:
        yield from _letters(moment, "find_interpreter", fact.appointment, one, one.interpreter)


def _cancelled(fact: facts.AppointmentCancelled, moment: ReactionContext) -> Follows:
    yield from _no_more(moment, fact.appointment, care_of(moment.was).appointments[fact.appointment])


def _held(fact: facts.SessionHeld, moment: ReactionContext) -> Follows:
    yield from moment.cancel_timers("appointment", appointment=fact.appointment)
    yield from moment.call_off_tasks("it is over", appointment=fact.appointment)


def _retracted(fact: RecordRetracted, moment: ReactionContext) -> Follows:
    """Ask again whether the person came: nobody has said so any more."""
    if fact.of != facts.SessionHeld.__name__:
        return
    for key, one in care_of(moment.after).appointments.items():
        if one.at is not None and not moment.timers_of("appointment", appointment=key):
            yield _worry(moment, key, max(one.at, moment.now))


def _came_too_late(fact: facts.AppointmentRequested | facts.InterpreterRequested, moment: ReactionContext) -> Follows:
    """Take back what was asked for while the appointment was being cancelled."""
    given = moment.was.tasks.get(fact.task_id)
    if given is None or fact.appointment in care_of(moment.after).appointments or given.wanted:
        return
    letter = AppointmentLetter.of(given.subject)
    yield moment.request_task("cancel_appointment", letter.model_copy(update={"sequence": letter.sequence + 1}))


def _care_of_stage(moment: ReactionContext) -> list[Service]:
    programme, stage = moment.programme, moment.definition.journey.stage(moment.after.stage)
    return [service for name in stage.services if (service := programme.service_of[name]).kind is not None]


def _needed(moment: ReactionContext, service: Service) -> Follows:
    """Ask for an appointment, unless one is open; when nobody offers the service it waits on the work list."""
    if care_of(moment.after).open_for(service.id):
        return
    one = appointment_with(moment.programme, service.id, moment.after.language)
    key = moment.name("A", "appointment", (("service", service.id),))
    yield facts.AppointmentNeeded(
        appointment=key, service=one.service, provider=one.provider, language=one.language,
        needs_interpreter=one.needs_interpreter, interpreter=one.interpreter,
    )  # fmt: skip
    yield from _letters(moment, "request_appointment", key, one, one.provider)
    yield from _letters(moment, "find_interpreter", key, one, one.interpreter)


def _no_more(moment: ReactionContext, key: str, one: Appointment) -> Follows:
    yield from moment.cancel_timers("appointment", appointment=key)
    yield from moment.call_off_tasks("the appointment is cancelled", appointment=key)
    yield from _told_not_to_wait(moment, key, one)


def _told_not_to_wait(moment: ReactionContext, key: str, one: Appointment) -> Follows:
    yield from _letters(moment, "cancel_appointment", key, one._replace(sequence=one.sequence + 1), *one.expecting)


def _letters(moment: ReactionContext, kind: str, key: str, one: Appointment, *readers: str) -> Follows:
    """Write to these of an appointment; where there is nobody, nobody is written to."""
    for to in filter(None, readers):
        letter = AppointmentLetter(
            appointment=key, service=one.service, provider=to, sequence=one.sequence, language=one.language, at=one.at
        )
        yield moment.request_task(kind, letter)


def _worry(moment: ReactionContext, key: str, at: datetime) -> Fact:
    hours = moment.policies.appointment_record_hours
    return moment.set_timer("appointment", at + timedelta(hours=hours), appointment=key)


REACTIONS: Reactions = {
    "StageEntered": _entered,
    "ConsentGiven": _consent_given,
    "ConsentWithdrawn": _consent_over,
    "ConsentExpired": _consent_over,
    "AppointmentBooked": _booked,
    "AppointmentMoved": _moved,
    "AppointmentCancelled": _cancelled,
    "SessionHeld": _held,
    "RecordRetracted": _retracted,
    "AppointmentRequested": _came_too_late,
    "InterpreterRequested": _came_too_late,
}
