"""What follows for grants: payments, and waiting for the bank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.grants import TrancheInstructed, TranchePaid, TrancheRejected, TrancheReleased
from handlers.reactions.moment import Reaction, ReactionContext, call_off_tasks, cancel_timers, request_task, set_timer
from workflow.subjects.grants.state import grants_of
from workflow.subjects.grants.tranches import TranchePayment


def _tranche_released(fact: TrancheReleased, moment: ReactionContext) -> Iterator[Fact]:
    yield request_task(moment, "disburse_grant", TranchePayment(grant_id=fact.grant_id, tranche_id=fact.tranche_id))


def _tranche_instructed(fact: TrancheInstructed, moment: ReactionContext) -> Iterator[Fact]:
    if grants_of(moment.after).grants[fact.grant_id].tranches[fact.tranche_id].status != "instructed":
        return  # the bank has answered already
    days = moment.definition.programme.policies.bank_answer_days
    about = (("grant_id", fact.grant_id), ("tranche_id", fact.tranche_id))
    yield set_timer(moment, "bank_answer", moment.now + timedelta(days=days), about)


def _tranche_answered(fact: TranchePaid | TrancheRejected, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "bank_answer", tranche_id=fact.tranche_id)
    yield from call_off_tasks(moment, "not to be sent", ("disburse_grant",), tranche_id=fact.tranche_id)


REACTIONS: Final[Mapping[str, Reaction]] = {
    "TrancheReleased": _tranche_released,
    "TrancheInstructed": _tranche_instructed,
    "TranchePaid": _tranche_answered,
    "TrancheRejected": _tranche_answered,
}
