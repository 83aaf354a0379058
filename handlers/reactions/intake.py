"""What follows for consent: it ends by itself on its day, and what is queued under it stops at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.safety import ConsentExpired
from handlers.reactions.moment import Reaction, ReactionContext, call_off_task, cancel_timers, set_timer
from workflow.tasks import KIND_OF, about_of


def _given(fact: ConsentGiven, moment: ReactionContext) -> Iterator[Fact]:
    about = {"purpose": fact.purpose, "recipient": fact.recipient}
    yield from cancel_timers(moment, "consent_expires", **about)
    if fact.until is not None:
        over = datetime.combine(fact.until + timedelta(days=1), time(), UTC)
        yield set_timer(moment, "consent_expires", over, tuple(about.items()))


def _over(fact: ConsentWithdrawn | ConsentExpired, moment: ReactionContext) -> Iterator[Fact]:
    """Stop at once what is queued under the consent that is over."""
    yield from cancel_timers(moment, "consent_expires", purpose=fact.purpose, recipient=fact.recipient)
    for key, given in moment.after.tasks.items():
        consent = KIND_OF[given.kind].consent
        under = consent(about_of(given), moment.definition.programme) if consent else None
        if under in (fact.purpose if not fact.recipient else None, (fact.purpose, fact.recipient)):
            yield from call_off_task(moment, key, given, f"no consent to {fact.purpose} any more")


REACTIONS: Final[Mapping[str, Reaction]] = {
    "ConsentGiven": _given,
    "ConsentWithdrawn": _over,
    "ConsentExpired": _over,
}
