"""Hand-overs proposed because a house or a programme closes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from events.facts.closing import HandOverDecided, HandOverProposed
from workflow.case.change import At, Change

if TYPE_CHECKING:
    from workflow.case.state import Case


class HandOver(NamedTuple):
    """Where a person could go on, and what was decided about it; undecided while ``outcome`` is empty."""

    closes: str
    to: str
    by: date
    outcome: str = ""


def _proposed(case: Case, fact: HandOverProposed, _at: At) -> Case:
    return case._replace(hand_overs={**case.hand_overs, fact.proposal_id: HandOver(fact.closes, fact.to, fact.by)})


def _decided(case: Case, fact: HandOverDecided, _at: At) -> Case:
    decided = case.hand_overs[fact.proposal_id]._replace(outcome=fact.outcome, to=fact.to)
    return case._replace(
        hand_overs={**case.hand_overs, fact.proposal_id: decided}, escalations=case.escalations - {"hand_over_late"}
    )


CHANGES: dict[str, Change] = {"HandOverProposed": _proposed, "HandOverDecided": _decided}
