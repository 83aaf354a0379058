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
from tests.kit.world import World
from workflow.command import CancelTask
from workflow.subjects.intake.commands import WithdrawConsent
from workflow.subjects.referrals.caseload import Caseload
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    RevokeReferral,
    SendReferral,
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
