"""What follows for consent: it ends by itself on its day, and what is queued under it stops at once."""

from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.safety import ConsentExpired
from handlers.reactions.moment import Follows, ReactionContext, Reactions
from workflow.tasks import KIND_OF, about_of


def _given(fact: ConsentGiven, moment: ReactionContext) -> Follows:
    about = {"purpose": fact.purpose, "recipient": fact.recipient}
    yield from moment.cancel_timers("consent_expires", **about)
    if fact.until is not None:
        yield moment.set_timer("consent_expires", moment.programme.end_of(fact.until), **about)


def _over(fact: ConsentWithdrawn | ConsentExpired, moment: ReactionContext) -> Follows:
    """Stop at once what is queued under the consent that is over."""
    yield from moment.cancel_timers("consent_expires", purpose=fact.purpose, recipient=fact.recipient)
    for key, given in moment.after.tasks.items():
        consent = KIND_OF[given.kind].consent
        under = consent(about_of(given), moment.programme) if consent else None
        if under in (fact.purpose if not fact.recipient else None, (fact.purpose, fact.recipient)):
            yield from moment.call_off_task(key, given, f"no consent to {fact.purpose} any more")


REACTIONS: Reactions = {"ConsentGiven": _given, "ConsentWithdrawn": _over, "ConsentExpired": _over}
