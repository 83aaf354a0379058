"""What follows when a house or a programme closes: nobody is forgotten there."""

from datetime import timedelta

from events.facts.closing import HandOverProposed
from handlers.reactions.moment import Follows, ReactionContext, Reactions, cancelling

_WARNING = timedelta(days=3)  # before the last day, so that something can still be found


def _proposed(fact: HandOverProposed, moment: ReactionContext) -> Follows:
    due = max(moment.programme.begin_of(fact.by) - _WARNING, moment.now)
    yield moment.set_timer("hand_over", due, proposal_id=fact.proposal_id)


REACTIONS: Reactions = {
    "HandOverProposed": _proposed,
    "HandOverDecided": cancelling("hand_over", about="proposal_id"),
}
