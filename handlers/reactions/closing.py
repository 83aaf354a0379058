"""What follows when a house or a programme closes: nobody is forgotten there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.closing import HandOverDecided, HandOverProposed
from handlers.reactions.moment import Reaction, ReactionContext, cancel_timers, set_timer

_WARNING = timedelta(days=3)  # before the last day, so that something can still be found


def _proposed(fact: HandOverProposed, moment: ReactionContext) -> Iterator[Fact]:
    last = datetime.combine(fact.by, time(), UTC) - _WARNING
    yield set_timer(moment, "hand_over", max(last, moment.now), (("proposal_id", fact.proposal_id),))


def _decided(fact: HandOverDecided, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "hand_over", proposal_id=fact.proposal_id)


REACTIONS: Final[Mapping[str, Reaction]] = {"HandOverProposed": _proposed, "HandOverDecided": _decided}
