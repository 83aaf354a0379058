"""Care: appointments in the person's language, what came of them, and what was found and agreed."""

from datetime import datetime, timedelta
from typing import Final

from events.catalogue import Fact
from events.facts import care as facts
from events.facts.tasks import ServiceProvided
from workflow.command import occurred
from workflow.happened import EARLY
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, reasons_if, refused
from workflow.refusals import CONSENT_IS_MISSING
from workflow.situation import Decision, Situation, case_of, id_from, person_of, said_by, unless
from workflow.subject import CommandRule, TwoPeople
from workflow.subjects.care import commands, refusals
from workflow.subjects.care.appointments import appointment_with
from workflow.subjects.care.expected import against_other_time
from workflow.subjects.care.state import Appointment, care_of


def book_appointment(command: commands.BookAppointment, situation: Situation) -> Decision:
    """Return the booking; the appointment the stage asked for gets its time, or a new one is made."""
    programme, case = situation.programme, case_of(situation)
    reasons = _against_service(command.service, programme) or [
        *_against_consent(command.service, situation),
        *_against_provider(command, programme),
    ]
    key = care_of(case).open_for(command.service)
    if key and care_of(case).appointments[key].at is not None:
        reasons.append(refusals.APPOINTMENT_IS_WANTED(service=command.service, id=key))
    if reasons:
        return Refused(tuple(reasons))
    booked = _booking(command, situation, key)
    against = _against_time(command.at, booked.provider, situation, key)
    return Refused(tuple(against)) if against else situation.about_case(booked)


def move_appointment(command: commands.MoveAppointment, situation: Situation) -> Decision:
    """Return the new time of an appointment that has one."""
    found = care_of(case_of(situation)).appointments.get(command.appointment)
    if found is None or found.at is None:
        return refused(refusals.APPOINTMENT_HAS_NO_TIME())
    against = _against_time(command.at, found.provider, situation, command.appointment)
    return unless(against, situation.about_case(facts.AppointmentMoved(appointment=command.appointment, at=command.at)))


def cancel_appointment(command: commands.CancelAppointment, situation: Situation) -> Decision:
    """Return that an appointment will not take place."""
    if command.appointment not in care_of(case_of(situation)).appointments:
        return refused(refusals.NO_SUCH_OPEN_APPOINTMENT())
    return situation.about_case(facts.AppointmentCancelled(appointment=command.appointment, reason=command.reason))


def record_session(command: commands.RecordSession, situation: Situation) -> Decision:
    """Return what came of a session; not having come is counted and leads to a new appointment, never to an end."""
    case = case_of(situation)
    key = command.appointment or care_of(case).open_for(command.service)
    found = care_of(case).appointments.get(key)
    against = _against_session(command, key, found, situation)
    if against:
        return Refused(tuple(against))
    service = found.service if found else command.service
    key = key or id_from(command.command_id, "A", service)
    told: list[Fact] = [_held(command, key, service, situation)]
    if command.attended:
        told.append(ServiceProvided(task_id="", service=service, reference=key))
    if command.next_at is not None:
        again = id_from(command.command_id, "A", service, "next") if command.attended else key
        told.append(_booked(again, command.next_at, found or _somebody(service, situation)))
    return situation.about_case(*told)


def assign_legal_reference(command: commands.AssignLegalReference, situation: Situation) -> Decision:
    """Return that the matter has a number elsewhere; the number is sealed for legal staff."""
    return situation.about_case(said_by(command, facts.LegalReferenceAssigned, person_id=person_of(situation)))


def agree_care_plan(command: commands.AgreeCarePlan, situation: Situation) -> Decision:
    """Return the agreed plan; what it says is sealed with its proposal."""
    return situation.about_case(facts.CarePlanAgreed(person_id=person_of(situation), **situation.two))


def certify_fitness(command: commands.CertifyFitness, situation: Situation) -> Decision:
    """Return the certificate; only medical staff certify, and the note is sealed for them."""
    seen_on, today = command.certified_on or situation.today, situation.today
    days = situation.programme.policies.fitness_valid_days
    reasons = reasons_if(
        (command.mandate != "medical", refusals.CERTIFIER_IS_MEDICAL(mandate=command.mandate)),
        (command.valid_until < max(today, seen_on), refusals.CERTIFICATE_IS_VALID()),
        (seen_on > today, refusals.CERTIFICATE_IS_DATED(certified_on=seen_on)),
        (today - seen_on > timedelta(days=days), refusals.CERTIFICATE_IS_RECENT(days=days, certified_on=seen_on)),
    )
    fact = said_by(command, facts.FitnessCertified, person_id=person_of(situation), certified_on=seen_on)
    return unless(reasons, situation.about_case(fact))


def _booking(command: commands.BookAppointment, situation: Situation, key: str) -> facts.AppointmentBooked:
    case = case_of(situation)
    before = care_of(case).appointments.get(key)
    named = command.provider or (before.provider if before else "")
    chosen = appointment_with(situation.programme, command.service, case.language, named)
    return _booked(key or id_from(command.command_id, "A", command.service), command.at, chosen)


def _booked(key: str, at: datetime, chosen: Appointment) -> facts.AppointmentBooked:
    return facts.AppointmentBooked(
        appointment=key, service=chosen.service, provider=chosen.provider, at=at, language=chosen.language,
        needs_interpreter=chosen.needs_interpreter, interpreter=chosen.interpreter,
    )  # fmt: skip


def _somebody(service: str, situation: Situation) -> Appointment:
    return appointment_with(situation.programme, service, case_of(situation).language)


def _held(command: commands.RecordSession, key: str, service: str, situation: Situation) -> facts.SessionHeld:
    """Seal the note in the compartment of the kind of care: a doctor's is not for a lawyer's eyes, nor back."""
    kind = situation.programme.service_of[service].kind
    field = {"medical": "medical_note", "legal": "legal_note"}.get(kind or "", "note")
    return facts.SessionHeld(
        person_id=person_of(situation), appointment=key, service=service, attended=command.attended,
        **{field: command.note},
    )  # fmt: skip


def _against_service(service: str, programme: Programme) -> list[Reason]:
    """Return why a service is not given at appointments."""
    if service in programme.service_of and programme.service_of[service].kind:
        return []
    return [
        refusals.SERVICE_IS_CARE(service=service or "nothing", known=(one.id for one in programme.services if one.kind))
    ]


def _against_consent(service: str, situation: Situation) -> list[Reason]:
    purpose = situation.programme.service_of[service].consent
    return [] if case_of(situation).consents_to(purpose, situation.today) else [CONSENT_IS_MISSING(purpose=purpose)]


def _against_provider(command: commands.BookAppointment, programme: Programme) -> list[Reason]:
    if not command.provider:
        return []
    found = programme.provider_of.get(command.provider)
    if found is not None and found.is_offered and command.service in found.services:
        return []
    able = [one.id for one in programme.providers if command.service in one.services and one.is_offered]
    return [refusals.PROVIDER_OFFERS_IT(provider=command.provider, service=command.service, known=able)]


def _against_time(at: datetime, provider: str, situation: Situation, own: str = "") -> list[Reason]:
    reasons = against_other_time(at, case_of(situation), own)
    until = situation.programme.runs.until
    if at < situation.now:
        reasons.append(refusals.APPOINTMENT_IS_AHEAD(at=at))
    if until is not None and situation.programme.day(at) > until:
        reasons.append(refusals.PROGRAMME_ENDS_BEFORE())
    found = situation.programme.provider_of.get(provider)
    if found is not None and found.hours is not None and not found.hours.is_open(at):
        opens = found.hours.next_opening(at)
        reasons.append(refusals.PROVIDER_IS_OPEN(provider=provider, opens=opens, at=at))
    return reasons


def _against_session(
    command: commands.RecordSession, key: str, found: Appointment | None, situation: Situation
) -> list[Reason]:
    if command.appointment and found is None:
        return [refusals.SESSION_OF_NO_APPOINTMENT()]
    service = found.service if found else command.service
    reasons = _against_service(service, situation.programme)
    if reasons:
        return reasons
    if not command.attended and (found is None or found.at is None):
        reasons.append(refusals.NOBODY_WAS_EXPECTED())
    happened = occurred(command, situation.now)
    if found is not None and found.at is not None and (found.at > situation.now or happened < found.at - EARLY):
        reasons.append(refusals.APPOINTMENT_IS_PAST(at=found.at))
    if command.next_at is not None:
        reasons += _against_consent(service, situation)
        reasons += _against_time(command.next_at, (found or _somebody(service, situation)).provider, situation, key)
    return reasons


# What takes back letters about an appointment must know which of them a worker has begun.
RULES: Final = (
    CommandRule(commands.BookAppointment, book_appointment, cancels=True),
    CommandRule(commands.MoveAppointment, move_appointment, cancels=True),
    CommandRule(commands.CancelAppointment, cancel_appointment, cancels=True),
    CommandRule(commands.RecordSession, record_session, cancels=True),
    CommandRule(commands.AssignLegalReference, assign_legal_reference),
    CommandRule(commands.AgreeCarePlan, agree_care_plan, two_people=TwoPeople(sealed="plan")),
    CommandRule(commands.CertifyFitness, certify_fitness),
)
