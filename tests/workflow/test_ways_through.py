"""All ways through the journey, as the programme's founding text names them."""

import pytest

from events.facts.accommodation import BedGivenUp, BedReleased
from events.facts.closing import ArrivalCounted
from events.facts.intake import CaseLinked, CaseOpened, NoteAdded
from events.facts.tasks import TimerSet
from events.facts.travel import EscortFreed, ReturnDeclared
from tests.kit.roads import (
    STAGES,
    agree_plan,
    booked,
    bring,
    close,
    comes,
    consents,
    departed,
    grant,
    handed_over,
    met,
    paid,
    ready_to_depart,
    ready_to_travel,
    referred,
    release,
    served,
    trained,
)
from tests.kit.story import Story, present, story, trip
from tests.kit.world import World
from workflow.subjects.accommodation.commands import HoldBed, TakeBed
from workflow.subjects.care.commands import AgreeCarePlan
from workflow.subjects.documents.commands import RecordTravelDocument
from workflow.subjects.intake.commands import AddNote, GiveConsent
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.safety.commands import AppointGuardian, AssessRisk, DecideBestInterests, EstablishAge
from workflow.subjects.travel.commands import ChooseStay, DeclareReturn, PlanTrip
from workflow.subjects.travel.state import travel_of


def test_a_foreign_adult_goes_home_with_a_medical_escort_and_is_followed_up() -> None:
    case = bring(story(citizenships=("MD",)), "documents")
    departed(ready_to_depart(case, escort="medical"))
    assert travel_of(case.case).trip is not None
    assert "medical" in case.place.definition.programme.escort_of[present(travel_of(case.case).trip).escort].skills
    handed_over(case).goes("come_home")
    grant_id = grant(case, "reinstallation", "EUR 200")
    paid(case, grant_id, release(case, grant_id))
    served(case, referred(case))
    agree_plan(trained(case)).goes("follow_up")
    close(case)
    assert not case.case.tasks
    assert {kind for kind, _ in case.case.timers.values()} == {"retention"}


def test_an_adult_russian_national_goes_home_inside_the_country() -> None:
    case = bring(story(citizenships=("RU",)), "documents")
    assert case.case.is_national("RU")
    case.when(DeclareReturn, destination="MD", signed_on="2007-03-05").then_refused("destination_is_home")
    ready_to_travel(case, destination="RU")
    case.does(RecordTravelDocument, kind="identity_card", valid_until="2010-01-01")
    booked(case.does(PlanTrip, **trip(case.place.now)), "ticket", "arrival_host")
    departed(case)
    handed_over(case.then_at("returning")).goes("come_home").then_at("reintegration")


@pytest.mark.parametrize("destination", ["RU", "MD"])
def test_somebody_with_two_citizenships_chooses_where_home_is(destination: str) -> None:
    case = bring(story(citizenships=("RU", "MD")), "returning", destination=destination)
    assert travel_of(case.case).destination == destination


def test_somebody_whose_citizenship_is_unknown_may_name_any_country() -> None:
    case = bring(story(citizenships=()), "care")
    case.when(DeclareReturn, destination="UZ", signed_on="2007-03-01").then(ReturnDeclared)


def test_staying_is_possible_and_frees_the_bed() -> None:
    case = bring(story(), "documents")
    case.advance("stay").then_refused("stay_is_chosen")
    case.does(ChooseStay, basis="witness in criminal proceedings")
    case.advance("stay").then_at("reintegration").then_among_others(BedGivenUp, BedReleased)
    case.advance("follow_up").then_refused("plan_is_agreed", "local_referral_is_provided", "training_is_settled")


def test_declaring_return_after_choosing_to_stay_counts_and_the_other_way_round() -> None:
    case = bring(story(), "documents").does(ChooseStay, basis="asylum")
    case.does(DeclareReturn, destination="MD", signed_on="2007-03-05")
    case.advance("stay").then_refused("stay_is_chosen")
    case.does(ChooseStay, basis="asylum").advance("stay").then_at("reintegration")


def test_a_child_goes_home_with_guardian_best_interests_and_an_escort() -> None:
    case = story(age_band="9-17")
    case.does(AssessRisk, level="low", safe_to_return=True)
    case.does(PlanArrival, at=case.place.now, place="SVO", means="flight", number="SU 1491")
    case.advance("receive").then_refused("guardian_is_appointed", "consent_to_assistance")
    case.does(AppointGuardian, kind="state", name="Guardianship office")
    consents(case, "assistance", "travel").goes("receive")
    met(case).does(HoldBed).goes("accommodate").does(TakeBed).goes("begin_care")
    case.cared_for("medical_exam", "counselling", "legal_advice").does(AgreeCarePlan).confirmed()
    case.goes("arrange_documents")
    ready_to_depart(case)
    assert travel_of(case.case).trip is not None
    assert present(travel_of(case.case).trip).escort  # nobody under age travels alone, whatever the doctor wrote
    comes(case, present(travel_of(case.case).trip).departs_at)
    case.advance("depart").then_refused("best_interests_are_decided")
    case.does(DecideBestInterests, outcome="stay", decided_by="guardianship board").confirmed()
    case.advance("depart").then_refused("best_interests_are_decided")
    case.does(DecideBestInterests, outcome="return", decided_by="guardianship board").confirmed()
    case.goes("depart").then_at("returning")


def test_a_child_stays_only_when_that_is_best() -> None:
    case = story(age_band="9-17").does(AppointGuardian, kind="state")
    bring(case, "documents").does(ChooseStay, basis="no family to return to")
    case.advance("stay").then_refused("best_interests_are_decided")
    case.does(DecideBestInterests, outcome="stay", decided_by="guardianship board").confirmed().goes("stay")


def test_unknown_age_is_presumed_a_childs_until_it_is_established() -> None:
    case = story(age_band=None)
    assert case.case.is_child(case.place.now.date())
    case.does(AssessRisk, level="low", safe_to_return=True)
    case.does(PlanArrival, at=case.place.now, place="SVO", means="bus")
    case.when(GiveConsent, purpose="assistance").then_refused("guardian_consents")
    case.advance("receive").then_refused("guardian_is_appointed", "consent_to_assistance")
    consents(case.does(EstablishAge, child=False, basis="passport"), "assistance").goes("receive").then_at("reception")


def test_a_child_who_comes_of_age_on_the_way_needs_no_guardian_any_more() -> None:
    case = story(birth_date="1989-03-20", age_band=None)
    assert case.case.is_child(case.place.now.date())
    case.later(days=27)  # 1 April: the log does not tell the birthday, only the month after it
    assert not case.case.is_child(case.place.now.date())


def test_contact_is_lost_with_a_reason() -> None:
    case = bring(story(), "care")
    case.advance("lose_contact").then_refused("reason_is_given")
    case.advance("lose_contact", reason="not_at_home").then_at("lost_contact")


@pytest.mark.parametrize(("trigger", "stage"), [("transfer", "transferred"), ("record_death", "deceased")])
def test_a_transfer_and_a_death_need_a_second_person(trigger: str, stage: str) -> None:
    case = bring(story(), "care")
    case.advance(trigger, reason="moved").then_at("care")
    case.confirmed().then_at(stage)


def test_who_is_found_not_to_be_a_victim_leaves_with_reason_and_second_person() -> None:
    case = bring(story(), "reception")
    case.advance("find_not_a_victim").then_refused("reason_is_given")
    case.advance("find_not_a_victim", reason="not_a_victim").confirmed().then_at("not_a_victim")


def test_after_departure_nobody_is_found_not_to_be_a_victim() -> None:
    case = bring(story(), "returning")
    case.advance("find_not_a_victim", reason="not_a_victim").then_refused("stage_allows_it")


@pytest.mark.parametrize("stage", STAGES)
def test_an_ended_case_is_reopened_by_two_people_wherever_it_ended(stage: str) -> None:
    case = bring(story(), stage).goes("withdraw")
    case.advance("reopen").then_refused("reason_is_given")
    case.advance("reopen", reason="came_back").then_at("withdrawn")
    case.confirmed().then_at("reassessment")


def test_a_reopened_case_makes_a_second_journey_that_counts_anew() -> None:
    case = bring(story(), "reintegration")
    case.goes("withdraw").advance("reopen", reason="came_back").confirmed()
    case.does(PlanArrival, at=case.place.now, place="SVO", means="bus")
    case.advance("receive").then_refused("consent_to_assistance")  # what was agreed before the end is asked anew
    consents(case, "assistance", "travel").goes("receive")
    met(case).does(HoldBed).goes("accommodate").does(TakeBed).goes("begin_care")
    case.cared_for("medical_exam", "counselling", "legal_advice").goes("arrange_documents")
    departed(ready_to_depart(case))
    case.advance("come_home").then_refused("has_come_home")  # the first homecoming is not the second
    handed_over(case).goes("come_home")


def test_a_turned_back_journey_leads_to_reassessment_and_gives_everything_back() -> None:
    case = bring(story(), "returning", escort="medical")
    case.advance("turn_back", reason="border_closed").then_at("reassessment").then_among_others(EscortFreed)
    assert {dict(task.subject)["booking"] for task in case.case.tasks.values()} == {"ticket", "arrival_host", "escort"}


def test_an_ended_case_takes_no_new_work() -> None:
    case = bring(story(), "care").goes("withdraw")
    case.when(HoldBed).then_refused("case_is_open")
    case.when(GiveConsent, purpose="travel").then_refused("case_is_open")
    case.when(AddNote, note="she called").then(NoteAdded)


def test_a_person_who_comes_to_harm_again_keeps_their_number_and_both_cases_are_linked() -> None:
    world = World()
    first = bring(story(world), "care")
    second = Story(world, previous_case=first.case_id)
    second.then_refused("previous_case_has_ended")
    first.goes("withdraw")
    second = Story(world, previous_case=first.case_id, citizenships=())
    second.then(CaseOpened, TimerSet, ArrivalCounted, CaseLinked)
    assert second.case.person_id == first.case.person_id
    assert second.case.citizenships == ("MD",)
    assert (first.case.next_case, second.case.previous_case) == (second.case_id, first.case_id)
    Story(world, previous_case=first.case_id).then_refused("previous_case_has_no_other")
    first.advance("reopen", reason="came_back").then_refused("nothing_came_after")


def test_a_case_cannot_follow_one_that_never_was() -> None:
    Story(World(), previous_case="7K3P9-QXM2D").then_refused("previous_case_exists")


def test_there_is_no_back_door_to_a_stage() -> None:
    case = story()
    for trigger in ("to_closed", "depart", "closed", "trigger", "may_receive"):
        case.advance(trigger).then_refused("stage_allows_it")
