"""A record that was a slip is taken back by who made it or by two people, while nothing was built on it."""

from __future__ import annotations

from typing import Any

import pytest

from events.facts import catalogue
from events.facts.corrections import RecordRetracted
from events.facts.decisions import DecisionProposed
from events.facts.tasks import TimerCancelled, TimerSet
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.world import World
from workflow.case.retraction import Retractable, records_of
from workflow.command import RetractRecord
from workflow.decide import RULES
from workflow.retracting import INSTEAD, MENDING, RETRACTABLE
from workflow.subjects.care.commands import BookAppointment, CertifyFitness, RecordSession
from workflow.subjects.care.state import care_of
from workflow.subjects.groups.commands import FormGroup, JoinGroup
from workflow.subjects.intake.commands import AddNote, GiveConsent, WithdrawConsent
from workflow.subjects.reintegration.commands import EnrolInCourse, RecordAttendance, RecordFollowUp
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.commands import (
    AgreeSafetyPlan,
    AppointGuardian,
    AssessRisk,
    EndGuardianship,
    RecordAssent,
)
from workflow.subjects.safety.state import NO_GUARDIAN, safety_of

LOW: dict[str, Any] = {"level": "low", "safe_to_return": True}
HIGH: dict[str, Any] = {"level": "high", "safe_to_return": False}


def opened(**fields: Any) -> Story:
    return Story(World(), **fields)


def last_of(story: Story, of: type | str) -> int:
    """Return the number of the last record of a kind that can still be retracted."""
    name = of if isinstance(of, str) else of.__name__
    return max(number for number, told in records_of(story.case).standing.items() if told.of == name)


def retract(story: Story, of: str, **fields: Any) -> Story:
    return story.when(RetractRecord, record=last_of(story, of), why="wrong_case", **fields)


# -- who may ---------------------------------------------------------------------------------------------------------


def test_ones_own_slip_is_taken_back_alone() -> None:
    (fact,) = retract(opened().does(AddNote, note="of somebody else"), "NoteAdded").now_told()
    assert isinstance(fact, RecordRetracted)
    assert (fact.of, fact.by, fact.second) == ("NoteAdded", ANNA, "")


def test_a_colleagues_record_takes_two() -> None:
    story = opened().does(AddNote, note="mine")
    retract(story, "NoteAdded", actor=BORIS, mandate="supervisor").then_among_others(DecisionProposed)
    assert records_of(story.case).standing
    (fact,) = story.confirmed().now_told(RecordRetracted)
    assert (fact.by, fact.second) == (ANNA, BORIS)


def test_who_sees_a_part_of_the_case_speaks_of_their_own_records_only() -> None:
    story = opened().does(AddNote, note="mine")
    for mandate in ("medical", "legal", "finance_release"):
        retract(story, "NoteAdded", actor="staff:lena", mandate=mandate).then_refused("record_is_retractable")


def test_an_old_record_takes_two() -> None:
    story = opened().does(AddNote, note="mine").later(days=8)
    retract(story, "NoteAdded").then_among_others(DecisionProposed)
    story.confirmed().then_among_others(RecordRetracted)


def test_a_name_that_was_only_typed_is_nobodys_own() -> None:
    retract(opened().does(AddNote, note="mine"), "NoteAdded", mandate="operator").then_refused("somebody_signed_in")


def test_a_record_is_retracted_once() -> None:
    story = opened().does(AddNote, note="mine")
    number = last_of(story, "NoteAdded")
    retract(story, "NoteAdded").accepted()
    story.when(RetractRecord, record=number, why="wrong_case").then_refused("record_stands")


@pytest.mark.parametrize("number", [0, 2, 999])
def test_what_is_no_such_record_is_not_retracted(number: int) -> None:
    opened().when(RetractRecord, record=number, why="wrong_case").then_refused("record_is_retractable")


# -- what undoing means ----------------------------------------------------------------------------------------------


def test_an_assessment_retracted_leaves_the_one_before() -> None:
    story = opened().does(AssessRisk, **LOW)
    before = safety_of(story.case).risk
    story.does(AssessRisk, **HIGH)
    retract(story, "RiskAssessed").then_among_others(DecisionProposed)
    story.confirmed().then_among_others(TimerCancelled, TimerSet)
    assert safety_of(story.case).risk == before
    retract(story, "RiskAssessed").accepted()
    assert safety_of(story.case).risk is None
    assert "risk_expires" not in {kind for kind, _ in story.case.timers.values()}


def test_nobody_takes_a_person_out_of_danger_by_taking_an_assessment_back_alone() -> None:
    story = opened().does(AssessRisk, **HIGH)
    retract(story, "RiskAssessed").then_among_others(DecisionProposed)
    assert safety_of(story.case).risk is not None
    story.confirmed().then_among_others(RecordRetracted)
    assert safety_of(story.case).risk is None


def test_a_session_retracted_leaves_the_appointment_with_its_time() -> None:
    story = bring(opened(), "care")
    at = story.place.now.replace(hour=10)
    story.does(BookAppointment, service="counselling", at=at.isoformat())
    key = care_of(story.case).open_for("counselling")
    before = care_of(story.case).appointments[key]
    story.later(days=1).does(RecordSession, appointment=key, attended=True)
    assert "counselling" in story.case.provided
    retract(story, "SessionHeld").accepted()
    assert care_of(story.case).appointments[key] == before
    assert "counselling" not in story.case.provided
    assert "appointment" in {kind for kind, _ in story.case.timers.values()}
    story.does(RecordSession, appointment=key, attended=False)
    retract(story, "SessionHeld").accepted()
    assert care_of(story.case).missed == 0


def test_a_service_given_twice_is_still_given_when_one_session_was_a_slip() -> None:
    story = bring(opened(), "care")
    story.does(RecordSession, service="counselling", attended=True).does(
        RecordSession, service="counselling", attended=True
    )
    retract(story, "SessionHeld").accepted()
    assert "counselling" in story.case.provided
    retract(story, "SessionHeld").accepted()
    assert "counselling" not in story.case.provided


def test_a_visit_of_the_wrong_month_is_still_to_be_made() -> None:
    story = bring(opened(), "follow_up")
    story.later(days=120).does(RecordFollowUp, month=3, how="visit", outcome="well")
    due = reintegration_of(story.case).due
    retract(story, "FollowUpVisited").accepted()
    life = reintegration_of(story.case)
    assert 3 not in life.visits
    assert 3 not in life.follow_ups
    assert life.due >= due
    story.does(RecordFollowUp, month=3, how="visit", outcome="well")


def test_an_attendance_on_the_wrong_day_counts_no_more() -> None:
    story = bring(opened(), "reintegration").does(EnrolInCourse, course="sewing")
    story.does(RecordAttendance, course="sewing", day=story.place.now.date().isoformat(), attended=True)
    retract(story, "CourseAttended").accepted()
    assert not reintegration_of(story.case).courses["sewing"].has_attended


def test_a_childs_answer_and_a_guardian_are_taken_back() -> None:
    story = opened(age_band="9-17").does(AppointGuardian, kind="state")
    story.does(RecordAssent, to="assistance", answer="agrees").does(RecordAssent, to="assistance", answer="refuses")
    retract(story, "ChildAssented").accepted()
    assert safety_of(story.case).assents == {"assistance": "agrees"}
    retract(story, "GuardianAppointed").accepted()
    assert not safety_of(story.case).guardian


def test_a_child_asked_for_again_did_not_answer_before() -> None:
    story = opened(age_band="9-17").does(AppointGuardian, kind="state")
    story.does(GiveConsent, purpose="assistance", by="guardian")
    story.does(RecordAssent, to="assistance", answer="agrees").does(RecordAssent, to="assistance", answer="refuses")
    story.does(WithdrawConsent, purpose="assistance").does(GiveConsent, purpose="assistance", by="guardian")
    retract(story, "ChildAssented").accepted()
    assert safety_of(story.case).assents == {}


def test_a_guardian_recorded_by_a_slip_leaves_the_one_who_came_along_and_may_be_suspected() -> None:
    mother = opened().does(FormGroup)
    son = Story(mother.place, age_band="9-17").does(JoinGroup, with_case=mother.case_id, relation="child")
    son.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    son.does(AppointGuardian, kind="state")
    retract(son, "GuardianAppointed").accepted()
    assert safety_of(son.case).guardian_case == mother.case_id
    son.does(EndGuardianship, because="suspected")
    assert safety_of(son.case).suspects == {mother.case_id}


def test_a_child_whose_guardian_was_a_slip_is_still_waited_for() -> None:
    story = opened(age_band="9-17").does(AppointGuardian, kind="state").does(EndGuardianship, because="unable")
    story.does(AppointGuardian, kind="state")
    assert NO_GUARDIAN not in story.case.escalations
    retract(story, "GuardianAppointed").accepted()
    assert NO_GUARDIAN in story.case.escalations


# -- what stands on it -----------------------------------------------------------------------------------------------


def test_what_a_step_looked_at_stays() -> None:
    story = bring(opened(), "accommodation")
    retract(story, "RiskAssessed").then_refused("nothing_stands_on_it")


def test_the_later_one_goes_first() -> None:
    story = opened().does(AssessRisk, **LOW)
    number = last_of(story, "RiskAssessed")
    story.does(AssessRisk, **LOW).when(RetractRecord, record=number, why="wrong_case")
    story.then_refused("nothing_stands_on_it")


def test_an_assessment_with_a_plan_against_it_stays() -> None:
    story = opened().does(AssessRisk, **HIGH).does(AgreeSafetyPlan, plan="a lock").confirmed()
    retract(story, "RiskAssessed").then_refused("nothing_stands_on_it")


def test_a_guardian_who_has_consented_stays() -> None:
    story = opened(age_band="9-17").does(AppointGuardian, kind="state")
    story.does(GiveConsent, purpose="assistance", by="guardian")
    retract(story, "GuardianAppointed").then_refused("nothing_stands_on_it")


def test_nobody_brings_a_guardian_back_whose_word_was_ended() -> None:
    story = opened(age_band="9-17").does(AppointGuardian, kind="state").does(AppointGuardian, kind="parent")
    story.does(EndGuardianship, because="suspected")
    retract(story, "GuardianAppointed").then_refused("nothing_stands_on_it")
    assert not safety_of(story.case).guardian


def test_nobody_alone_takes_away_the_guardian_two_agreed_on() -> None:
    mother = opened().does(FormGroup)
    son = Story(mother.place, age_band="9-17").does(JoinGroup, with_case=mother.case_id, relation="child")
    son.does(AppointGuardian, kind="state").does(AppointGuardian, kind="parent", member=mother.case_id)
    son.confirmed(BORIS)
    retract(son, "GuardianAppointed").then_refused("nothing_stands_on_it")
    assert safety_of(son.case).guardian_case == mother.case_id


def test_a_session_after_which_the_next_was_booked_stays_until_that_is_cancelled() -> None:
    story = bring(opened(), "care")
    at = story.place.now.replace(hour=10)
    story.does(BookAppointment, service="counselling", at=at.isoformat())
    key = care_of(story.case).open_for("counselling")
    next_at = at.replace(day=at.day + 2)
    story.later(days=1).does(RecordSession, appointment=key, attended=True, next_at=next_at.isoformat())
    retract(story, "SessionHeld").then_refused("nothing_stands_on_it")


def test_of_a_case_that_has_ended_only_what_opens_nothing_is_retracted() -> None:
    story = bring(opened(), "care").does(RecordSession, service="counselling", attended=True)
    story.does(AddNote, note="x").ends("withdraw")
    retract(story, "SessionHeld").then_refused("case_is_open")
    retract(story, "NoteAdded").accepted()


def test_a_certificate_of_somebody_else_is_taken_back_by_the_doctor() -> None:
    doctor = {"actor": "staff:doctor", "mandate": "medical"}
    story = opened()
    day = story.place.now.date()
    story.does(CertifyFitness, valid_until=day.replace(month=day.month + 1).isoformat(), escort="none", **doctor)
    retract(story, "FitnessCertified", **doctor).accepted()
    assert care_of(story.case).fitness is None


# -- the list itself -------------------------------------------------------------------------------------------------


def test_nothing_two_people_decided_is_retracted_by_one() -> None:
    for kind in RETRACTABLE.values():
        by_two = {"second", "proposal"} & kind.fact.model_fields.keys()
        assert not by_two or kind.takes_two is not Retractable._field_defaults["takes_two"], "two take it back then"


def test_what_two_people_lowered_is_not_high_again_by_one() -> None:
    story = opened().does(AssessRisk, **HIGH).does(AssessRisk, **LOW).confirmed()
    retract(story, "RiskAssessed").then_among_others(DecisionProposed)


def test_what_to_do_instead_names_facts_and_commands_that_exist() -> None:
    commands = {kind.__name__ for kind in RULES}
    assert INSTEAD.keys() <= catalogue().shapes.keys() - RETRACTABLE.keys()
    named = {name for ways in MENDING.values() for name in (*ways.change, ways.back, ways.anew)}
    assert named - {""} <= commands


def test_whatever_is_taken_back_by_retracting_is_written_anew_by_its_own_command() -> None:
    assert not [kind.fact.__name__ for kind in RETRACTABLE.values() if not kind.anew]
