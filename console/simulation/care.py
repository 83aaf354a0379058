"""What the case manager of a rehearsal does for safety and care: agrees, assesses, plans, books, and records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from workflow.command import Command
from workflow.guard_context import GuardContext
from workflow.subjects.care.commands import BookAppointment, CertifyFitness, RecordSession
from workflow.subjects.care.guards import fit_to_travel
from workflow.subjects.care.state import Appointment, care_of
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.intake.guards import consent_to_assistance, consent_to_travel
from workflow.subjects.safety.commands import AgreeSafetyPlan, AppointGuardian, AssessRisk, RecordAssent
from workflow.subjects.safety.guards import risk_is_assessed, safety_plan_is_agreed
from workflow.subjects.safety.state import safety_of

if TYPE_CHECKING:
    from console.simulation.manager import Look

BORIS = "staff:boris"
Steps = Iterator[Command]
_CONSENTS = {"assistance": consent_to_assistance, "travel": consent_to_travel}


def prepared(look: Look) -> Steps:
    """Have what every step needs: a guardian for a child, consent and assent, a fresh look at the dangers."""
    if look.is_child and not safety_of(look.case).guardian:
        yield look.make(AppointGuardian, kind="state", name="Опекун")
    yield from _agreed(look)
    yield from reassessed(look)


def reassessed(look: Look) -> Steps:
    """Go through the dangers again when it is time, and plan against what was found."""
    asked = _asked(look)
    if risk_is_assessed(asked) or "risk_reassess" in look.case.escalations:
        note = "gone through together"
        yield look.make(AssessRisk, level=look.fate.danger, safe_to_return=True, note=note)
    elif safety_plan_is_agreed(asked):
        yield look.make(AgreeSafetyPlan, second=BORIS, plan="whom to call, where to go")


def examined(look: Look) -> Steps:
    """Have a doctor certify, when no certificate covers the journey."""
    if fit_to_travel(_asked(look)):
        valid, note = look.now.date() + timedelta(days=60), "examined"
        yield look.make(CertifyFitness, valid_until=valid, escort=look.fate.escort, note=note, mandate="medical")


def appointments(look: Look) -> Steps:
    """Give the appointments their times once the provider has answered, and record who came."""
    for key, one in care_of(look.case).appointments.items():
        if one.at is None and one.provider_knows:
            yield look.make(BookAppointment, service=one.service, at=_open_time(look, one))
        elif one.at is not None and one.at <= look.now:
            yield from _session(look, key, one)


def _session(look: Look, key: str, one: Appointment) -> Steps:
    """The first time, some do not come; they are expected again."""
    if look.fate.misses_once and one.service == "counselling" and care_of(look.case).missed == 0:
        yield look.make(RecordSession, appointment=key, attended=False)
    else:
        yield look.make(RecordSession, appointment=key, attended=True, note="as it went")


def _open_time(look: Look, one: Appointment) -> datetime:
    at = look.now + timedelta(hours=20)
    provider = look.seen.definition.programme.provider_of.get(one.provider)
    return provider.hours.next_opening(at) if provider is not None and provider.hours is not None else at


def _agreed(look: Look) -> Steps:
    asked = _asked(look)
    by = "guardian" if look.is_child else "person"
    for purpose, guard in _CONSENTS.items():
        if guard(asked):
            yield look.make(GiveConsent, purpose=purpose, by=by)
    if look.is_child:
        asked_child = safety_of(look.case).assents
        yield from (look.make(RecordAssent, to=purpose) for purpose in _CONSENTS if purpose not in asked_child)


def _asked(look: Look) -> GuardContext:
    return GuardContext(look.case, look.seen.definition.programme, look.now)
