"""What follows when a person is erased: nothing is waited for any more, keys and ciphertexts go, partners are told."""

from events.facts.erasure import CaseErasedToo, ErasureReplayed, PersonErased
from events.facts.intake import ConsentWithdrawn
from handlers.reactions.moment import Follows, ReactionContext, Reactions
from workflow.case.erasure import erasure_of
from workflow.subjects.erasure.decisions import ErasedPerson, RecallLetter
from workflow.subjects.referrals.sending import PURPOSE
from workflow.subjects.referrals.state import referrals_of

_TOLD_BACK = ("revoked", "passed_on")  # by a letter of their own


def _erased(fact: PersonErased, moment: ReactionContext) -> Follows:
    yield from _stopped(moment)
    yield moment.request_task("shred_person", ErasedPerson(person_id=fact.person_id, cases=" ".join(fact.cases)))
    yield from _recalled(moment)


def _erased_too(_fact: CaseErasedToo, moment: ReactionContext) -> Follows:
    yield from _stopped(moment)
    yield from _recalled(moment)


def _replayed(_fact: ErasureReplayed, moment: ReactionContext) -> Follows:
    """Stop what an older copy waits for, unless its case goes on: that is led to its end as any other."""
    if moment.definition.journey.stage(moment.after.stage).ends:
        yield from _stopped(moment)


def _withdrawn(fact: ConsentWithdrawn, moment: ReactionContext) -> Follows:
    """Tell those whose referral was over by then; the open ones are taken back by letters of their own."""
    if fact.purpose == PURPOSE:
        yield from _recalled(moment, fact.recipient)


def _stopped(moment: ReactionContext) -> Follows:
    yield from moment.call_off_tasks("the person was erased")
    yield from moment.cancel_timers(*dict.fromkeys(kind for kind, _ in moment.after.timers.values()))


def _recalled(moment: ReactionContext, recipient: str = "") -> Follows:
    """Ask every provider that had heard of a referral to destroy what it was told; each referral once."""
    asked = {dict(task.subject).get("referral_id") for task in moment.after.tasks.values()}
    done = erasure_of(moment.after).recalled | asked
    for key, one in referrals_of(moment.after).referrals.items():
        wanted = one.is_known and not (one.is_open or one.status in _TOLD_BACK)
        if wanted and key not in done and recipient in ("", one.provider):
            yield moment.request_task("recall_referral", RecallLetter(provider=one.provider, referral_id=key))


REACTIONS: Reactions = {
    "PersonErased": _erased,
    "CaseErasedToo": _erased_too,
    "ErasureReplayed": _replayed,
    "ConsentWithdrawn": _withdrawn,
}
