"""Facts about what the programme spends beside grants, and about money that comes back."""

from __future__ import annotations

from datetime import date

from events.catalogue import Fact
from events.facts.shared import Secret, Shares
from events.money import Money


class CostRecorded(Fact):
    """Something was bought for the person; ``shares`` says which lines bear it, ``service`` what it was for."""

    person_id: str
    cost_id: str
    kind: str
    amount: Money
    day: date
    shares: Shares
    service: str = ""
    reference: Secret = None


class CostReversed(Fact):
    """A cost was recorded by mistake, or given back: it counts no more."""

    cost_id: str
    reason: str


class FundsSpent(Fact):
    """The fund's side of a cost: paid at once, never set aside."""

    case_id: str
    cost_id: str
    shares: Shares


class FundsUnspent(Fact):
    """The fund's side of a cost reversed."""

    case_id: str
    cost_id: str
    shares: Shares


class FundsReturned(Fact):
    """Money paid came back from the bank and is set aside for its grant again."""

    case_id: str
    grant_id: str
    tranche_id: str
    shares: Shares
