"""What two people decide: one proposes and nothing happens; another confirms in their own name, and then it does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from events.facts.decisions import (
    DecisionConfirmed,
    DecisionDeclined,
    DecisionProposed,
    ProposalLapsed,
    ProposalWithdrawn,
)
from events.facts.journey import StageEntered
from events.facts.tasks import TimerCancelled, TimerFired, TimerSet
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.proposals import confirms, in_care, proposal, transfer, world
from tests.kit.roads import bring
from tests.kit.story import Story, story
from workflow.case.proposals import proposals_of
from workflow.command import AdvanceCase, CaseCommand, ConfirmDecision, DeclineDecision, WithdrawProposal
from workflow.rights.acts import OPERATOR
from workflow.subjects.accommodation.commands import TakeBed
from workflow.subjects.care.commands import AgreeCarePlan
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.reintegration.commands import AgreePlan, DraftPlan, EnrolInCourse, RecordFollowUp, RevisePlan
from workflow.subjects.safety.commands import AgreeSafetyPlan, AssessRisk, DecideBestInterests

Prepared = Callable[[], Story]


def with_dangers() -> Story:
    return story(world()).does(AssessRisk, level="high", safe_to_return=True)


def with_draft() -> Story:
    return story(world()).does(DraftPlan, goals=("work",))


def with_plan() -> Story:
    return with_draft().does(AgreePlan).confirmed()


def followed() -> Story:
    return bring(story(world()), "follow_up").later(days=366).does(RecordFollowUp, month=12, outcome="well")


def ended() -> Story:
    return in_care().goes("withdraw")


# Every decision that needs two: where it is made, by which command, and the fact that results.
DECISIONS: Final[dict[str, tuple[Prepared, type[CaseCommand], dict[str, Any], str]]] = {
    "safety plan": (with_dangers, AgreeSafetyPlan, {"plan": "whom to call"}, "SafetyPlanAgreed"),
    "less danger": (
        with_dangers, AssessRisk, {"level": "low", "safe_to_return": True, "note": "has moved away"}, "RiskAssessed",
    ),
    "care plan": (in_care, AgreeCarePlan, {"plan": "two talks a week"}, "CarePlanAgreed"),
    "plan": (with_draft, AgreePlan, {}, "PlanAgreed"),
    "revised plan": (with_plan, RevisePlan, {"goals": ("health",), "content": "a room"}, "PlanRevised"),
    "best interests": (
        in_care, DecideBestInterests, {"outcome": "return", "decided_by": "board"}, "BestInterestsDecided",
    ),
    "closed": (followed, AdvanceCase, {"trigger": "close", "reason": "goals_met"}, "StageEntered"),
    "transfer": (in_care, AdvanceCase, {"trigger": "transfer", "reason": "moved"}, "StageEntered"),
    "death": (in_care, AdvanceCase, {"trigger": "record_death", "reason": "illness"}, "StageEntered"),
    "not a victim": (
        lambda: bring(story(world()), "reception"), AdvanceCase,
        {"trigger": "find_not_a_victim", "reason": "not_a_victim"}, "StageEntered",
    ),
    "reopened": (ended, AdvanceCase, {"trigger": "reopen", "reason": "came_back"}, "StageEntered"),
}  # fmt: skip
EACH: Final = pytest.mark.parametrize(
    ("prepared", "kind", "fields", "fact"), DECISIONS.values(), ids=list(DECISIONS.keys())
)

# -- the class ------------------------------------------------------------------------------------------------------


@EACH
def test_nothing_happens_before_a_second_person_confirms(
    prepared: Prepared, kind: type[CaseCommand], fields: dict[str, Any], fact: str
) -> None:
    case = prepared()
    before = case.case._replace(parts={}, timers={})
    case.when(kind, **fields).then(DecisionProposed, TimerSet)
    assert case.case._replace(parts={}, timers={}) == before
    (proposed,) = case.now_told(DecisionProposed)
    confirms(case).accepted()
    (confirmed,) = case.now_told(DecisionConfirmed)
    told = [one for one in case.now_told() if type(one).__name__ == fact]
    assert [(one.second, one.proposal) for one in told] == [(ANNA, proposed.proposal_id)]
    assert (confirmed.proposal_id, confirmed.proposer) == (proposed.proposal_id, ANNA)
    assert not proposals_of(case.case).pending
    assert "proposal" not in {of for of, _ in case.case.timers.values()}


@EACH
def test_nobody_confirms_what_they_proposed_themselves(
    prepared: Prepared, kind: type[CaseCommand], fields: dict[str, Any], fact: str
) -> None:
    case = prepared().does(kind, **fields)
    confirms(case, ANNA).then_refused("second_person_agreed")
    case.when(DeclineDecision, proposal_id=proposal(case), reason="changed my mind").then_refused(
        "second_person_agreed"
    )


@EACH
def test_what_identifies_a_person_is_sealed_with_the_proposal_and_said_once(
    prepared: Prepared, kind: type[CaseCommand], fields: dict[str, Any], fact: str
) -> None:
    case = prepared().does(kind, **fields)
    (proposed,) = case.now_told(DecisionProposed)
    secret = fields.get("plan") or fields.get("content") or fields.get("note")
    assert proposed.content == secret
    assert secret is None or secret not in proposed.given
    confirms(case)
    assert secret is None or not any(secret in repr(one) for one in case.now_told())


@EACH
def test_the_same_is_proposed_once_at_a_time(
    prepared: Prepared, kind: type[CaseCommand], fields: dict[str, Any], fact: str
) -> None:
    case = prepared().does(kind, **fields)
    case.when(kind, actor=BORIS, **fields).then_refused("is_proposed_once")


@EACH
def test_what_is_typed_without_signing_in_is_neither_a_proposal_nor_a_confirmation(
    prepared: Prepared, kind: type[CaseCommand], fields: dict[str, Any], fact: str
) -> None:
    case = prepared()
    case.when(kind, mandate=OPERATOR, **fields).then_refused("somebody_signed_in")
    case.does(kind, **fields)
    confirms(case, mandate=OPERATOR).then_refused("somebody_signed_in")


@EACH
def test_a_machine_neither_proposes_nor_confirms(
    prepared: Prepared, kind: type[CaseCommand], fields: dict[str, Any], fact: str
) -> None:
    case = prepared()
    case.when(kind, actor="worker:money", **fields).then_refused("people_decide")
    case.does(kind, **fields)
    confirms(case, "worker:money").then_refused("people_decide", "account_is_open")


# -- what is confirmed ----------------------------------------------------------------------------------------------


def test_a_proposal_is_confirmed_once() -> None:
    case = transfer(in_care())
    key = proposal(case)
    confirms(case).then_at("transferred")
    case.when(ConfirmDecision, actor=CLARA, proposal_id=key).then_refused("proposal_is_pending")


def test_what_was_taken_back_and_proposed_anew_is_confirmed_as_it_is_now() -> None:
    case = in_care().does(AgreeCarePlan, plan="one talk a week")
    old = proposal(case)
    case.when(WithdrawProposal, proposal_id=old).then(ProposalWithdrawn, TimerCancelled)
    case.does(AgreeCarePlan, plan="two talks a week")
    case.when(ConfirmDecision, actor=BORIS, proposal_id=old).then_refused("proposal_is_pending")
    assert proposal(case) != old
    confirms(case).then_among_others(DecisionConfirmed)


def test_a_plan_is_not_written_anew_under_the_eyes_of_who_reads_it() -> None:
    case = with_draft().does(AgreePlan)
    case.when(DraftPlan, goals=("housing",)).then_refused("plan_is_being_read")
    case.does(WithdrawProposal, proposal_id=proposal(case)).does(DraftPlan, goals=("housing",))


def test_a_case_that_has_moved_on_is_decided_on_anew() -> None:
    case = transfer(bring(story(world()), "accommodation"))
    case.does(TakeBed).goes("begin_care")
    confirms(case).then_refused("nothing_moved")
    case.does(DeclineDecision, actor=BORIS, proposal_id=proposal(case), reason="look again")
    transfer(case).confirmed().then_at("transferred")


def test_other_dangers_than_those_the_plan_was_made_for_want_another_plan() -> None:
    case = story(world()).does(AssessRisk, level="medium", safe_to_return=True)
    case.does(AgreeSafetyPlan, plan="call").does(AssessRisk, level="high", safe_to_return=True)
    confirms(case).then_refused("nothing_moved")


def test_what_does_not_touch_it_does_not_stop_a_decision() -> None:
    case = transfer(in_care()).does(AddNote, note="she called")
    confirms(case).then_at("transferred")


def test_the_guards_are_asked_again_when_it_is_confirmed() -> None:
    case = followed().does(AdvanceCase, trigger="close", reason="goals_met")
    case.does(EnrolInCourse, course="cooking")
    confirms(case).then_refused("nothing_is_open")


def test_what_is_proposed_of_a_case_that_ends_is_decided_no_more() -> None:
    case = transfer(in_care()).goes("withdraw")
    case.then_among_others(StageEntered, ProposalLapsed)
    assert not proposals_of(case.case).pending


def test_when_it_happened_is_what_the_proposer_said() -> None:
    case = in_care()
    yesterday = case.place.now - timedelta(days=1)
    case.does(AdvanceCase, trigger="record_death", reason="illness", occurred_at=yesterday)
    assert yesterday.isoformat()[:10] in proposals_of(case.case).pending[proposal(case)].given
    confirms(case).then_at("deceased")


# -- declined, taken back, run out ----------------------------------------------------------------------------------


def test_who_declines_says_why_and_nothing_happens() -> None:
    case = transfer(in_care())
    case.when(DeclineDecision, actor=BORIS, proposal_id=proposal(case), reason="too early")
    case.then(DecisionDeclined, TimerCancelled).then_at("care")
    assert not proposals_of(case.case).pending


def test_only_who_proposed_it_takes_it_back() -> None:
    case = transfer(in_care())
    case.when(WithdrawProposal, actor=BORIS, proposal_id=proposal(case)).then_refused("own_hand")
    case.when(WithdrawProposal, mandate=OPERATOR, proposal_id=proposal(case)).then_refused("somebody_signed_in")
    case.when(WithdrawProposal, proposal_id=proposal(case)).then(ProposalWithdrawn, TimerCancelled)


def test_after_a_week_a_proposal_counts_no_more() -> None:
    case = transfer(in_care()).later(days=7)
    confirms(case).then_refused("proposal_is_in_time")
    case.fires("proposal").then(TimerFired, ProposalLapsed).then_at("care")
    transfer(case).confirmed().then_at("transferred")


def test_what_has_run_out_and_not_been_cleared_away_stops_no_new_proposal() -> None:
    transfer(transfer(in_care()).later(days=7, seconds=1))


def test_two_ends_proposed_of_one_case_end_with_the_first_confirmed() -> None:
    case = transfer(in_care()).does(AdvanceCase, trigger="record_death", reason="illness", actor=CLARA)
    one, other = proposals_of(case.case).pending
    case.when(ConfirmDecision, actor=BORIS, proposal_id=one).then_at("transferred")
    case.when(ConfirmDecision, actor=BORIS, proposal_id=other).then_refused("proposal_is_pending")
