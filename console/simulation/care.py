"""What the case manager of a rehearsal does for safety and care: agrees, assesses, plans, books, and records."""

from __future__ import annotations

from datetime import datetime, timedelta

from console.simulation.managed_case import BORIS, ManagedCase, Steps
from workflow.guard_context import GuardContext
from workflow.subjects.care.commands import BookAppointment, CertifyFitness, RecordSession
from workflow.subjects.care.guards import fit_to_travel
from workflow.subjects.care.state import Appointment, care_of
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.intake.guards import consent_to_assistance, consent_to_travel
from workflow.subjects.safety.commands import AgreeSafetyPlan, AppointGuardian, AssessRisk, RecordAssent
from workflow.subjects.safety.guards import risk_is_assessed, safety_plan_is_agreed
from workflow.subjects.safety.state import safety_of

_CONSENTS = {"assistance": consent_to_assistance, "travel": consent_to_travel}


def prepared(managed: ManagedCase) -> Steps:
    """Have what every step needs: a guardian for a child, consent and assent, a fresh look at the dangers."""
    if managed.is_child and not safety_of(managed.case).guardian:
        yield managed.make(AppointGuardian, kind="state", name="Опекун")
    yield from _agreed(managed)
    yield from reassessed(managed)


def reassessed(managed: ManagedCase) -> Steps:
    """Go through the dangers again when it is time, and plan against what was found."""
    asked = _asked(managed)
    if risk_is_assessed(asked) or "risk_reassess" in managed.case.escalations:
        note = "gone through together"
        yield managed.make(AssessRisk, level=managed.fate.danger, safe_to_return=True, note=note)
    elif safety_plan_is_agreed(asked):
        yield managed.make(AgreeSafetyPlan, second=BORIS, plan="whom to call, where to go")


def examined(managed: ManagedCase) -> Steps:
    """Have a doctor certify, when no certificate covers the journey."""
    if fit_to_travel(_asked(managed)):
        valid, note = managed.now.date() + timedelta(days=60), "examined"
        yield managed.make(CertifyFitness, valid_until=valid, escort=managed.fate.escort, note=note, mandate="medical")


def appointments(managed: ManagedCase) -> Steps:
    """Give the appointments their times once the provider has answered, and record who came."""
    for key, one in care_of(managed.case).appointments.items():
        if one.at is None and one.provider_knows:
            yield managed.make(BookAppointment, service=one.service, at=_open_time(managed, one))
        elif one.at is not None and one.at <= managed.now:
            yield from _session(managed, key, one)


def _session(managed: ManagedCase, key: str, one: Appointment) -> Steps:
    """The first time, some do not come; they are expected again."""
    if managed.fate.misses_once and one.service == "counselling" and care_of(managed.case).missed == 0:
        yield managed.make(RecordSession, appointment=key, attended=False)
    else:
        yield managed.make(RecordSession, appointment=key, attended=True, note="as it went")


def _open_time(managed: ManagedCase, one: Appointment) -> datetime:
    at = managed.now + timedelta(hours=20)
    provider = managed.snapshot.definition.programme.provider_of.get(one.provider)
    return provider.hours.next_opening(at) if provider is not None and provider.hours is not None else at


def _agreed(managed: ManagedCase) -> Steps:
    asked = _asked(managed)
    by = "guardian" if managed.is_child else "person"
    for purpose, guard in _CONSENTS.items():
        if guard(asked):
            yield managed.make(GiveConsent, purpose=purpose, by=by)
    if managed.is_child:
        asked_child = safety_of(managed.case).assents
        yield from (managed.make(RecordAssent, to=purpose) for purpose in _CONSENTS if purpose not in asked_child)


def _asked(managed: ManagedCase) -> GuardContext:
    return GuardContext(managed.case, managed.snapshot.definition.programme, managed.now)
