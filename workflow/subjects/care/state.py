"""What care has established, and who expects the person when."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from events.facts import care as facts
from workflow.case.retraction import Instead, Retractable, Told, given_once_less
from workflow.case.state import NOTHING, At, Case, Change, Part, without
from workflow.reasons import Reason
from workflow.subjects.care import refusals


class Fitness(NamedTuple):
    """Until when the person may travel, who must go along, and the day a doctor saw them."""

    valid_until: date
    escort: str
    certified_on: date


class Appointment(NamedTuple):
    """An appointment that is wanted or booked and not yet over."""

    service: str
    provider: str = ""
    language: str = ""
    needs_interpreter: bool = False
    interpreter: str = ""
    at: datetime | None = None
    sequence: int = 0  # how often its time was set
    provider_knows: bool = False
    interpreter_knows: bool = False

    @property
    def expecting(self) -> tuple[str, ...]:
        """Return who would wait for the person in vain if nobody told them."""
        return tuple(
            who for who, knows in ((self.provider, self.provider_knows), (self.interpreter, self.interpreter_knows))
            if who and knows
        )  # fmt: skip


class Care(NamedTuple):
    """Appointments that are open, by id, and how often the person did not come."""

    appointments: Mapping[str, Appointment] = NOTHING
    missed: int = 0
    legal_reference: bool = False
    care_plan: bool = False
    fitness: Fitness | None = None

    def open_for(self, service: str) -> str:
        """Return the open appointment for a service, or nothing."""
        return next((key for key, one in self.appointments.items() if one.service == service), "")


_UNRECORDED: Final = "appointment_unrecorded"
care_of: Final = Part("care", Care())


def _changed(case: Case, appointment: str, **changes: Any) -> Case:
    """Change one open appointment; one that is over stays over."""
    found = care_of(case).appointments.get(appointment)
    return case if found is None else _kept(case, appointment, found._replace(**changes))


def _kept(case: Case, key: str, one: Appointment) -> Case:
    return care_of.changed(case, appointments={**care_of(case).appointments, key: one})


def _over(case: Case, appointment: str) -> Case:
    return care_of.changed(case.calm(_UNRECORDED), appointments=without(care_of(case).appointments, appointment))


def _needed(case: Case, fact: facts.AppointmentNeeded, _at: At) -> Case:
    one = Appointment(fact.service, fact.provider, fact.language, fact.needs_interpreter, fact.interpreter)
    return _kept(case, fact.appointment, one)


def _booked(case: Case, fact: facts.AppointmentBooked, _at: At) -> Case:
    before = care_of(case).appointments.get(fact.appointment)
    same = before is not None and before.interpreter == fact.interpreter
    one = Appointment(
        fact.service, fact.provider, fact.language, fact.needs_interpreter, fact.interpreter, fact.at,
        before.sequence + 1 if before else 1,
        provider_knows=True,  # it is the provider who gave the time
        interpreter_knows=same and before is not None and before.interpreter_knows,
    )  # fmt: skip
    return _kept(case.calm(_UNRECORDED), fact.appointment, one)


def _moved(case: Case, fact: facts.AppointmentMoved, _at: At) -> Case:
    before = care_of(case).appointments[fact.appointment]
    return _changed(case.calm(_UNRECORDED), fact.appointment, at=fact.at, sequence=before.sequence + 1)


def _session(case: Case, fact: facts.SessionHeld, _at: At) -> Case:
    """A session that was missed leaves the appointment open, without a time: it is to be booked anew."""
    if fact.attended:
        return _over(case, fact.appointment)
    case = care_of.changed(case.calm(_UNRECORDED), missed=care_of(case).missed + 1)
    return _changed(case, fact.appointment, at=None)


def _before_session(case: Case, fact: facts.SessionHeld) -> tuple[str, Appointment | None, bool]:
    return fact.appointment, care_of(case).appointments.get(fact.appointment), fact.attended


def _no_session(case: Case, told: Told) -> Case:
    """Return the case with the appointment as it was: with its time, and nobody has said whether the person came."""
    key, before, attended = told.before
    if before is not None:
        case = _kept(case, key, before)
    if attended:
        return given_once_less(case, dict(told.about)["service"])
    return care_of.changed(case, missed=care_of(case).missed - 1)


def _booked_since(case: Case, told: Told) -> list[Reason]:
    """Return that the next appointment was made on the strength of the session."""
    key, before, attended = told.before
    service = dict(told.about)["service"]
    if before is None:
        return []
    other = care_of(case).open_for(service)
    found = care_of(case).appointments.get(key)
    moved_on = bool(other) if attended else found is None or found.at is not None
    return [refusals.APPOINTMENT_RESTS_ON_IT(service=service)] if moved_on else []


RETRACTABLE: Final = (
    Retractable(
        facts.SessionHeld, "RecordSession", _no_session, about=lambda f: (("service", f.service),),
        keeps=_before_session, against=_booked_since,
    ),
    Retractable(
        facts.FitnessCertified, "CertifyFitness", lambda c, told: care_of.changed(c, fitness=told.before),
        keeps=lambda c, _: care_of(c).fitness, guards=frozenset({"fit_to_travel"}),
    ),
    Retractable(
        facts.LegalReferenceAssigned, "AssignLegalReference",
        lambda c, told: care_of.changed(c, legal_reference=told.before),
        keeps=lambda c, _: care_of(c).legal_reference, after_the_end=True,
    ),
)  # fmt: skip
INSTEAD: Final = {
    "AppointmentBooked": Instead(("MoveAppointment",), "CancelAppointment", "BookAppointment"),
    "AppointmentMoved": Instead(("MoveAppointment",), "CancelAppointment"),
    "AppointmentCancelled": Instead(("BookAppointment",)),
    "CarePlanAgreed": Instead(("AgreeCarePlan",)),
}
CHANGES: dict[str, Change] = {
    "AppointmentNeeded": _needed,
    "AppointmentRequested": lambda c, f, _: _changed(c, f.appointment, provider_knows=True),
    "InterpreterRequested": lambda c, f, _: _changed(c, f.appointment, interpreter_knows=True),
    "AppointmentBooked": _booked,
    "AppointmentMoved": _moved,
    "AppointmentCancelled": lambda c, f, _: _over(c, f.appointment),
    "SessionHeld": _session,
    "LegalReferenceAssigned": lambda c, _f, _: care_of.changed(c, legal_reference=True),
    "CarePlanAgreed": lambda c, _f, _: care_of.changed(c, care_plan=True),
    "FitnessCertified": lambda c, f, _: care_of.changed(c, fitness=Fitness(f.valid_until, f.escort, f.certified_on)),
}
