"""High risk: a plan within hours, a review within days, lowered by two only, and no goal met while it lasts."""

from __future__ import annotations

import pytest

from events.facts.decisions import DecisionConfirmed, DecisionProposed
from events.facts.safety import RiskAssessed
from events.facts.tasks import Escalated, TimerCancelled, TimerFired, TimerSet
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.world import World, moscow_with
from workflow.command import ConfirmDecision
from workflow.rights.acts import OPERATOR
from workflow.subjects.reintegration.commands import RecordFollowUp
from workflow.subjects.safety.commands import AgreeSafetyPlan, AssessRisk
from workflow.subjects.safety.state import is_at_high_risk, plan_due_at, safety_of

ONE_LOWERS = ("  risk_valid_days: 90", "  two_lower_high_risk: false\n  risk_valid_days: 90")


@pytest.fixture
def case(office: Office) -> Story:
    """A person who waits in reception and was found to be at high risk."""
    return bring(Story(office), "reception").does(AssessRisk, level="high", safe_to_return=False)


def timers(case: Story) -> list[str]:
    wanted = ("safety_plan_due", "risk_review")
    return sorted(kind for kind, _ in case.case.timers.values() if kind in wanted)


# -- what high risk starts -------------------------------------------------------------------------------------------


def test_high_risk_sets_the_hour_by_which_a_plan_stands_and_the_day_of_the_review(case: Story) -> None:
    due = {fact.kind: fact.due_at - case.place.now for fact in case.now_told(TimerSet)}
    assert due["safety_plan_due"].total_seconds() == 24 * 3600
    assert due["risk_review"].days == 14
    assert timers(case) == ["risk_review", "safety_plan_due"]


@pytest.mark.parametrize("level", ["low", "medium"])
def test_less_danger_starts_neither(office: Office, level: str) -> None:
    assert timers(Story(office).does(AssessRisk, level=level, safe_to_return=True)) == []


def test_a_plan_that_is_late_is_on_the_list_until_it_is_agreed(case: Story) -> None:
    case.later(hours=24).fires("safety_plan_due").then(TimerFired, Escalated(kind="safety_plan_overdue"))
    case.does(AgreeSafetyPlan, plan="call Olga").confirmed()
    assert case.case.escalations == frozenset()


def test_a_plan_in_time_stops_its_timer_and_not_the_review(case: Story) -> None:
    case.does(AgreeSafetyPlan, plan="call Olga").confirmed().then_among_others(TimerCancelled)
    assert timers(case) == ["risk_review"]


def test_finding_the_danger_again_gains_nobody_time_for_the_plan(case: Story) -> None:
    first = plan_due_at(case.case, 24)
    case.later(hours=23).does(AssessRisk, level="high", safe_to_return=False)
    assert not any(fact.kind == "safety_plan_due" for fact in case.now_told(TimerSet))
    assert plan_due_at(case.case, 24) == first
    case.later(hours=1).fires("safety_plan_due").then_among_others(Escalated)
    case.does(AssessRisk, level="high", safe_to_return=False)
    assert plan_due_at(case.case, 24) <= case.place.now, "nor once the time is over"


def test_the_review_is_asked_for_again_after_each_assessment(case: Story) -> None:
    case.later(days=14).fires("risk_review").then(TimerFired, Escalated(kind="risk_review"))
    case.does(AssessRisk, level="high", safe_to_return=False)
    assert "risk_review" not in case.case.escalations
    assert timers(case).count("risk_review") == 1


def test_nothing_is_waited_for_once_the_person_has_withdrawn(case: Story) -> None:
    case.goes("withdraw")
    assert timers(case) == []


# -- who lowers it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "less",
    [
        {"level": "low", "safe_to_return": False},
        {"level": "medium", "safe_to_return": True},
        {"level": "high", "safe_to_return": True},
    ],
)
def test_one_assessor_alone_takes_nobody_out_of_danger(case: Story, less: dict[str, object]) -> None:
    before = safety_of(case.case).risk
    case.place.has_account(ANNA)
    (proposed,) = case.does(AssessRisk, note="all is well", **less).now_told(DecisionProposed)
    case.when(ConfirmDecision, actor=ANNA, proposal_id=proposed.proposal_id).then_refused("second_person_agreed")
    assert safety_of(case.case).risk == before


def test_two_people_lower_it_and_both_are_told(case: Story) -> None:
    found = safety_of(case.case).risk
    assert found is not None
    case.does(AssessRisk, level="low", safe_to_return=True, note="has moved away").confirmed(by=BORIS)
    case.then_among_others(DecisionConfirmed, RiskAssessed)
    (told,) = case.now_told(RiskAssessed)
    assert (told.second, told.lowers, bool(told.proposal)) == (ANNA, found.on, True)
    assert not is_at_high_risk(case.case)
    assert timers(case) == []


def test_what_two_began_to_lower_is_not_lowered_once_somebody_finds_the_danger_again(case: Story) -> None:
    case.place.has_account(ANNA)
    case.place.has_account(BORIS)
    case.does(AssessRisk, level="low", safe_to_return=True)
    (proposed,) = case.now_told(DecisionProposed)
    case.later(hours=1).does(AssessRisk, level="high", safe_to_return=False, actor=BORIS)
    case.when(ConfirmDecision, actor=BORIS, proposal_id=proposed.proposal_id).then_refused("nothing_moved")
    assert is_at_high_risk(case.case)


def test_a_name_that_was_only_typed_lowers_nothing(case: Story) -> None:
    case.when(AssessRisk, level="low", safe_to_return=True, mandate=OPERATOR).then_refused("somebody_signed_in")


def test_more_danger_is_found_by_one_at_once(office: Office) -> None:
    case = Story(office).does(AssessRisk, level="medium", safe_to_return=True)
    assert is_at_high_risk(case.does(AssessRisk, level="high", safe_to_return=True).case)


def test_an_office_may_have_one_person_lower_it() -> None:
    case = Story(World(moscow_with(ONE_LOWERS))).does(AssessRisk, level="high", safe_to_return=False)
    case.does(AssessRisk, level="low", safe_to_return=True)
    assert not is_at_high_risk(case.case)


# -- what it stands in the way of ------------------------------------------------------------------------------------


def followed(office: Office) -> Story:
    case = bring(Story(office), "follow_up").later(days=366).does(RecordFollowUp, month=12, outcome="well")
    return case.does(AssessRisk, level="high", safe_to_return=False)


def test_nobody_at_high_risk_has_met_their_goals(office: Office) -> None:
    case = followed(office)
    case.advance("close", reason="goals_met").then_refused("danger_is_over")
    case.does(AssessRisk, level="low", safe_to_return=True).confirmed()
    case.advance("close", reason="goals_met").confirmed().then_at("closed")


def test_a_case_at_high_risk_closes_for_the_reason_that_is_true(office: Office) -> None:
    followed(office).advance("close", reason="support_period_ended").confirmed().then_at("closed")


def test_a_danger_found_after_the_closing_was_proposed_stands_in_the_way_of_the_second(office: Office) -> None:
    case = bring(Story(office), "follow_up").later(days=366).does(RecordFollowUp, month=12, outcome="well")
    case.advance("close", reason="goals_met").accepted()
    (proposed,) = case.now_told(DecisionProposed)
    office.has_account(ANNA)
    office.has_account(BORIS)
    case.does(AssessRisk, level="high", safe_to_return=False)
    case.when(ConfirmDecision, actor=BORIS, proposal_id=proposed.proposal_id).then_refused("danger_is_over")
