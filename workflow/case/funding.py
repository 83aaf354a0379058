"""What was bought for the person, as the case sees it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from events.facts import funding as told
from events.facts.shared import Shares
from workflow.case.change import Change


class Cost(NamedTuple):
    """A cost that counts; one reversed is no more in the case."""

    kind: str
    amount: Decimal
    currency: str
    shares: Shares


def _cost(fact: told.CostRecorded) -> Cost:
    return Cost(fact.kind, fact.amount.amount, fact.amount.currency, fact.shares)


def _without(costs: Mapping[str, Cost], cost_id: str) -> Mapping[str, Cost]:
    return {key: cost for key, cost in costs.items() if key != cost_id}


CHANGES: dict[str, Change] = {
    "CostRecorded": lambda c, f, _: c._replace(costs={**c.costs, f.cost_id: _cost(f)}),
    "CostReversed": lambda c, f, _: c._replace(costs=_without(c.costs, f.cost_id)),
}
