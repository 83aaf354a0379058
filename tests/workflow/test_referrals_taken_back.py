"""Referrals taken back: with the consent, by a letter, and by whoever withdraws."""

import pytest

from events.facts.intake import ConsentWithdrawn
from events.facts.referrals import (
    ReferralRevoked,
    ReferralSent,
)
from events.facts.tasks import TaskCancelled, TaskRequested
from tests.kit.referrals import asked, number, somebody, status
from tests.kit.roads import agreed_to_be_told
from tests.kit.story import Story
from tests.kit.world import World
from workflow.command import CancelTask, CaseCommand
from workflow.subjects.intake.commands import WithdrawConsent
from workflow.subjects.referrals.caseload import Caseload
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    DeclineReferral,
    RecordReferralServed,
    RevokeReferral,
    SendReferral,
    WaitlistReferral,
)


@pytest.mark.parametrize("recipient", ["harbour", ""])
def test_taking_back_consent_stops_what_is_queued_at_once(recipient: str) -> None:
    case = agreed_to_be_told(somebody(), "harbour").does(SendReferral, service="local_referral")
    case.when(WithdrawConsent, purpose="referral", recipient=recipient).then(
        ConsentWithdrawn, TaskCancelled, ReferralRevoked
    )
    assert (status(case), case.case.tasks) == ("revoked", {})


def test_taking_back_consent_to_be_helped_stops_referrals_too() -> None:
    case = asked(somebody()).does(WithdrawConsent, purpose="assistance")
    assert status(case) == "revoked"


def test_another_provider_keeps_its_referral_when_one_is_taken_back() -> None:
    case = agreed_to_be_told(asked(somebody()), "new-start")
    case.does(WithdrawConsent, purpose="referral", recipient="new-start")
    assert status(case) == "sent"


def test_a_referral_that_was_sent_is_taken_back_by_one_letter() -> None:
    case = asked(somebody()).does(WithdrawConsent, purpose="referral", recipient="harbour")
    case.finish(case.task(kind="revoke_referral")).accepted()
    case.when(RevokeReferral, referral_id=number(case), reason="again").then_refused("referral_may_become_revoked")
    assert not case.case.tasks


def test_a_letter_under_way_when_consent_is_taken_back_is_taken_back_afterwards() -> None:
    case = agreed_to_be_told(somebody(), "harbour").does(SendReferral, service="local_referral")
    task = case.task(kind="send_referral")
    case.claims(task).does(WithdrawConsent, purpose="referral", recipient="harbour")
    case.finish(task).then(ReferralSent, TaskRequested)
    assert (status(case), list(case.tasks(kind="revoke_referral"))) == ("revoked", [case.task(kind="revoke_referral")])


def _answered_before_anybody_knows_of_the_letter(answer: type[CaseCommand], **said: str) -> tuple[Story, str]:
    """Return a case whose provider answered, and the letter to it of which nobody knows whether it arrived."""
    case = agreed_to_be_told(somebody(), "harbour").does(SendReferral, service="local_referral")
    letter = case.task(kind="send_referral")
    case.finish(letter, "unknown").accepted()
    return case.does(answer, referral_id=number(case), **said), letter


def test_a_provider_that_answered_is_told_once_that_it_is_over_whatever_is_found_out_of_the_letter() -> None:
    case, letter = _answered_before_anybody_knows_of_the_letter(WaitlistReferral)
    agreed_to_be_told(case, "new-start").does(SendReferral, service="local_referral", provider="new-start")
    assert len(case.tasks(kind="revoke_referral", provider="harbour")) == 1
    case.finish(letter).then(ReferralSent)
    assert len(case.tasks(kind="revoke_referral", provider="harbour")) == 1


def test_a_provider_that_said_no_is_not_told_that_nobody_else_is_asked() -> None:
    case, letter = _answered_before_anybody_knows_of_the_letter(DeclineReferral, reason="full")
    case.does(RevokeReferral, referral_id=number(case), reason="changed")
    case.finish(letter).then(ReferralSent)
    assert not case.tasks(kind="revoke_referral")


def test_a_letter_that_is_found_later_makes_no_answer_come_before_it() -> None:
    """The day on which it is found out is not the day of the letter: the provider answered before."""
    case, letter = _answered_before_anybody_knows_of_the_letter(AcceptReferral)
    helped_on = case.later(days=1).place.now
    case.later(days=2).finish(letter).accepted()
    case.when(RecordReferralServed, referral_id=number(case), occurred_at=helped_on).accepted()


def test_a_letter_an_operator_calls_off_takes_the_referral_back() -> None:
    case = agreed_to_be_told(somebody(), "harbour").does(SendReferral, service="local_referral")
    case.does(CancelTask, task_id=case.task(kind="send_referral"), reason="typed by mistake")
    assert (status(case), case.case.tasks) == ("revoked", {})


def test_whoever_withdraws_is_taken_off_every_provider_and_frees_the_place() -> None:
    world = World()
    case = asked(somebody(world))
    case.does(AcceptReferral, referral_id=number(case)).goes("withdraw")
    assert status(case) == "revoked"
    assert case.tasks(kind="revoke_referral")
    assert world.states["provider:harbour"] == Caseload()
