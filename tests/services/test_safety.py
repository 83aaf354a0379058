"""Row 3 and what keeps people safe: nobody is excluded; guardians and assent, reflection, risk, consent that ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts.intake import ConsentGiven
from events.facts.safety import ConsentExpired, ReflectionEnded, ReflectionStarted, VictimIdentified
from events.facts.tasks import Escalated, TaskCancelled, TaskUnwanted, TimerCancelled, TimerFired
from events.ids import CaseId, case_stream
from events.instants import instant
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA
from tests.kit.reading import READ_BY_A_TEST
from tests.kit.roads import bring, consents, ready_to_be_received, ready_to_travel
from tests.kit.story import Story
from tests.kit.world import World
from workflow.command import FireTimer
from workflow.guard_context import GuardContext
from workflow.guards import GUARDS
from workflow.reasons import Refused
from workflow.subjects.accommodation.commands import TakeBed
from workflow.subjects.corrections.commands import CorrectDetails
from workflow.subjects.intake.commands import EARLIEST_BIRTH, GiveConsent, OpenCase, WithdrawConsent
from workflow.subjects.referrals.commands import SendReferral
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.safety.commands import (
    AgreeSafetyPlan,
    AppointGuardian,
    AssessRisk,
    EndReflection,
    EstablishAge,
    IdentifyVictim,
    RecordAssent,
)
from workflow.subjects.safety.state import safety_of

BANDS = st.sampled_from([None, *get_args(get_args(OpenCase.model_fields["age_band"].annotation)[0])])
GENDERS = st.sampled_from([None, "female", "male", "transgender", "non_conforming", "other", "unknown"])
MAJORITIES = st.sampled_from([None, "adult", "minor"])
SOURCES = st.sampled_from(get_args(OpenCase.model_fields["source"].annotation))
COUNTRIES = st.lists(st.sampled_from(["RU", "MD", "UZ", "NA", "NG", "US", "CH"]), max_size=5, unique=True)
LANGUAGES = st.sampled_from([None, "ru", "tg", "ka", "ar", "am"])
HARMS = st.lists(st.sampled_from(["SexualExploitation", "ForcedLabour", "ForcedBegging"]), max_size=3, unique=True)
# What guards may ask for besides when the person is a child: somebody who decides with them, and their own voice.
FOR_CHILDREN = {"guardian_is_appointed", "child_assents", "best_interests_are_decided", "escort_is_confirmed"}


def a_child(office: Office | World, **opening: Any) -> Story:
    return Story(office, **{"age_band": "9-17", **opening})


def codes(case: Story, trigger: str) -> set[str]:
    """Return why a step cannot be taken."""
    case.advance(trigger)
    return set(case.last.codes) if isinstance(case.last, Refused) else set()


def sealed(office: Office, case: Story, kind: str, *compartments: str) -> list[Any]:
    log = office.service.log
    events = [e for e in log.stream(case_stream(CaseId(case.case_id))) if e.envelope.type == kind]
    return [log.opened(event, compartments, READ_BY_A_TEST) for event in events]


# -- row 3: all victims, regardless of age and gender --------------------------------------------------------


@settings(max_examples=200)
@given(
    gender=GENDERS, band=BANDS, majority=MAJORITIES, source=SOURCES, citizenships=COUNTRIES, language=LANGUAGES,
    exploitation=HARMS, born=st.one_of(st.none(), st.dates(EARLIEST_BIRTH, date(2007, 3, 5))),
)  # fmt: skip
def test_intake_is_always_possible_whatever_sex_and_age(**person: Any) -> None:
    told = {"age_band": person.pop("band"), "birth_date": person.pop("born"), "majority": person.pop("majority")}
    once = next((name for name, value in told.items() if value is not None), "age_band")  # nothing contradicts it
    opening = {"age_band": None, once: told[once], **person}
    case = Story(World(), **opening)
    assert case.case.stage == "referral"
    ready_to_be_received(case).goes("receive")


@settings(max_examples=60)
@given(gender=GENDERS, other=GENDERS, band=BANDS, level=st.sampled_from(["low", "medium", "high"]))
def test_no_guard_looks_at_the_sex_and_for_age_only_adds_who_decides_with_a_child(
    gender: str | None, other: str | None, band: str | None, level: str
) -> None:
    refusals = []
    for sex, age in ((gender, band), (other, band), (gender, "27-29")):
        world = World()
        case = Story(world, gender=sex, age_band=age).does(AssessRisk, level=level, safe_to_return=True)
        asked = GuardContext(case.case, world.definition.programme, world.now, ANNA)
        refusals.append({name for name, guard in GUARDS.items() if guard(asked) is not None})
    mine, theirs, adults = refusals
    assert mine == theirs
    assert mine - adults <= FOR_CHILDREN
    assert adults <= mine


@pytest.mark.parametrize(
    ("gender", "band"), [("female", "0-8"), ("male", "9-17"), ("male", "48+"), ("other", None), (None, "27-29")]
)
def test_everybody_is_received_and_housed(office: Office, gender: str | None, band: str | None) -> None:
    bring(Story(office, gender=gender, age_band=band), "accommodation")


# -- guardian and assent -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Опекунова Анна", "ბერიძე ნინო", "أمينة", "Oʻgʻiloy Qodirova"])
def test_a_childs_consent_is_given_by_the_guardian_whose_name_is_sealed(office: Office, name: str) -> None:
    case = a_child(office)
    case.when(GiveConsent, purpose="assistance").then_refused("guardian_consents")
    case.when(GiveConsent, purpose="assistance", by="guardian").then_refused("guardian_is_appointed")
    case.does(AppointGuardian, kind="relative", name=name)
    case.when(GiveConsent, purpose="assistance", by="guardian").then(ConsentGiven)
    assert sealed(office, case, "GuardianAppointed", "identity")[0].name == name


def test_an_unknown_age_is_presumed_a_childs_until_it_is_established(office: Office) -> None:
    case = Story(office, age_band=None)
    case.when(GiveConsent, purpose="assistance").then_refused("guardian_consents")
    case.does(EstablishAge, child=False, basis="passport")
    case.when(GiveConsent, purpose="assistance").then(ConsentGiven)


def test_a_child_is_asked_and_a_no_is_heard(office: Office) -> None:
    case = a_child(office).does(AppointGuardian, kind="state")
    case.does(GiveConsent, purpose="assistance", by="guardian")
    assert "child_assents" in codes(case, "receive")
    ready_to_be_received(case)
    case.does(RecordAssent, to="assistance", answer="refuses").advance("receive").then_refused("child_assents")
    case.does(RecordAssent, to="assistance").goes("receive")


def test_a_child_too_young_to_say_is_not_kept_out(office: Office) -> None:
    case = a_child(office, age_band="0-8")
    ready_to_be_received(case).does(RecordAssent, to="assistance", answer="cannot_form_a_view").goes("receive")


def test_assent_is_a_childs_and_to_something_that_can_be_consented_to(office: Office) -> None:
    Story(office).when(RecordAssent, to="assistance").then_refused("person_is_a_child")
    a_child(office).when(RecordAssent, to="marketing").then_refused("purpose_is_known")


def test_a_person_found_to_be_an_adult_is_asked_before_the_next_step(office: Office) -> None:
    case = bring(a_child(office), "accommodation").does(TakeBed)
    case.does(CorrectDetails, age_band="18-20", why="paper_seen", evidence="birth_certificate").confirmed()
    case.advance("begin_care").then_refused("consent_to_assistance")
    case.does(GiveConsent, purpose="assistance").goes("begin_care")


def test_with_the_guardian_the_child_is_asked_again(office: Office) -> None:
    case = ready_to_be_received(a_child(office)).does(WithdrawConsent, purpose="assistance")
    case.does(GiveConsent, purpose="assistance", by="guardian").advance("receive").then_refused("child_assents")


# -- the reflection period -----------------------------------------------------------------------------------


def test_thirty_days_run_from_formal_identification_and_no_further(office: Office) -> None:
    case = Story(office)
    case.when(IdentifyVictim, status="possible", decided_by="ngo").then(VictimIdentified)
    day = office.now.date() - timedelta(days=4)
    case.when(IdentifyVictim, status="actual", decided_by="police", decided_on=day)
    case.then_among_others(VictimIdentified, ReflectionStarted)
    assert safety_of(case.case).reflection_until == day + timedelta(days=30)
    (fact,) = case.now_told(VictimIdentified)
    assert (fact.decided_by, fact.decided_on) == ("police", day)


def test_identified_again_after_a_doubt_starts_no_second_period(office: Office) -> None:
    case = Story(office).does(IdentifyVictim, status="actual", decided_by="police")
    until = safety_of(case.case).reflection_until
    case.later(days=10).does(IdentifyVictim, status="possible", decided_by="court")
    case.when(IdentifyVictim, status="actual", decided_by="court").then(VictimIdentified)
    assert safety_of(case.case).reflection_until == until
    case.does(EndReflection, why="has decided").does(IdentifyVictim, status="possible", decided_by="court")
    case.when(IdentifyVictim, status="actual", decided_by="court").then(VictimIdentified)
    assert safety_of(case.case).reflection_until is None


def test_a_decision_is_not_of_tomorrow(office: Office) -> None:
    tomorrow = office.now.date() + timedelta(days=1)
    case = Story(office).when(IdentifyVictim, status="actual", decided_by="police", decided_on=tomorrow)
    case.then_refused("decision_is_past")


@ON_BOTH_DATABASES
def test_somebody_is_reminded_on_day_25_and_the_period_ends_by_itself(office: Office) -> None:
    case = Story(office).does(IdentifyVictim, status="actual", decided_by="police")
    (due,) = [row["due_at"] for row in office.rows("timers", kind="reflection_ending")]
    programme = office.definition.programme
    assert programme.day(instant(due)) == programme.day(office.now) + timedelta(days=25)
    case.later(days=25).fires("reflection_ending").then(TimerFired, Escalated(kind="reflection_ending"))
    assert case.case.escalations == {"reflection_ending"}
    case.later(days=6).fires("reflection").then(TimerFired, ReflectionEnded)
    assert not case.case.escalations


@ON_BOTH_DATABASES
def test_nobody_returns_in_the_reflection_period_unless_they_have_decided(office: Office) -> None:
    case = bring(Story(office), "documents").does(IdentifyVictim, status="actual", decided_by="police")
    assert "reflection_is_over" in codes(case, "depart")
    case.when(EndReflection, why="wants to go home").then_among_others(ReflectionEnded, TimerCancelled)
    assert not [row for row in office.rows("timers", status="set") if row["kind"].startswith("reflection")]
    assert "reflection_is_over" not in codes(case, "depart")


# -- risk and the safety plan --------------------------------------------------------------------------------


@pytest.mark.parametrize(("band", "days"), [("27-29", 90), ("9-17", 30)])
def test_the_dangers_are_gone_through_again_and_for_a_child_sooner(office: Office, band: str, days: int) -> None:
    case = ready_to_be_received(Story(office, age_band=band))
    case.later(days=days)
    assert "risk_is_assessed" not in codes(case, "receive")
    case = ready_to_be_received(Story(office, age_band=band)).later(days=days, seconds=1)
    assert "risk_is_assessed" in codes(case, "receive")
    case.fires("risk_expires").then(TimerFired, Escalated(kind="risk_reassess"))
    case.does(AssessRisk, level="low", safe_to_return=True)
    assert not case.case.escalations


def test_one_assessment_is_waited_for_at_a_time(office: Office) -> None:
    case = Story(office)
    for _ in range(3):
        case.does(AssessRisk, level="low", safe_to_return=True)
    assert [kind for kind, _ in case.case.timers.values()].count("risk_expires") == 1


@pytest.mark.parametrize("level", ["medium", "high"])
def test_danger_needs_a_safety_plan_before_housing_and_before_the_journey(office: Office, level: str) -> None:
    case = bring(Story(office), "reception").does(AssessRisk, level=level, safe_to_return=True)
    assert "safety_plan_is_agreed" in codes(case, "accommodate")
    case.does(AgreeSafetyPlan, plan="call Olga")
    assert "safety_plan_is_agreed" in codes(case, "accommodate")
    case.confirmed()
    assert "safety_plan_is_agreed" not in codes(case, "accommodate")
    assert sealed(office, case, "DecisionProposed", "story")[0].content == "call Olga"
    going = bring(Story(office), "documents")
    ready_to_travel(going).does(AssessRisk, level=level, safe_to_return=True)
    assert "safety_plan_is_agreed" in codes(going, "depart")


def test_a_plan_for_less_danger_is_no_plan_for_more(office: Office) -> None:
    case = bring(Story(office), "reception").does(AssessRisk, level="medium", safe_to_return=True)
    case.does(AgreeSafetyPlan).confirmed().does(AssessRisk, level="high", safe_to_return=True)
    assert "safety_plan_is_agreed" in codes(case, "accommodate")
    case.does(AssessRisk, level="medium", safe_to_return=True).confirmed()
    assert "safety_plan_is_agreed" not in codes(case, "accommodate")


def test_there_is_no_plan_against_unknown_dangers(office: Office) -> None:
    Story(office).when(AgreeSafetyPlan).then_refused("risk_is_assessed")


# -- consent that ends ---------------------------------------------------------------------------------------


def test_consent_that_runs_out_stops_what_is_queued_as_if_taken_back(office: Office) -> None:
    case = bring(Story(office), "care")
    case.does(GiveConsent, purpose="assistance", until=office.now.date() + timedelta(days=2))
    assert case.case.tasks
    case.later(days=2).when(FireTimer, timer_id=case.timer("consent_expires"), due_at=office.now + timedelta(days=1))
    case.then_refused("timer_is_due")
    case.later(days=1).fires("consent_expires").then_among_others(ConsentExpired, TaskCancelled)
    assert not case.case.tasks
    assert not case.case.consents_to("assistance", office.now.date())


def test_consent_given_anew_for_longer_does_not_end_on_the_first_day(office: Office) -> None:
    case = Story(office)
    for days in (2, 10):
        case.does(GiveConsent, purpose="travel", until=office.now.date() + timedelta(days=days))
    case.later(days=3)
    assert case.case.consents_to("travel", office.now.date())
    case.does(GiveConsent, purpose="travel")
    assert not [kind for kind, _ in case.case.timers.values() if kind == "consent_expires"]


def test_a_referral_ends_with_the_consent_to_it(office: Office) -> None:
    case = bring(Story(office), "care")
    to = {"purpose": "referral", "recipient": "new-start", "until": office.now.date() + timedelta(days=1)}
    case.does(GiveConsent, **to).does(SendReferral, service="local_referral", provider="new-start")
    assert [one.is_open for one in referrals_of(case.case).referrals.values()] == [True]
    case.later(days=2).fires("consent_expires").then_among_others(ConsentExpired)
    assert [one.is_open for one in referrals_of(case.case).referrals.values()] == [False]


def test_work_begun_when_consent_runs_out_is_waited_for(office: Office) -> None:
    case = bring(Story(office), "care")
    case.does(GiveConsent, purpose="assistance", until=office.now.date())
    begun = case.task(kind="request_appointment", service="counselling")
    case.claims(begun).later(days=1).fires("consent_expires").then_among_others(ConsentExpired, TaskUnwanted)
    assert set(case.case.tasks) == {begun}
    case.finish(begun)
    assert {task.kind for task in case.case.tasks.values()} == {"cancel_appointment"}


def test_consents_from_before_an_end_are_asked_anew_when_the_case_is_taken_up_again(office: Office) -> None:
    case = bring(Story(office), "care").advance("withdraw", reason="declined").accepted()
    case.advance("reopen", reason="came_back").confirmed().then_among_others(ConsentExpired)
    assert not case.case.consents
    assert "consent_to_assistance" in codes(case, "begin_care")
    assert "consent_to_assistance" not in codes(consents(case, "assistance"), "begin_care")
