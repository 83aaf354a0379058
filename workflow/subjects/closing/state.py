"""Hand-overs proposed because a house or a programme closes."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from events.facts.closing import HandOverDecided, HandOverProposed
from workflow.case.state import NOTHING, At, Case, Change, Part


class ProposedHandOver(NamedTuple):
    """Where a person could go on, and what was decided about it; undecided while ``outcome`` is empty."""

    closes: str
    to: str
    by: date
    outcome: str = ""


class Closing(NamedTuple):
    """Hand-overs proposed to the person, by id."""

    hand_overs: Mapping[str, ProposedHandOver] = NOTHING


closing_of: Final = Part("closing", Closing())


def _proposed(case: Case, fact: HandOverProposed, _at: At) -> Case:
    proposed = ProposedHandOver(fact.closes, fact.to, fact.by)
    return closing_of.changed(case, hand_overs={**closing_of(case).hand_overs, fact.proposal_id: proposed})


def _decided(case: Case, fact: HandOverDecided, _at: At) -> Case:
    before = closing_of(case).hand_overs
    decided = before[fact.proposal_id]._replace(outcome=fact.outcome, to=fact.to)
    return closing_of.changed(case.calm("hand_over_late"), hand_overs={**before, fact.proposal_id: decided})


CHANGES: dict[str, Change] = {"HandOverProposed": _proposed, "HandOverDecided": _decided}
