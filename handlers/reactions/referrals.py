"""What follows for referrals: letters, the time providers have to answer, and taking back what they were told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from events.catalogue import Fact
from events.facts.intake import ConsentGiven
from events.facts.referrals import (
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralMade,
    ReferralPassedOn,
    ReferralRevoked,
    ReferralSent,
)
from handlers.reactions.moment import (
    Reaction,
    ReactionContext,
    call_off_tasks,
    cancel_timers,
    is_consented,
    request_task,
    set_timer,
)
from workflow.subjects.referrals.decisions import ReferralLetter, ReferrerLetter
from workflow.subjects.referrals.sending import PURPOSE, answer_due
from workflow.subjects.referrals.state import referrals_of


def _made(fact: ReferralMade, moment: ReactionContext) -> Iterator[Fact]:
    yield request_task(moment, "send_referral", _about(fact))


def _sent(fact: ReferralSent, moment: ReactionContext) -> Iterator[Fact]:
    """Wait for the answer; a letter that went out although the referral was taken back meanwhile is taken back too."""
    status = referrals_of(moment.after).referrals[fact.referral_id].status
    if status == "sent":
        due = answer_due(moment.now, moment.definition.programme)
        yield set_timer(moment, "referral_answer", due, (("referral_id", fact.referral_id),))
    elif status in ("revoked", "passed_on"):
        yield request_task(moment, "revoke_referral", _about(fact))


def _acknowledged(fact: ReferralAcknowledged, moment: ReactionContext) -> Iterator[Fact]:
    yield from _not_waited_for(fact, moment)
    yield _meeting(fact.referral_id, moment)


def _accepted(fact: ReferralAccepted, moment: ReactionContext) -> Iterator[Fact]:
    """Wait until the day after the first meeting, or as long as the policy says."""
    yield from _not_waited_for(fact, moment)
    yield _meeting(fact.referral_id, moment, fact)


def _over(fact: Any, moment: ReactionContext) -> Iterator[Fact]:
    yield from _not_waited_for(fact, moment)
    yield from call_off_tasks(moment, "the referral is over", ("send_referral",), referral_id=fact.referral_id)


def _taken_back(fact: ReferralRevoked | ReferralPassedOn, moment: ReactionContext) -> Iterator[Fact]:
    """Tell whoever has heard of it, once; a letter that has not left never does."""
    yield from _over(fact, moment)
    assert moment.before is not None
    before = referrals_of(moment.before).referrals[fact.referral_id]
    if before.is_open and before.is_known:
        yield request_task(moment, "revoke_referral", _about(fact))


def _not_waited_for(fact: Any, moment: ReactionContext) -> Iterator[Fact]:
    for kind in ("referral_answer", "referral_meeting"):
        yield from cancel_timers(moment, kind, referral_id=fact.referral_id)


def _consent_given(fact: ConsentGiven, moment: ReactionContext) -> Iterator[Fact]:
    """Tell whoever sent the person that they came, once the person agrees to that."""
    case = moment.after
    known = fact.recipient in moment.definition.programme.provider_of
    if (
        fact.purpose != PURPOSE
        or fact.recipient != case.referred_by
        or not known
        or referrals_of(case).referrer_answered
    ):
        return
    asked = any(given.kind == "answer_referrer" for given in case.tasks.values())
    if not asked and is_consented(PURPOSE, moment, fact.recipient):
        yield request_task(moment, "answer_referrer", ReferrerLetter(provider=fact.recipient))


def _meeting(referral_id: str, moment: ReactionContext, accepted: ReferralAccepted | None = None) -> Fact:
    due = moment.now + timedelta(days=moment.definition.programme.policies.referral_meeting_days)
    if accepted is not None and accepted.first_meeting is not None:
        due = accepted.first_meeting + timedelta(days=1)
    return set_timer(moment, "referral_meeting", due, (("referral_id", referral_id),))


def _about(fact: Any) -> ReferralLetter:
    return ReferralLetter(provider=fact.provider, referral_id=fact.referral_id)


REACTIONS: Final[Mapping[str, Reaction]] = {
    "ReferralMade": _made,
    "ReferralSent": _sent,
    "ReferralAcknowledged": _acknowledged,
    "ReferralAccepted": _accepted,
    "ReferralWaitlisted": _not_waited_for,
    "ReferralDeclined": _over,
    "ReferralPassedOn": _taken_back,
    "ReferralServed": _not_waited_for,
    "ReferralClosed": _not_waited_for,
    "ReferralRevoked": _taken_back,
    "ConsentGiven": _consent_given,
}
