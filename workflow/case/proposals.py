"""What was proposed, about a case or about the house, and waits for a second person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from events.facts.decisions import DecisionProposed
from events.instants import instant
from workflow.case.state import NOTHING, At, Case, Change, Part


class Proposal(NamedTuple):
    """A decision one person has proposed: which command, its open fields, by whom, until when, and who may confirm."""

    command: str
    given: str  # JSON, as it will be carried out
    proposer: str
    proposed_at: str
    expires_at: datetime
    confirmed_by: tuple[str, ...]
    pins: str


class Proposals(NamedTuple):
    """The decisions that wait for a second person, by id."""

    pending: Mapping[str, Proposal] = NOTHING


proposals_of: Final = Part("decisions", Proposals())


def proposed(case: Case, command: str) -> str:
    """Return the proposal of this command that waits, or nothing."""
    return next((key for key, one in proposals_of(case).pending.items() if one.command == command), "")


def _proposed(case: Case, fact: DecisionProposed, at: At) -> Case:
    return proposals_of.put(case, Proposals({**proposals_of(case).pending, fact.proposal_id: _proposal(fact, at)}))


def _proposal(fact: DecisionProposed, at: At) -> Proposal:
    return Proposal(fact.command, fact.given, at.actor, at.recorded_at, fact.expires_at, fact.confirmed_by, fact.pins)


def _over(case: Case, fact: Any, _at: At) -> Case:
    left = {key: one for key, one in proposals_of(case).pending.items() if key != fact.proposal_id}
    if left:
        return proposals_of.put(case, Proposals(left))
    return case._replace(parts={name: part for name, part in case.parts.items() if name != proposals_of.name})


def evolve_office(state: Proposals | None, fact: Any, at: At) -> Proposals:
    """Return what waits for a second person of the house's own decisions; what ran out does not wait any more."""
    pending = {} if state is None else {**state.pending}
    if isinstance(fact, DecisionProposed):
        waiting = {key: one for key, one in pending.items() if instant(at.recorded_at) < one.expires_at}
        return Proposals({**waiting, fact.proposal_id: _proposal(fact, at)})
    pending.pop(getattr(fact, "proposal_id", ""), None)
    return Proposals(pending)


CHANGES: dict[str, Change] = {
    "DecisionProposed": _proposed,
    "DecisionConfirmed": _over,
    "DecisionDeclined": _over,
    "ProposalWithdrawn": _over,
    "ProposalLapsed": _over,
}
