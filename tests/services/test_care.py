"""Rows 4, 9, 10, 11 and 24: medical, psychological, social and legal care, each in the person's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from events.catalogue import CLOSED
from events.facts.care import (
    AppointmentBooked,
    AppointmentMoved,
    AppointmentRequested,
    AppointmentTakenBack,
    AppointmentTold,
    FitnessCertified,
    InterpreterRequested,
    SessionHeld,
)
from events.facts.intake import SealedOpened
from events.facts.safety import SealedDenied
from events.facts.tasks import Escalated, ServiceProvided, TaskRequested, TimerCancelled, TimerFired, TimerSet
from events.ids import CaseId, case_stream
from events.instants import instant_text
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.reading import READ_BY_A_TEST
from tests.kit.roads import bring, plan_trip, ready_to_travel
from tests.kit.story import Story, present
from tests.kit.workshop import Workshop
from tests.kit.world import moscow
from workflow.subjects.care.commands import (
    AgreeCarePlan,
    AssignLegalReference,
    BookAppointment,
    CancelAppointment,
    CertifyFitness,
    MoveAppointment,
    RecordSession,
)
from workflow.subjects.care.state import care_of
from workflow.subjects.intake.commands import OpenSealed, WithdrawConsent
from workflow.subjects.travel.commands import CancelTrip
from workflow.subjects.travel.state import travel_of

KINDS = ("medical_exam", "counselling", "legal_advice")
NOTES = ("Беременность 12 недель", "ორსულობა", "حامل", "homilador, oʻn ikki hafta")
DRIVER = {"actor": "staff:driver", "mandate": "transport", "why": "which seat"}
DOCTOR = {"actor": "staff:doctor", "mandate": "medical", "why": "before the examination"}


def in_care(office: Office, **opening: Any) -> Story:
    """Return somebody in care, whose appointments are asked for and for nobody booked yet."""
    return bring(Story(office, **opening), "care")


def appointment(case: Story, service: str) -> str:
    key = care_of(case.case).open_for(service)
    assert key
    return key


def tomorrow(case: Story) -> datetime:
    return case.place.now + timedelta(days=1)


def booked(case: Story, service: str, hours: int = 0, **fields: Any) -> str:
    """Have the letter sent, and the time the provider answered recorded; return the appointment's number."""
    case.finish(case.task(kind="request_appointment", service=service)).accepted()
    case.does(BookAppointment, service=service, at=tomorrow(case) + timedelta(hours=hours), **fields)
    return appointment(case, service)


def sealed_parts(office: Office, case: Story, kind: str, *compartments: str) -> list[Any]:
    """Return the facts of a kind as somebody reads them to whom these compartments are opened."""
    log = office.service.log
    events = [e for e in log.stream(case_stream(CaseId(case.case_id))) if e.envelope.type == kind]
    return [log.opened(event, compartments, READ_BY_A_TEST) for event in events]


def works_list(office: Office, case: Story) -> set[str]:
    return {row["kind"] for row in office.rows("work_items", case_id=case.case_id)}


# -- row 4: who may read what --------------------------------------------------------------------------------


@pytest.mark.parametrize("note", NOTES)
def test_a_transport_worker_cannot_read_a_medical_note_and_the_denial_is_logged(office: Office, note: str) -> None:
    case = in_care(office).does(RecordSession, service="medical_exam", attended=True, note=note)
    case.when(OpenSealed, compartments=("medical",), **DRIVER)
    case.then(SealedDenied(compartments=("medical",), mandate="transport", why="which seat"))
    (event,) = [e for e in office.service.log.stream(case_stream(case.case_id)) if e.envelope.type == "SealedDenied"]
    assert (event.envelope.actor, event.envelope.mandate) == ("staff:driver", "transport")
    case.when(OpenSealed, compartments=("medical",), **DOCTOR).then(SealedOpened)
    (session,) = sealed_parts(office, case, "SessionHeld", "medical")
    assert session.medical_note == note


@pytest.mark.parametrize(
    ("mandate", "opens"),
    [
        ("case_manager", {"identity", "contact", "legal", "money", "story"}),
        ("medical", {"identity", "contact", "medical"}),
        ("psychologist", {"identity", "contact", "story"}),
        ("legal", {"identity", "contact", "legal", "story"}),
        ("finance", {"identity", "money"}),
        ("transport", set()),
        ("nobody_knows", set()),
    ],
)
def test_a_mandate_opens_its_own_parts_and_no_others(office: Office, mandate: str, opens: set[str]) -> None:
    case = Story(office)
    for compartment in ("identity", "contact", "medical", "legal", "money", "story"):
        case.when(OpenSealed, compartments=(compartment,), why="to see", mandate=mandate)
        case.then(SealedOpened if compartment in opens else SealedDenied)


def test_whoever_asks_for_one_part_too_many_gets_none(office: Office) -> None:
    case = Story(office).when(OpenSealed, compartments=("identity", "medical"), why="all of it")
    case.then(SealedDenied(compartments=("medical",), mandate="case_manager", why="all of it"))


# -- row 9: medical services and fitness to travel -----------------------------------------------------------


def test_a_certificate_older_than_thirty_days_blocks_travel(office: Office) -> None:
    case = bring(Story(office), "documents")
    ready_to_travel(case)
    plan_trip(case, days=30)
    assert "fit_to_travel" not in reasons_against_departure(case)
    case.does(CancelTrip, reason="later")
    plan_trip(case, days=31)
    assert "fit_to_travel" in reasons_against_departure(case)


def reasons_against_departure(case: Story) -> tuple[str, ...]:
    decision = case.advance("depart").last
    assert not isinstance(decision, list)
    return decision.codes


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"mandate": "case_manager"}, {"certifier_is_medical"}),
        ({"valid_until": "2007-03-04"}, {"certificate_is_valid"}),
        ({"certified_on": "2007-03-06"}, {"certificate_is_dated"}),
        ({"certified_on": "2007-02-02"}, {"certificate_is_recent"}),
        ({"certified_on": "2007-02-03"}, set()),
        ({"mandate": "transport", "valid_until": "2007-02-01", "certified_on": "2007-01-01"},
         {"certifier_is_medical", "certificate_is_valid", "certificate_is_recent"}),
    ],
)  # fmt: skip
def test_a_certificate_is_a_doctors_recent_and_still_valid(
    office: Office, fields: dict[str, Any], codes: set[str]
) -> None:
    given = {"mandate": "medical", "valid_until": "2007-06-01", "escort": "none", "note": "здорова"} | fields
    case = Story(office).when(CertifyFitness, **given)
    if codes:
        case.then_refused(*codes)
    else:
        case.then(FitnessCertified)


def test_a_certificate_says_who_must_go_along(office: Office) -> None:
    case = bring(Story(office), "documents")
    ready_to_travel(case, escort="medical")
    plan_trip(case)
    assert travel_of(case.case).trip is not None
    assert "medical" in office_escort(case).skills
    assert "escort_is_confirmed" in reasons_against_departure(case)


def office_escort(case: Story) -> Any:
    assert travel_of(case.case).trip is not None
    return moscow().programme.escort_of[present(travel_of(case.case).trip).escort]


# -- row 10: psychological counselling -----------------------------------------------------------------------


@ON_BOTH_DATABASES
@pytest.mark.parametrize("said", ["Она плачет по ночам", "ის ღამით ტირის", "تبكي في الليل", "u kechalari yigʻlaydi"])
def test_what_is_said_in_a_session_is_encrypted_with_the_persons_key(office: Office, said: str) -> None:
    case = in_care(office)
    key = booked(case, "counselling")
    case.later(days=1).does(RecordSession, appointment=key, attended=True, note=said)
    (closed,) = case.now_told(SessionHeld)
    assert (closed.attended, closed.note) == (True, CLOSED)
    assert all(
        said not in str(row) for name in ("events", "tasks", "work_items", "case_board") for row in raw(office, name)
    )
    (session,) = sealed_parts(office, case, "SessionHeld", "story")
    assert session.note == said
    person = case.case.person_id
    assert office.keys.find([(person, "story")])
    assert sealed_parts(office, case, "SessionHeld", "medical")[0].note is CLOSED


def raw(office: Office, name: str) -> list[Any]:
    with office.database.reading() as connection:
        if not connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one():
            return []
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]


def test_a_session_counts_as_the_service_given_and_names_the_next_day(office: Office) -> None:
    case = in_care(office)
    key = booked(case, "counselling")
    case.later(days=1)
    week = case.place.now + timedelta(days=7)
    case.when(RecordSession, appointment=key, attended=True, next_at=week)
    case.then_among_others(SessionHeld, ServiceProvided, AppointmentBooked)
    after = appointment(case, "counselling")
    assert after != key
    assert care_of(case.case).appointments[after].at == week
    assert "counselling" in case.case.provided


def test_somebody_who_does_not_come_is_expected_again_and_never_put_out(office: Office) -> None:
    case = in_care(office)
    key = booked(case, "counselling", provider="quiet-room")
    assert case.tasks(kind="cancel_appointment", provider="harbour")  # who had been asked first
    for missed in (1, 2, 3):
        case.later(days=1).does(RecordSession, appointment=key, attended=False)
        assert care_of(case.case).missed == missed
        assert "appointment_to_book" in works_list(office, case)
        case.does(BookAppointment, service="counselling", at=case.place.now + timedelta(hours=3))
        assert appointment(case, "counselling") == key
    assert case.case.stage == "care"
    case.later(hours=4).does(RecordSession, appointment=key, attended=True)
    assert "counselling" in case.case.provided


def test_somebody_asks_when_nobody_said_whether_the_person_came(office: Office) -> None:
    case = in_care(office)
    key = booked(case, "counselling")
    case.later(days=2).fires("appointment").then(TimerFired, Escalated(kind="appointment_unrecorded"))
    assert "escalation" in works_list(office, case)
    case.does(RecordSession, appointment=key, attended=True)
    assert not case.case.escalations


@ON_BOTH_DATABASES
def test_an_appointment_moved_moves_the_worry_and_the_provider_is_told(office: Office) -> None:
    case = in_care(office)
    key = booked(case, "counselling")
    later = tomorrow(case) + timedelta(hours=1)
    case.when(MoveAppointment, appointment=key, at=later)
    case.then(AppointmentMoved, TimerCancelled, TimerSet, TaskRequested)
    case.finish(case.task(kind="tell_appointment")).then(AppointmentTold)
    (timer,) = office.rows("timers", kind="appointment", status="set")
    assert timer["due_at"] == instant_text(later + timedelta(hours=24))


# -- row 11: social and legal counselling --------------------------------------------------------------------


def test_a_tajik_speaker_gets_a_provider_who_speaks_tajik(office: Office) -> None:
    case = in_care(office, language="tg", citizenships=("TJ",))
    assert care_of(case.case).appointments[appointment(case, "legal_advice")].provider == "legal-aid"
    letter = case.tasks(kind="request_appointment", service="legal_advice")
    assert [dict(task.subject)["provider"] for task in letter.values()] == ["legal-aid"]
    assert not case.tasks(kind="find_interpreter", service="legal_advice")


def test_where_nobody_speaks_tajik_an_interpreter_is_looked_for(office: Office) -> None:
    case = in_care(office, language="tg", citizenships=("TJ",))
    one = care_of(case.case).appointments[appointment(case, "medical_exam")]
    assert (one.provider, one.needs_interpreter, one.interpreter) == ("clinic-north", True, "interpreters")
    case.finish(case.task(kind="find_interpreter", service="medical_exam")).then(InterpreterRequested)
    key = booked(case, "medical_exam")
    (told_when,) = case.tasks(kind="tell_appointment", appointment=key).values()
    assert dict(told_when.subject)["provider"] == "interpreters"


def test_where_there_is_no_interpreter_either_it_waits_on_the_work_list(office: Office) -> None:
    case = in_care(office, language="am")  # Amharic: nobody in the directory speaks it
    assert "find_interpreter" in works_list(office, case)
    assert not case.tasks(kind="find_interpreter")
    assert len(case.tasks(kind="request_appointment")) == 3


def test_a_legal_matter_has_its_number_sealed_for_legal_staff(office: Office) -> None:
    case = in_care(office).does(AssignLegalReference, matter="criminal", reference="Дело № 1-234/2007")
    assert care_of(case.case).legal_reference
    assert all("1-234/2007" not in str(row) for row in raw(office, "events"))
    (fact,) = sealed_parts(office, case, "LegalReferenceAssigned", "legal")
    assert fact.reference == "Дело № 1-234/2007"


# -- row 24: the three together ------------------------------------------------------------------------------


def test_care_is_complete_with_psychological_legal_and_medical_support_and_a_plan(office: Office) -> None:
    case = in_care(office)
    case.advance("arrange_documents").then_refused(
        *(f"{service}_is_provided" for service in KINDS), "care_plan_is_agreed"
    )
    keys = [booked(case, service, hours) for hours, service in enumerate(KINDS)]
    case.later(days=2)
    for key in keys:
        case.does(RecordSession, appointment=key, attended=True)
    case.does(AgreeCarePlan, plan="two talks a week")
    assert sealed_parts(office, case, "DecisionProposed", "story")[0].content == "two talks a week"
    assert not care_of(case.case).care_plan
    case.confirmed()
    case.goes("arrange_documents")
    assert not care_of(case.case).appointments


def test_an_appointment_may_be_booked_without_anybody_having_asked(office: Office) -> None:
    case = bring(Story(office), "documents")
    case.does(BookAppointment, service="counselling", at=tomorrow(case), provider="quiet-room")
    assert care_of(case.case).appointments[appointment(case, "counselling")].provider == "quiet-room"
    assert not case.tasks(kind="request_appointment")


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"service": "ticket"}, {"service_is_care"}),
        ({"service": "no_such_thing"}, {"service_is_care"}),
        ({"at": "2007-03-05T08:59+00:00"}, {"appointment_is_ahead"}),
        ({"at": "2006-11-30T10:00+03:00"}, {"appointment_is_ahead"}),  # before the programme
        ({"provider": "legal-aid"}, {"provider_offers_it"}),
        ({"provider": "nobody"}, {"provider_offers_it"}),
        ({"provider": "harbour", "at": "2007-03-06T18:00+03:00"}, {"provider_is_open"}),
        ({"provider": "harbour", "at": "2007-03-08T12:00+03:00"}, {"provider_is_open"}),  # Women's Day
        ({"provider": "harbour", "at": "2007-03-06T17:59+03:00"}, set()),
    ],
)
def test_an_appointment_is_at_a_time_and_a_place_that_can_be(
    office: Office, fields: dict[str, Any], codes: set[str]
) -> None:
    given = {"service": "counselling", "at": "2007-03-06T12:00+03:00"} | fields
    case = in_care(office).when(BookAppointment, **given)
    if codes:
        case.then_refused(*codes)
    else:
        case.then_among_others(AppointmentBooked)


def test_things_in_the_wrong_order_change_nothing(office: Office) -> None:
    case = in_care(office)
    before = case.case
    case.when(MoveAppointment, appointment="A-1", at=tomorrow(case)).then_refused("appointment_is_booked")
    case.when(CancelAppointment, appointment="A-1", reason="ill").then_refused("appointment_is_open")
    case.when(RecordSession, appointment="A-1", attended=True).then_refused("appointment_is_open")
    case.when(RecordSession, attended=True).then_refused("service_is_care")
    case.when(RecordSession, service="counselling", attended=False).then_refused("appointment_is_booked")
    assert case.case == before
    booked(case, "counselling")
    again = {"service": "counselling", "at": tomorrow(case)}
    case.when(BookAppointment, **again).then_refused("appointment_is_wanted")
    case.when(RecordSession, service="counselling", attended=True).then_refused("appointment_is_past")


# -- consent and the end -------------------------------------------------------------------------------------


def test_consent_taken_back_cancels_each_appointment_once_and_whoever_waits_is_told(office: Office) -> None:
    case = in_care(office)
    key = booked(case, "counselling")
    case.does(WithdrawConsent, purpose="assistance")
    assert not care_of(case.case).appointments
    assert {task.kind for task in case.case.tasks.values()} == {"cancel_appointment"}
    assert case.tasks(kind="cancel_appointment", appointment=key, provider="harbour")
    case.finish(case.task(kind="cancel_appointment")).then(AppointmentTakenBack)
    case.when(BookAppointment, service="counselling", at=tomorrow(case)).then_refused("consent_to_assistance")


@ON_BOTH_DATABASES
def test_a_letter_under_way_when_everything_ends_is_taken_back_when_it_is_known_to_be_sent(office: Office) -> None:
    case = in_care(office)
    begun = case.task(kind="request_appointment", service="legal_advice")
    case.claims(begun).advance("withdraw", reason="declined").accepted()
    assert set(case.case.tasks) == {begun}
    case.finish(begun).then(AppointmentRequested, TaskRequested)
    (letter,) = case.tasks(kind="cancel_appointment").values()
    assert dict(letter.subject)["provider"] == "legal-aid"


def test_a_case_that_ends_leaves_nobody_waiting(office: Office) -> None:
    case = in_care(office)
    booked(case, "counselling")
    case.advance("withdraw", reason="declined").accepted()
    assert not care_of(case.case).appointments
    assert len(case.tasks(kind="cancel_appointment")) == 1


# -- the letters themselves ----------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_no_letter_names_the_person_or_the_case(office: Office, tmp_path: Path) -> None:
    case = in_care(office, name="Фарход Қодиров", language="tg", citizenships=("TJ",), story="Он бежал с фермы")
    shop = Workshop(office, tmp_path / "data")
    try:
        worked_off(shop)
        case.does(BookAppointment, service="medical_exam", at=tomorrow(case))
        worked_off(shop)
        case.advance("withdraw", reason="declined").accepted()
        worked_off(shop)
        mails = shop.mails()
    finally:
        shop.close()
    appointments = [mail for mail in mails if str(mail["Subject"]).startswith("Appointment A-")]
    assert len(appointments) >= 7  # three providers and an interpreter asked, the interpreter told, all taken back
    for mail in appointments:
        seen = str(mail) + "".join(str(part.get_content()) for part in mail.walk() if not part.is_multipart())
        assert not any(secret in seen for secret in ("Фарход", "Қодиров", case.case_id, "ферм", case.case.person_id))
    assert {"REQUEST", "CANCEL"} <= {method for mail in appointments for method in methods(mail)}


def methods(mail: Any) -> list[str]:
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return [str(Calendar.from_ical(part.get_content())["METHOD"]) for part in parts]


def worked_off(shop: Workshop) -> None:
    """Let a worker do everything that is due."""
    shop.worker().performer.perform([row["task_id"] for row in shop.office.rows("tasks", status="waiting")])
