"""What the case manager of a rehearsal does for safety and care: agrees, assesses, plans, books, and records."""

from datetime import datetime, timedelta

from console.simulation.managed_case import ManagedCase, Steps
from workflow.subjects.care.commands import BookAppointment, CertifyFitness, RecordSession
from workflow.subjects.care.guards import fit_to_travel
from workflow.subjects.care.state import Appointment, care_of
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.intake.guards import consent_to_assistance, consent_to_travel
from workflow.subjects.safety.commands import AgreeSafetyPlan, AppointGuardian, AssessRisk, RecordAssent
from workflow.subjects.safety.guards import risk_is_assessed, safety_plan_is_agreed
from workflow.subjects.safety.state import RISK_REVIEW, safety_of

_CONSENTS = {"assistance": consent_to_assistance, "travel": consent_to_travel}


def prepared(managed: ManagedCase) -> Steps:
    """Have what every step needs: a guardian for a child, consent and assent, a fresh look at the dangers."""
    if managed.is_child and not safety_of(managed.case).guardian:
        yield managed.make(AppointGuardian, kind="state", name="Опекун")
    yield from _agreed(managed)
    yield from reassessed(managed)


def reassessed(managed: ManagedCase) -> Steps:
    """Go through the dangers again when it is time, and plan against what was found."""
    if risk_is_assessed(managed.asked) or not managed.case.escalations.isdisjoint(("risk_reassess", RISK_REVIEW)):
        note = "gone through together"
        yield managed.make(AssessRisk, level=managed.fate.danger, safe_to_return=True, note=note)
    elif safety_plan_is_agreed(managed.asked):
        yield managed.make(AgreeSafetyPlan, plan="whom to call, where to go")


def examined(managed: ManagedCase) -> Steps:
    """Have a doctor certify, when no certificate covers the journey."""
    if fit_to_travel(managed.asked):
        valid, note = managed.today + timedelta(days=60), "examined"
        yield managed.make(CertifyFitness, valid_until=valid, escort=managed.fate.escort, note=note, mandate="medical")


def appointments(managed: ManagedCase) -> Steps:
    """Give the appointments their times once the provider has answered, and record who came."""
    for key, one in care_of(managed.case).appointments.items():
        if one.at is None and one.provider_knows:
            yield managed.make(BookAppointment, service=one.service, at=_open_time(managed, one))
        elif one.at is not None and one.at <= managed.now:
            # The first time, some do not come; they are expected again.
            misses = managed.fate.misses_once and one.service == "counselling" and care_of(managed.case).missed == 0
            how_it_went = {} if misses else {"note": "as it went"}
            yield managed.make(RecordSession, appointment=key, attended=not misses, **how_it_went)


def _open_time(managed: ManagedCase, one: Appointment) -> datetime:
    at = managed.now + timedelta(hours=20)
    provider = managed.programme.provider_of.get(one.provider)
    return provider.hours.next_opening(at) if provider is not None and provider.hours is not None else at


def _agreed(managed: ManagedCase) -> Steps:
    by = "guardian" if managed.is_child else "person"
    for purpose, guard in _CONSENTS.items():
        if guard(managed.asked):
            yield managed.make(GiveConsent, purpose=purpose, by=by)
    assents = safety_of(managed.case).assents
    if managed.is_child:
        yield from (managed.make(RecordAssent, to=purpose) for purpose in _CONSENTS if purpose not in assents)
