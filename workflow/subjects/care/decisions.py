"""Care: appointments in the person's language, what came of them, and what was found and agreed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.care import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMoved,
    CarePlanAgreed,
    FitnessCertified,
    LegalReferenceAssigned,
    SessionHeld,
)
from events.facts.tasks import ServiceProvided
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import Decision, Situation, case_of, id_from, person_of
from workflow.subject import CommandRule
from workflow.subjects.care.appointments import who_helps
from workflow.subjects.care.commands import (
    AgreeCarePlan,
    AssignLegalReference,
    BookAppointment,
    CancelAppointment,
    CertifyFitness,
    MoveAppointment,
    RecordSession,
)
from workflow.subjects.care.state import Appointment


def book_appointment(command: BookAppointment, situation: Situation) -> Decision:
    """Return the booking; the appointment the stage asked for gets its time, or a new one is made."""
    programme, case = situation.programme, case_of(situation)
    reasons = _against_service(command.service, programme) or [
        *_against_consent(command.service, situation),
        *_against_provider(command, programme),
    ]
    key = case.care.open_for(command.service)
    if key and case.care.appointments[key].at is not None:
        said = f"an appointment for {command.service} is already booked"
        reasons.append(reason("appointment_is_wanted", said, f"record MoveAppointment appointment={key}", id=key))
    if reasons:
        return Refused(tuple(reasons))
    booked = _booking(command, situation, key)
    against = _against_time(command.at, booked.provider, situation)
    return Refused(tuple(against)) if against else situation.about_case(booked)


def move_appointment(command: MoveAppointment, situation: Situation) -> Decision:
    """Return the new time of an appointment that has one."""
    found = case_of(situation).care.appointments.get(command.appointment)
    if found is None or found.at is None:
        return refused("appointment_is_booked", "no such appointment has a time", "record BookAppointment")
    against = _against_time(command.at, found.provider, situation)
    if against:
        return Refused(tuple(against))
    return situation.about_case(AppointmentMoved(appointment=command.appointment, at=command.at))


def cancel_appointment(command: CancelAppointment, situation: Situation) -> Decision:
    """Return that an appointment will not take place."""
    if command.appointment not in case_of(situation).care.appointments:
        return refused("appointment_is_open", "there is no such open appointment", "look with: wayhome case show")
    return situation.about_case(AppointmentCancelled(appointment=command.appointment, reason=command.reason))


def record_session(command: RecordSession, situation: Situation) -> Decision:
    """Return what came of a session; not having come is counted and leads to a new appointment, never to an end."""
    case = case_of(situation)
    key = command.appointment or case.care.open_for(command.service)
    found = case.care.appointments.get(key)
    against = _against_session(command, found, situation)
    if against:
        return Refused(tuple(against))
    service = found.service if found else command.service
    key = key or id_from(command.command_id, "A", service)
    facts: list[Fact] = [_held(command, key, service, situation)]
    if command.attended:
        facts.append(ServiceProvided(task_id="", service=service, reference=key))
    if command.next_at is not None:
        again = id_from(command.command_id, "A", service, "next") if command.attended else key
        facts.append(_next(command.next_at, again, service, found or _somebody(service, situation)))
    return situation.about_case(*facts)


def assign_legal_reference(command: AssignLegalReference, situation: Situation) -> Decision:
    """Return that the matter has a number elsewhere; the number is sealed for legal staff."""
    return situation.about_case(
        LegalReferenceAssigned(person_id=person_of(situation), matter=command.matter, reference=command.reference)
    )


def agree_care_plan(command: AgreeCarePlan, situation: Situation) -> Decision:
    """Return the agreed plan, when two different people agreed."""
    if command.second == command.actor:
        advice = "name somebody else with second="
        return refused("second_person_agreed", "the second person is the one who asks", advice)
    return situation.about_case(
        CarePlanAgreed(person_id=person_of(situation), second=command.second, plan=command.plan)
    )


def certify_fitness(command: CertifyFitness, situation: Situation) -> Decision:
    """Return the certificate; only medical staff certify, and the note is sealed for them."""
    seen_on, today = command.certified_on or situation.today, situation.today
    reasons = []
    if command.mandate != "medical":
        said, advice = "only medical staff certify", "have it recorded by medical staff, with --mandate medical"
        reasons.append(reason("certifier_is_medical", said, advice, mandate=command.mandate))
    if command.valid_until < max(today, seen_on):
        reasons.append(reason("certificate_is_valid", "the certificate has already run out", "check the date"))
    if seen_on > today:
        said = "the certificate is dated in the future"
        reasons.append(reason("certificate_is_dated", said, "check the date", certified_on=seen_on))
    if today - seen_on > timedelta(days=situation.programme.policies.fitness_valid_days):
        days = situation.programme.policies.fitness_valid_days
        said = f"the certificate is older than {days} days"
        reasons.append(reason("certificate_is_recent", said, "have the person examined again", certified_on=seen_on))
    if reasons:
        return Refused(tuple(reasons))
    fact = FitnessCertified(
        person_id=person_of(situation), certified_on=seen_on, valid_until=command.valid_until, escort=command.escort,
        note=command.note,
    )  # fmt: skip
    return situation.about_case(fact)


def _booking(command: BookAppointment, situation: Situation, key: str) -> AppointmentBooked:
    case = case_of(situation)
    before = case.care.appointments.get(key)
    named = command.provider or (before.provider if before else "")
    chosen = who_helps(situation.programme, command.service, case.language, named)
    return AppointmentBooked(
        appointment=key or id_from(command.command_id, "A", command.service),
        service=command.service,
        provider=chosen.provider,
        at=command.at,
        language=chosen.language,
        needs_interpreter=chosen.needs_interpreter,
        interpreter=chosen.interpreter,
    )


def _next(at: datetime, key: str, service: str, before: Appointment) -> AppointmentBooked:
    return AppointmentBooked(
        appointment=key, service=service, provider=before.provider, at=at, language=before.language,
        needs_interpreter=before.needs_interpreter, interpreter=before.interpreter,
    )  # fmt: skip


def _somebody(service: str, situation: Situation) -> Appointment:
    return who_helps(situation.programme, service, case_of(situation).language)


def _held(command: RecordSession, key: str, service: str, situation: Situation) -> SessionHeld:
    """Seal the note in the compartment of the kind of care: a doctor's is not for a lawyer's eyes, nor back."""
    kind = situation.programme.service_of[service].kind
    field = {"medical": "medical_note", "legal": "legal_note"}.get(kind or "", "note")
    return SessionHeld(
        person_id=person_of(situation), appointment=key, service=service, attended=command.attended,
        **{field: command.note},
    )  # fmt: skip


def _against_service(service: str, programme: Programme) -> list[Reason]:
    """Return why a service is not given at appointments."""
    if service in programme.service_of and programme.service_of[service].kind:
        return []
    known = ", ".join(one.id for one in programme.services if one.kind)
    return [reason("service_is_care", f"{service or 'nothing'} is no care service", f"one of: {known}")]


def _against_consent(service: str, situation: Situation) -> list[Reason]:
    purpose = situation.programme.service_of[service].consent
    if case_of(situation).consents_to(purpose, situation.today):
        return []
    advice = f"ask the person, then record GiveConsent purpose={purpose}"
    return [reason(f"consent_to_{purpose}", f"there is no live consent to {purpose}", advice, purpose=purpose)]


def _against_provider(command: BookAppointment, programme: Programme) -> list[Reason]:
    if not command.provider:
        return []
    found = programme.provider_of.get(command.provider)
    if found is not None and found.status == "active" and command.service in found.services:
        return []
    able = [one.id for one in programme.providers if command.service in one.services and one.status == "active"]
    advice = f"one of: {', '.join(able) or 'none in the programme file'}"
    return [reason("provider_offers_it", f"{command.provider} does not offer {command.service}", advice)]


def _against_time(at: datetime, provider: str, situation: Situation) -> list[Reason]:
    reasons = []
    until = situation.programme.runs.until
    if at < situation.now:
        said, advice = "the time is over", "check the date, or record RecordSession for what has been"
        reasons.append(reason("appointment_is_ahead", said, advice, at=at))
    if until is not None and at.date() > until:
        reasons.append(reason("programme_is_running", "the programme has ended by then", "choose an earlier day"))
    found = situation.programme.provider_of.get(provider)
    if found is not None and found.hours is not None and not found.hours.is_open(at):
        opens = found.hours.next_opening(at)
        reasons.append(reason("provider_is_open", f"{provider} is closed then", f"it opens next at {opens}", at=at))
    return reasons


def _against_session(command: RecordSession, found: Appointment | None, situation: Situation) -> list[Reason]:
    if command.appointment and found is None:
        advice = "look with: wayhome case show; for a session without an appointment give service="
        return [reason("appointment_is_open", "there is no such open appointment", advice)]
    service = found.service if found else command.service
    reasons = _against_service(service, situation.programme)
    if reasons:
        return reasons
    if not command.attended and (found is None or found.at is None):
        said = "nobody was expected, so nobody was missed"
        reasons.append(reason("appointment_is_booked", said, "record BookAppointment first"))
    if found is not None and found.at is not None and found.at > situation.now:
        said = "the appointment is still ahead"
        reasons.append(
            reason("appointment_is_past", said, "record it when it is over, or MoveAppointment", at=found.at)
        )
    if command.next_at is not None:
        reasons += _against_consent(service, situation)
        reasons += _against_time(command.next_at, (found or _somebody(service, situation)).provider, situation)
    return reasons


# What takes back letters about an appointment must know which of them a worker has begun.


RULES: Final = (
    CommandRule(BookAppointment, book_appointment, cancels=True),
    CommandRule(MoveAppointment, move_appointment, cancels=True),
    CommandRule(CancelAppointment, cancel_appointment, cancels=True),
    CommandRule(RecordSession, record_session, cancels=True),
    CommandRule(AssignLegalReference, assign_legal_reference),
    CommandRule(AgreeCarePlan, agree_care_plan),
    CommandRule(CertifyFitness, certify_fitness),
)
