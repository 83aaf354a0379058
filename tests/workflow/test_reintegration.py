"""Life after the return: a plan two people stand behind, visits on their days, and closing with nothing left behind."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from console.words.reasons import typed
from events.facts.decisions import DecisionConfirmed, DecisionProposed
from events.facts.reintegration import (
    FollowUpDue,
    FollowUpVisited,
    PlanAgreed,
    PlanDrafted,
    PlanRevised,
    RetentionReached,
)
from events.facts.tasks import Escalated, ServiceProvided, TaskRequested, TimerCancelled, TimerFired, TimerSet
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import agree_plan, bring, close, trained
from tests.kit.story import Story, story
from tests.kit.world import World, moscow_with
from workflow.command import FireTimer
from workflow.reasons import Refused
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.reintegration.commands import (
    AgreePlan,
    DraftPlan,
    EnrolInCourse,
    LeaveCourse,
    RecordFollowUp,
    RevisePlan,
)
from workflow.subjects.reintegration.state import FollowUp, reintegration_of


def fire(case: Story, kind: str, **about: str) -> Story:
    """Let the first timer of a kind, and about something, come due."""
    found = [k for k, (of, s) in case.case.timers.items() if of == kind and about.items() <= dict(s).items()]
    return case.when(FireTimer, timer_id=found[0], due_at=case.place.now)


def test_a_plan_is_written_then_approved_by_a_second_person() -> None:
    case = story().when(AgreePlan).then_refused("plan_is_drafted")
    case.when(DraftPlan, goals=("work", "family"), content="Хочет шить дома")
    (drafted,) = case.now_told(PlanDrafted)
    assert (drafted.number, drafted.goals) == (1, ("work", "family"))
    assert not reintegration_of(case.case).plan_agreed
    case.when(AgreePlan).then(DecisionProposed, TimerSet)
    assert not reintegration_of(case.case).plan_agreed
    case.confirmed(by=BORIS).then_among_others(DecisionConfirmed, PlanAgreed)
    (agreed,) = case.now_told(PlanAgreed)
    assert (agreed.number, agreed.second) == (1, ANNA)
    assert reintegration_of(case.case).plan_agreed


def test_a_draft_may_be_written_again_an_agreed_plan_is_revised_by_two() -> None:
    case = story().when(RevisePlan, goals=("work",)).then_refused("plan_is_agreed")
    case.does(DraftPlan, goals=("work",)).does(DraftPlan, goals=("work", "health"))
    case.does(AgreePlan).confirmed()
    case.when(DraftPlan, goals=("housing",)).then_refused("plan_is_a_draft")
    case.when(AgreePlan).then_refused("plan_is_a_draft")
    case.when(RevisePlan, goals=("housing",), content="ახალი გეგმა").confirmed()
    case.then(DecisionConfirmed, TimerCancelled, PlanRevised)
    assert reintegration_of(case.case).plan == (2, ("housing",), True)


@pytest.mark.parametrize("goals", [(), ("work", "work"), ("wealth",), ("work",) * 11])
def test_a_plan_names_known_areas_each_once(goals: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        story().command(DraftPlan, goals=goals)


def test_a_plan_not_agreed_within_a_month_of_return_is_told_to_a_supervisor() -> None:
    case = bring(story(), "reintegration").later(days=30)
    case.fires("plan_due").then(TimerFired, Escalated(kind="plan_overdue"))
    agree_plan(case)
    assert not case.case.escalations


def test_a_plan_agreed_in_time_stops_the_reminder() -> None:
    case = bring(story(), "reintegration")
    assert case.timer("plan_due")
    agree_plan(case)
    assert "plan_due" not in {kind for kind, _ in case.case.timers.values()}
    early = agree_plan(story())  # a plan may stand before the return: nobody has to be reminded then
    bring(early, "reintegration")
    assert "plan_due" not in {kind for kind, _ in early.case.timers.values()}


def test_a_visit_that_is_due_is_asked_for_and_one_not_recorded_is_escalated() -> None:
    case = bring(story(), "follow_up").later(days=31)
    fire(case, "follow_up", month="1")
    case.then(TimerFired, FollowUpDue(month=1), TimerSet, TaskRequested)
    assert case.tasks(kind="arrange_visit", provider="chisinau-visits", month="1")
    case.later(days=14).fires("visit_overdue").then(TimerFired, Escalated(kind="visit_overdue"))
    case.does(RecordFollowUp, month=1, outcome="getting_on", how="call")
    assert not case.case.escalations
    assert not reintegration_of(case.case).due
    assert not case.tasks(kind="arrange_visit")


def test_without_a_partner_near_the_person_only_the_case_manager_is_asked() -> None:
    case = bring(story(citizenships=("UZ",)), "follow_up", destination="UZ").later(days=31)
    fire(case, "follow_up", month="1").then(TimerFired, FollowUpDue, TimerSet)


def test_a_visit_made_before_its_day_is_not_asked_for_again() -> None:
    case = bring(story(), "follow_up").later(days=25)
    case.when(RecordFollowUp, month=1, outcome="well", economic=1, social=3, psychosocial=2)
    case.then(FollowUpVisited, TimerCancelled, ServiceProvided)
    made_on = case.place.now.date()
    assert reintegration_of(case.case).follow_ups == {1: FollowUp(made_on, "visit", "well", 1, 3, 2)}
    assert reintegration_of(case.case).visits == {1}


def test_a_visit_not_on_the_schedule_is_accepted_as_a_further_one() -> None:
    case = bring(story(), "follow_up").later(days=61).does(RecordFollowUp, month=2, outcome="in_need")
    assert reintegration_of(case.case).visits == {2}
    assert {dict(s)["month"] for kind, s in case.case.timers.values() if kind == "follow_up"} == {"1", "3", "6", "12"}


def test_a_visit_in_the_future_or_of_a_month_that_has_not_begun_is_refused() -> None:
    case = bring(story(), "follow_up")
    tomorrow = case.place.now.date() + timedelta(days=1)
    case.when(RecordFollowUp, month=1, outcome="well", made_on=tomorrow).then_refused("visit_was_made")
    case.when(RecordFollowUp, month=12, outcome="well").then_refused("visit_is_of_its_month")
    case.when(RecordFollowUp, month=0, outcome="well", made_on=date(2006, 1, 1))
    case.then_refused("visit_is_of_its_month")
    case.does(RecordFollowUp, month=1, outcome="well")
    case.when(RecordFollowUp, month=1, outcome="well").then_refused("visit_is_the_first")


def test_before_follow_up_no_visit_counts() -> None:
    story().when(RecordFollowUp, month=12, outcome="well").then_refused("follow_up_has_begun")


def test_who_was_not_reached_is_still_to_be_visited() -> None:
    case = bring(story(), "follow_up").later(days=31)
    fire(case, "follow_up", month="1")
    case.when(RecordFollowUp, month=1, outcome="not_reached", how="call").then(FollowUpVisited)
    assert reintegration_of(case.case).due == {1}
    assert not reintegration_of(case.case).visits
    case.does(RecordFollowUp, month=1, outcome="at_risk")
    assert reintegration_of(case.case).follow_ups[1].outcome == "at_risk"


@pytest.mark.parametrize(
    "fields",
    [{"economic": 4}, {"social": -1}, {"psychosocial": 1.5}, {"outcome": "fine"}, {"how": "letter"}, {"month": 61}],
)
def test_a_visit_is_recorded_in_known_words_and_scores(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        story().command(RecordFollowUp, **{"month": 1, "outcome": "well"} | fields)


def test_the_office_chooses_its_own_months() -> None:
    world = World(moscow_with(("[1, 3, 6, 12]", "[2]"), ("family-visits, name", "family-visit, name")))
    case = bring(story(world), "follow_up")
    assert [s for kind, s in case.case.timers.values() if kind == "follow_up"] == [(("month", "2"),)]
    case.later(days=61).does(RecordFollowUp, month=2, outcome="well")
    case.advance("close", reason="goals_met").confirmed().then_at("closed")


def test_a_case_is_closed_by_two_people_with_a_reason_from_the_list() -> None:
    case = bring(story(), "follow_up").later(days=366).does(RecordFollowUp, month=12, outcome="well")
    case.advance("close", reason="bored").then_refused("reason_is_listed")
    assert isinstance(case.last, Refused)
    listed = next(typed(reason).help for reason in case.last.reasons if reason.code == "reason_is_listed")
    for word in ("not_eligible", "re_migrated", "provider_withdrew", "re_trafficked", "deceased", "lost_contact"):
        assert word in listed
    case.advance("close", reason="goals_met").confirmed().then_at("closed")


def test_closing_names_everything_that_is_still_open_and_what_to_do_about_it() -> None:
    case = bring(story(), "follow_up").later(days=366).does(RecordFollowUp, month=12, outcome="well")
    case.does(EnrolInCourse, course="cooking")
    case.advance("close", reason="goals_met").then_refused("nothing_is_open")
    assert isinstance(case.last, Refused)
    (left,) = case.last.reasons
    assert "course cooking (enrolled)" in typed(left).text
    assert "LeaveCourse" in left.helps_with
    case.does(LeaveCourse, course="cooking", reason="moved")
    case.advance("close", reason="goals_met").confirmed().then_at("closed")


def test_a_closed_case_is_kept_for_as_long_as_the_office_says_and_then_looked_at() -> None:
    case = close(bring(story(), "follow_up"))
    assert {kind for kind, _ in case.case.timers.values()} == {"retention"}
    closed_on = case.place.now.date()
    case.later(days=365 * 5 + 3).fires("retention")
    case.then(TimerFired, RetentionReached(months=60), Escalated(kind="retention_due"))
    assert case.place.now.date().year == closed_on.year + 5


def test_a_case_taken_up_again_is_kept() -> None:
    case = bring(story(), "care").goes("withdraw").later(days=365 * 6).fires("retention")
    case.advance("reopen", reason="came_back").confirmed()
    assert "retention" not in {kind for kind, _ in case.case.timers.values()}
    assert "retention_due" not in case.case.escalations
    again = bring(story(), "care").goes("withdraw")
    again.advance("reopen", reason="came_back").confirmed()
    assert "retention" not in {kind for kind, _ in again.case.timers.values()}


def test_visits_that_were_due_do_not_stay_on_the_list_of_an_ended_case() -> None:
    case = bring(story(), "follow_up").later(days=31)
    fire(case, "follow_up", month="1")
    case.advance("lose_contact", reason="lost_contact").accepted()
    assert not reintegration_of(case.case).due
    assert not case.tasks(kind="arrange_visit")


def test_training_makes_the_outcome_part_of_the_plan() -> None:
    case = trained(story().does(GiveConsent, purpose="assistance"))
    assert reintegration_of(case.case).results[0].outcome == "certificate"
