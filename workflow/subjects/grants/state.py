"""Grants and their tranches as the case sees them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from events.facts import grants as facts
from workflow.case.state import NOTHING, At, Case, Change, Part

IN_FLIGHT: Final = ("released", "instructed")
_NOT_PAID: Final = ("rejected", "returned")


class Tranche(NamedTuple):
    """A part of a grant on its way to the person."""

    number: int
    amount: Decimal
    released_by: str
    status: str = "released"  # released, instructed, paid, rejected, returned
    delivery: str = "cash"
    shares: facts.Shares = ()  # of what was paid: which lines bore it
    evidence: frozenset[str] = frozenset()


class Grant(NamedTuple):
    """A grant as the case sees it; amounts are in the grant's currency."""

    kind: str
    amount: Decimal
    currency: str
    requested_by: str
    approved_by: str = ""
    declined: bool = False
    tranches: Mapping[str, Tranche] = NOTHING
    return_id: str = ""  # the trip it is for
    accounts: tuple[str, ...] = ()  # the lines that bear it
    changed_by: str = ""  # who changed the payee, while nobody has approved that
    hands: frozenset[str] = frozenset()  # who asked for it, changed its payee or approved it
    on_hold: bool = False  # its payee is
    returned: bool = False  # a payment came back and the payee is still the same

    @property
    def released(self) -> Decimal:
        """Return how much of it has gone, or is on its way, to the bank."""
        return sum((t.amount for t in self.tranches.values() if t.status not in _NOT_PAID), Decimal(0))

    @property
    def paid(self) -> Decimal:
        """Return how much of it the bank says it has paid."""
        return sum((t.amount for t in self.tranches.values() if t.status == "paid"), Decimal(0))

    @property
    def flying(self) -> Decimal:
        """Return how much of it is on its way to the bank or at the bank."""
        return sum((t.amount for t in self.tranches.values() if t.status in IN_FLIGHT), Decimal(0))

    @property
    def in_cash(self) -> Decimal:
        """Return how much of it was given, or is on its way, in cash."""
        live = [t for t in self.tranches.values() if t.status not in _NOT_PAID]
        return sum((t.amount for t in live if t.delivery == "cash"), Decimal(0))

    @property
    def at_the_bank(self) -> bool:
        """Tell whether a part of it is on its way."""
        return any(tranche.status in IN_FLIGHT for tranche in self.tranches.values())

    @property
    def settled(self) -> bool:
        """Tell whether nothing of it is waiting for anybody."""
        return self.paid == self.amount or (self.declined and not self.at_the_bank)

    @property
    def awaits_approval(self) -> bool:
        """Tell whether somebody has yet to approve it, or its changed payee."""
        return not self.declined and (not self.approved_by or bool(self.changed_by))

    @property
    def next_number(self) -> int:
        """Return the number of the part that goes out next: the first that is neither paid nor on its way."""
        out = {tranche.number for tranche in self.tranches.values() if tranche.status not in _NOT_PAID}
        return next(number for number in range(1, len(out) + 2) if number not in out)


class Grants(NamedTuple):
    """Grants and costs of a person, by id."""

    grants: Mapping[str, Grant] = NOTHING
    costs: Mapping[str, Cost] = NOTHING


grants_of: Final = Part("grants", Grants())


def _grant(case: Case, grant_id: str, **changes: Any) -> Case:
    return grants_of.changed(
        case, grants={**grants_of(case).grants, grant_id: grants_of(case).grants[grant_id]._replace(**changes)}
    )


def _tranche(case: Case, grant_id: str, tranche_id: str, **changes: Any) -> Case:
    tranches = grants_of(case).grants[grant_id].tranches
    return _grant(case, grant_id, tranches={**tranches, tranche_id: tranches[tranche_id]._replace(**changes)})


def _calm(case: Case, *kinds: str) -> Case:
    return case._replace(escalations=case.escalations - {*kinds})


def _looked_at(case: Case) -> Case:
    """Return the case without the worry about a payment that came back, once no grant waits for another payee."""
    waiting = any(grant.returned for grant in grants_of(case).grants.values())
    return case if waiting else _calm(case, "payment_returned")


def _grant_asked(case: Case, fact: facts.GrantRequested, at: At) -> Case:
    hands = frozenset({at.actor})
    money = fact.amount
    grant = Grant(fact.kind, money.amount, money.currency, at.actor, return_id=fact.return_id, hands=hands)
    return _looked_at(grants_of.changed(case, grants={**grants_of(case).grants, fact.grant_id: grant}))


def _approved(case: Case, fact: facts.GrantApproved, at: At) -> Case:
    accounts = tuple(name for name, _ in fact.shares)
    hands = grants_of(case).grants[fact.grant_id].hands | {at.actor}
    return _grant(case, fact.grant_id, approved_by=at.actor, accounts=accounts, changed_by="", hands=hands)


def _payee_approved(case: Case, fact: facts.PayeeApproved, at: At) -> Case:
    hands = grants_of(case).grants[fact.grant_id].hands | {at.actor}
    return _grant(case, fact.grant_id, approved_by=at.actor, changed_by="", hands=hands)


def _payee_changed(case: Case, fact: facts.PayeeChanged, at: At) -> Case:
    hands = grants_of(case).grants[fact.grant_id].hands | {at.actor}
    return _looked_at(_grant(case, fact.grant_id, changed_by=at.actor, hands=hands, returned=False))


def _declined(case: Case, fact: facts.GrantDeclined, _at: At) -> Case:
    return _looked_at(_grant(case, fact.grant_id, declined=True, returned=False))


def _tranche_released(case: Case, fact: facts.TrancheReleased, at: At) -> Case:
    tranche = Tranche(fact.number, fact.amount.amount, at.actor, delivery=fact.delivery)
    return _grant(
        case, fact.grant_id, tranches={**grants_of(case).grants[fact.grant_id].tranches, fact.tranche_id: tranche}
    )


def _tranche_instructed(case: Case, fact: facts.TrancheInstructed, _at: At) -> Case:
    if grants_of(case).grants[fact.grant_id].tranches[fact.tranche_id].status != "released":
        return case  # the bank answered before its worker reported; an answer is never forgotten
    return _tranche(case, fact.grant_id, fact.tranche_id, status="instructed")


def _paid(case: Case, fact: facts.TranchePaid, _at: At) -> Case:
    case = _calm(case, "bank_silent")
    return _tranche(case, fact.grant_id, fact.tranche_id, status="paid", shares=fact.shares)


def _rejected(case: Case, fact: facts.TrancheRejected, _at: At) -> Case:
    return _tranche(_calm(case, "bank_silent"), fact.grant_id, fact.tranche_id, status="rejected")


def _returned(case: Case, fact: facts.TrancheReturned, _at: At) -> Case:
    case = _tranche(case, fact.grant_id, fact.tranche_id, status="returned")
    return _grant(case, fact.grant_id, returned=not grants_of(case).grants[fact.grant_id].declined)


def _shown(case: Case, fact: facts.EvidenceRecorded, _at: At) -> Case:
    tranche = grants_of(case).grants[fact.grant_id].tranches[fact.tranche_id]
    return _tranche(case, fact.grant_id, fact.tranche_id, evidence=tranche.evidence | {fact.kind})


CHANGES: dict[str, Change] = {
    "GrantRequested": _grant_asked,
    "GrantApproved": _approved,
    "GrantDeclined": _declined,
    "PayeeChanged": _payee_changed,
    "PayeeApproved": _payee_approved,
    "PayeePutOnHold": lambda c, f, _: _grant(c, f.grant_id, on_hold=True),
    "PayeeReleased": lambda c, f, _: _grant(c, f.grant_id, on_hold=False),
    "EvidenceRecorded": _shown,
    "TrancheReleased": _tranche_released,
    "TrancheInstructed": _tranche_instructed,
    "TranchePaid": _paid,
    "TrancheRejected": _rejected,
    "TrancheReturned": _returned,
}


class Cost(NamedTuple):
    """A cost that counts; one reversed is no more in the case."""

    kind: str
    amount: Decimal
    currency: str
    shares: facts.Shares


def _cost(fact: facts.CostRecorded) -> Cost:
    return Cost(fact.kind, fact.amount.amount, fact.amount.currency, fact.shares)


def _without(costs: Mapping[str, Cost], cost_id: str) -> Mapping[str, Cost]:
    return {key: cost for key, cost in costs.items() if key != cost_id}


CHANGES |= {
    "CostRecorded": lambda c, f, _: grants_of.changed(c, costs={**grants_of(c).costs, f.cost_id: _cost(f)}),
    "CostReversed": lambda c, f, _: grants_of.changed(c, costs=_without(grants_of(c).costs, f.cost_id)),
}
