"""Times that cannot be are refused or asked about again; whoever writes something down late says when it happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from events.ids import CaseId, case_stream
from events.instants import instant, instant_text
from handlers.states.case_reader import CaseReader
from tests.kit.offices import Office
from tests.kit.roads import bring, comes, consents, departed, ready_to_be_received, ready_to_depart, referred, trip_of
from tests.kit.story import Story, present, story
from workflow.command import AdvanceCase
from workflow.reasons import Refused
from workflow.subjects.accommodation.commands import HoldBed, ReleaseBed, TakeBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.commands import BookAppointment, MoveAppointment, RecordSession
from workflow.subjects.care.state import Appointment, care_of
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.reception.commands import DelayArrival, MeetPerson, PlanArrival
from workflow.subjects.reception.state import reception_of
from workflow.subjects.referrals.commands import AcceptReferral, AcknowledgeReferral, RecordReferralServed
from workflow.subjects.travel.commands import HandOver, PlanTrip

AT_SVO: dict[str, Any] = {"place": "SVO", "means": "flight", "number": "SU1491"}


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def arriving(office: Office, **opening: Any) -> Story:
    return consents(story(office, **opening), "assistance", "travel", "medical_care")


def last_envelope(case: Story, office: Office, fact: str) -> Any:
    told = [event.envelope for event in office.service.log.stream(case_stream(CaseId(case.case_id)))]
    return [one for one in told if one.type == fact][-1]


# -- arrivals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ago", [timedelta(days=60), timedelta(days=1), hours(4)])
def test_an_arrival_in_the_past_is_asked_about_and_nobody_is_written_to(office: Office, ago: timedelta) -> None:
    case = arriving(office)
    case.when(PlanArrival, at=office.now - ago, **AT_SVO).then_refused("arrival_is_late")
    assert not case.tasks(kind="book_pickup")


def test_who_landed_an_hour_ago_still_waits_and_is_fetched(office: Office) -> None:
    case = arriving(office).does(PlanArrival, at=office.now - hours(1), **AT_SVO)
    assert case.tasks(kind="book_pickup")


def test_an_arrival_written_down_late_sends_nobody_and_takes_no_driver(office: Office) -> None:
    case = arriving(office).does(PlanArrival, at=office.now - timedelta(days=2), late=True, **AT_SVO)
    arrival = reception_of(case.case).arrival
    assert arrival is not None
    assert arrival.meeter == ""
    assert not case.tasks(kind="book_pickup")
    assert not case.case.escalations
    case.does(MeetPerson, occurred_at=office.now - timedelta(days=2) + hours(1))


def test_what_is_said_to_be_past_is_past_and_of_this_case(office: Office) -> None:
    case = arriving(office)
    case.when(PlanArrival, at=office.now + hours(5), late=True, **AT_SVO).then_refused("it_has_happened")
    case.when(PlanArrival, at=office.now - timedelta(days=60), late=True, **AT_SVO).then_refused("it_has_happened")


def test_a_delay_into_the_past_is_asked_about_too(office: Office) -> None:
    case = arriving(office).does(PlanArrival, at=office.now + hours(5), **AT_SVO)
    case.when(DelayArrival, at=office.now - timedelta(days=1)).then_refused("arrival_is_late")
    case.does(DelayArrival, at=office.now - timedelta(days=1), late=True)
    assert present(reception_of(case.case).arrival).meeter == "", "the driver is free again"


def test_nobody_is_met_before_they_come(office: Office) -> None:
    case = arriving(office).does(PlanArrival, at=office.now + timedelta(days=1), **AT_SVO)
    case.when(MeetPerson).then_refused("met_after_arrival")
    case.later(hours=22, minutes=30).does(MeetPerson)  # planes come before their time


# -- written down late -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [MeetPerson, TakeBed, AddNote])
def test_nothing_has_happened_that_is_still_to_come(office: Office, kind: Any) -> None:
    case = ready_to_be_received(story(office)).does(HoldBed)
    given = {"note": "x"} if kind is AddNote else {}
    case.when(kind, occurred_at=office.now + hours(1), **given)
    assert isinstance(case.last, Refused)
    assert set(case.last.codes) <= {"it_has_happened", "has_arrived"}


@pytest.mark.parametrize("ago", [timedelta(days=60), timedelta(days=8)])
def test_nothing_of_another_year_is_written_down_for_a_case_opened_today(office: Office, ago: timedelta) -> None:
    case = ready_to_be_received(story(office)).does(HoldBed)
    case.when(TakeBed, occurred_at=office.now - ago)
    assert isinstance(case.last, Refused)
    assert "it_has_happened" in case.last.codes


def test_met_and_moved_in_on_a_friday_night_are_told_on_monday_as_of_friday(office: Office) -> None:
    friday = office.now - timedelta(days=2)
    case = arriving(office).does(PlanArrival, at=friday, late=True, **AT_SVO).does(HoldBed)
    case.does(MeetPerson, occurred_at=friday + hours(1)).does(TakeBed, occurred_at=friday + hours(3))
    assert accommodation_of(case.case).moved_in_at == friday + hours(3)
    met, lives = last_envelope(case, office, "PersonMet"), last_envelope(case, office, "MovedIn")
    assert (instant(met.occurred_at), instant(met.recorded_at)) == (friday + hours(1), office.now)
    assert lives.occurred_at == instant_text(friday + hours(3))
    case.does(ReleaseBed, reason="moved out", occurred_at=office.now - hours(1))


def test_a_stay_that_is_over_is_not_planned(office: Office) -> None:
    case = ready_to_be_received(story(office)).does(HoldBed)
    last_year = office.definition.programme.day(office.now) - timedelta(days=365)
    yesterday = office.definition.programme.day(office.now) - timedelta(days=1)
    for until, at in ((last_year, office.now), (yesterday, office.now - timedelta(days=3))):
        case.when(TakeBed, until=until, occurred_at=at).then_refused("stay_is_ahead")


# -- appointments -----------------------------------------------------------------------------------------------------


def test_nobody_has_three_appointments_at_one_time(office: Office) -> None:
    case, at = arriving(office), office.now + timedelta(days=1)
    case.does(BookAppointment, service="medical_exam", at=at)
    case.when(BookAppointment, service="counselling", at=at).then_refused("time_is_free")
    case.when(BookAppointment, service="counselling", at=at + timedelta(minutes=59)).then_refused("time_is_free")
    case.does(BookAppointment, service="counselling", at=at + hours(1))
    (key,) = [key for key, one in care_appointments(case) if one.service == "counselling"]
    case.when(MoveAppointment, appointment=key, at=at - timedelta(minutes=30)).then_refused("time_is_free")
    case.does(MoveAppointment, appointment=key, at=at + timedelta(minutes=90))


def care_appointments(case: Story) -> Iterable[tuple[str, Appointment]]:
    return care_of(case.case).appointments.items()


def test_a_partners_first_meeting_and_a_journey_take_their_time_too(office: Office) -> None:
    case = bring(story(office), "reintegration")
    number, at = referred(case), office.now + timedelta(days=2)
    case.does(AcknowledgeReferral, referral_id=number).does(AcceptReferral, referral_id=number, first_meeting=at)
    with_another = {"service": "counselling", "provider": "quiet-room"}
    case.when(BookAppointment, at=at, **with_another).then_refused("time_is_free")
    travels = bring(story(office), "documents")
    ready_to_depart(travels)
    during = trip_of(travels).departs_at + hours(2)
    travels.when(BookAppointment, at=during, **with_another).then_refused("time_is_free")


def test_a_session_is_told_as_of_when_it_was_held(office: Office) -> None:
    case, at = arriving(office), office.now + timedelta(days=1)
    case.does(BookAppointment, service="medical_exam", at=at)
    (key,) = [key for key, _ in care_appointments(case)]
    case.later(days=4)
    case.when(RecordSession, appointment=key, attended=True, occurred_at=at - hours(5)).then_refused(
        "appointment_is_past"
    )
    case.does(RecordSession, appointment=key, attended=True, occurred_at=at + hours(1))
    assert instant(last_envelope(case, office, "ServiceProvided").occurred_at) == at + hours(1)


# -- journeys ---------------------------------------------------------------------------------------------------------


def test_nobody_leaves_two_days_before_the_train(office: Office) -> None:
    case = bring(story(office), "documents")
    ready_to_depart(case).later(days=1).advance("depart").then_refused("departure_has_come")
    comes(case, trip_of(case).departs_at - hours(23)).goes("depart")


def test_a_way_on_that_is_too_early_is_not_offered_as_open(office: Office) -> None:
    case = bring(story(office), "documents")
    ready_to_depart(case)
    reader = reader_of(office)
    (option,) = [one for one in reader.options(present(reader.at(case.case_id))) if one.trigger == "depart"]
    assert [reason.code for reason in option.reasons] == ["departure_has_come"]


def reader_of(office: Office) -> CaseReader:
    return CaseReader(office.service.log, office.service.definitions)


def test_a_departure_is_written_down_late_as_of_its_hour(office: Office) -> None:
    case = bring(story(office), "documents")
    leaves = trip_of(ready_to_depart(case)).departs_at
    comes(case, leaves + timedelta(days=2))
    case.when(AdvanceCase, trigger="depart", occurred_at=leaves - timedelta(days=2)).then_refused("departure_has_come")
    case.does(AdvanceCase, trigger="depart", occurred_at=leaves)
    assert instant(last_envelope(case, office, "StageEntered").occurred_at) == leaves


def test_nobody_is_handed_over_minutes_after_leaving_unless_they_came_early(office: Office) -> None:
    case = bring(story(office), "documents")
    departed(ready_to_depart(case)).later(minutes=10)
    case.when(HandOver, received_by="host").then_refused("handed_over_after_arrival")
    case.when(
        HandOver, received_by="host", occurred_at=trip_of(case).departs_at - hours(1), came_early=True
    ).then_refused("handed_over_after_departure")
    case.later(hours=3).does(HandOver, received_by="host", came_early=True)


def test_a_hand_over_is_told_as_of_when_it_was(office: Office) -> None:
    case = bring(story(office), "documents")
    departed(ready_to_depart(case)).later(days=3)
    case.does(HandOver, received_by="host", occurred_at=trip_of(case).arrives_at)
    assert instant(last_envelope(case, office, "PersonHandedOver").occurred_at) == trip_of(case).arrives_at


def test_no_help_was_given_before_the_provider_was_asked(office: Office) -> None:
    case = bring(story(office), "reintegration")
    number = referred(case)
    case.does(AcknowledgeReferral, referral_id=number).does(AcceptReferral, referral_id=number)
    case.later(days=5)
    case.when(RecordReferralServed, referral_id=number, occurred_at=office.now - timedelta(days=6)).then_refused(
        "served_after_asked"
    )
    case.does(RecordReferralServed, referral_id=number, occurred_at=office.now - timedelta(days=1))


def test_a_journey_into_the_past_is_not_planned(office: Office) -> None:
    case = bring(story(office), "documents")
    gone = {"departs_at": office.now - timedelta(days=2), "arrives_at": office.now - timedelta(days=1)}
    case.when(PlanTrip, origin="DME", destination="KIV", **gone)
    assert isinstance(case.last, Refused)
    assert "departure_is_ahead" in case.last.codes
