"""What follows for referrals: letters, the time providers have to answer, and taking back what they were told."""

from datetime import datetime, timedelta
from typing import Any

from events.catalogue import Fact
from events.facts import referrals as facts
from events.facts.intake import ConsentGiven
from handlers.reactions.moment import Follows, ReactionContext, Reactions, cancelling
from workflow.subjects.referrals.decisions import ReferralLetter, ReferrerLetter
from workflow.subjects.referrals.sending import MEETING_ASKED_AFTER, PURPOSE, answer_due
from workflow.subjects.referrals.state import referrals_of

_not_waited_for = cancelling("referral_answer", "referral_meeting", about="referral_id")


def _made(fact: facts.ReferralMade, moment: ReactionContext) -> Follows:
    yield moment.request_task("send_referral", _about(fact))


def _sent(fact: facts.ReferralSent, moment: ReactionContext) -> Follows:
    """Wait for the answer; a letter that went out although the referral was taken back meanwhile is taken back too.

    Not for a provider that had answered before anybody knew of the letter: it said no, or was told already.
    """
    status = referrals_of(moment.after).referrals[fact.referral_id].status
    had_heard = referrals_of(moment.was).referrals[fact.referral_id].is_known
    if status == "sent":
        due = answer_due(moment.now, moment.programme)
        yield moment.set_timer("referral_answer", due, referral_id=fact.referral_id)
    elif status in ("revoked", "passed_on") and not had_heard:
        yield moment.request_task("revoke_referral", _about(fact))


def _acknowledged(fact: facts.ReferralAcknowledged, moment: ReactionContext) -> Follows:
    yield from _not_waited_for(fact, moment)
    yield _meeting(fact.referral_id, moment)


def _accepted(fact: facts.ReferralAccepted, moment: ReactionContext) -> Follows:
    """Wait until the day after the first meeting, which goes into the provider's calendar, or as the policy says."""
    yield from _not_waited_for(fact, moment)
    yield _meeting(fact.referral_id, moment, fact)
    if fact.first_meeting is not None:
        yield moment.request_task("tell_meeting", _about(fact, fact.first_meeting))


def _over(fact: Any, moment: ReactionContext) -> Follows:
    yield from _not_waited_for(fact, moment)
    yield from moment.call_off_tasks(
        "the referral is over", "send_referral", "tell_meeting", referral_id=fact.referral_id
    )


def _taken_back(fact: facts.ReferralRevoked | facts.ReferralPassedOn, moment: ReactionContext) -> Follows:
    """Tell whoever has heard of it, once; a letter that has not left never does."""
    yield from _over(fact, moment)
    before = referrals_of(moment.was).referrals[fact.referral_id]
    if before.is_open and before.is_known:
        yield moment.request_task("revoke_referral", _about(fact, before.meets_at))


def _consent_given(fact: ConsentGiven, moment: ReactionContext) -> Follows:
    """Tell whoever sent the person that they came, once the person agrees to that."""
    case = moment.after
    is_theirs = fact.purpose == PURPOSE and fact.recipient == case.referred_by
    if not is_theirs or fact.recipient not in moment.programme.provider_of or referrals_of(case).referrer_answered:
        return
    asked = any(given.kind == "answer_referrer" for given in case.tasks.values())
    if not asked and moment.is_consented(PURPOSE, fact.recipient):
        yield moment.request_task("answer_referrer", ReferrerLetter(provider=fact.recipient))


def _meeting(referral_id: str, moment: ReactionContext, accepted: facts.ReferralAccepted | None = None) -> Fact:
    due = moment.now + timedelta(days=moment.policies.referral_meeting_days)
    if accepted is not None and accepted.first_meeting is not None:
        due = accepted.first_meeting + MEETING_ASKED_AFTER
    return moment.set_timer("referral_meeting", due, referral_id=referral_id)


def _about(fact: Any, meets_at: datetime | None = None) -> ReferralLetter:
    return ReferralLetter(provider=fact.provider, referral_id=fact.referral_id, meets_at=meets_at)


REACTIONS: Reactions = {
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
