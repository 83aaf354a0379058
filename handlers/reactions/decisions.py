"""What follows when somebody proposes what needs two people: it runs out by itself, unless it is decided before."""

from events.facts.decisions import DecisionProposed
from handlers.reactions.moment import Follows, ReactionContext, Reactions, cancelling


def _proposed(fact: DecisionProposed, moment: ReactionContext) -> Follows:
    yield moment.set_timer("proposal", fact.expires_at, proposal_id=fact.proposal_id)


_over = cancelling("proposal", about="proposal_id")
REACTIONS: Reactions = {
    "DecisionProposed": _proposed,
    "DecisionConfirmed": _over,
    "DecisionDeclined": _over,
    "ProposalWithdrawn": _over,
    "ProposalLapsed": _over,
}
