"""What follows for grants: payments, and waiting for the bank."""

from datetime import timedelta

from events.facts.grants import TrancheInstructed, TranchePaid, TrancheRejected, TrancheReleased
from handlers.reactions.moment import Follows, ReactionContext, Reactions
from workflow.subjects.grants.state import grants_of
from workflow.subjects.grants.tranches import TranchePayment


def _tranche_released(fact: TrancheReleased, moment: ReactionContext) -> Follows:
    about = TranchePayment(grant_id=fact.grant_id, tranche_id=fact.tranche_id)
    yield moment.request_task("disburse_grant", about, once_for=fact.tranche_id)


def _tranche_instructed(fact: TrancheInstructed, moment: ReactionContext) -> Follows:
    if grants_of(moment.after).grants[fact.grant_id].tranches[fact.tranche_id].status != "instructed":
        return  # the bank has answered already
    days = moment.policies.bank_answer_days
    due = moment.now + timedelta(days=days)
    yield moment.set_timer("bank_answer", due, grant_id=fact.grant_id, tranche_id=fact.tranche_id)


def _tranche_answered(fact: TranchePaid | TrancheRejected, moment: ReactionContext) -> Follows:
    yield from moment.cancel_timers("bank_answer", tranche_id=fact.tranche_id)
    yield from moment.call_off_tasks("not to be sent", "disburse_grant", tranche_id=fact.tranche_id)


REACTIONS: Reactions = {
    "TrancheReleased": _tranche_released,
    "TrancheInstructed": _tranche_instructed,
    "TranchePaid": _tranche_answered,
    "TrancheRejected": _tranche_answered,
}
