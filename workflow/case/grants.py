"""Grants and their tranches as the case sees them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from events.facts import shared
from workflow.case.change import NOTHING, At, Change, task_over

if TYPE_CHECKING:
    from workflow.case.state import Case


class Tranche(NamedTuple):
    """A part of a grant on its way to the person."""

    number: int
    amount: Decimal
    released_by: str
    status: str = "released"  # released, instructed, paid, rejected


class Grant(NamedTuple):
    """A grant as the case sees it; amounts are in the grant's currency."""

    kind: str
    amount: Decimal
    currency: str
    requested_by: str
    approved_by: str = ""
    declined: bool = False
    tranches: Mapping[str, Tranche] = NOTHING

    @property
    def released(self) -> Decimal:
        """Return how much of it has gone, or is on its way, to the bank."""
        return sum((t.amount for t in self.tranches.values() if t.status != "rejected"), Decimal(0))

    @property
    def paid(self) -> Decimal:
        """Return how much of it the bank says it has paid."""
        return sum((t.amount for t in self.tranches.values() if t.status == "paid"), Decimal(0))

    @property
    def settled(self) -> bool:
        """Tell whether nothing of it is waiting for anybody."""
        at_the_bank = any(tranche.status in ("released", "instructed") for tranche in self.tranches.values())
        return self.paid == self.amount or (self.declined and not at_the_bank)


def _grant(case: Case, grant_id: str, **changes: Any) -> Case:
    return case._replace(grants={**case.grants, grant_id: case.grants[grant_id]._replace(**changes)})


def _tranche(case: Case, grant_id: str, tranche_id: str, status: str) -> Case:
    tranches = case.grants[grant_id].tranches
    case = case._replace(escalations=case.escalations - {"bank_silent"}) if status in ("paid", "rejected") else case
    return _grant(case, grant_id, tranches={**tranches, tranche_id: tranches[tranche_id]._replace(status=status)})


def _grant_asked(case: Case, fact: shared.GrantRequested, at: At) -> Case:
    grant = Grant(fact.kind, fact.amount.amount, fact.amount.currency, at.actor)
    return case._replace(grants={**case.grants, fact.grant_id: grant})


def _tranche_released(case: Case, fact: shared.TrancheReleased, at: At) -> Case:
    tranche = Tranche(fact.number, fact.amount.amount, at.actor)
    return _grant(case, fact.grant_id, tranches={**case.grants[fact.grant_id].tranches, fact.tranche_id: tranche})


def _tranche_instructed(case: Case, fact: shared.TrancheInstructed, _at: At) -> Case:
    case = task_over(case, fact.task_id)
    if case.grants[fact.grant_id].tranches[fact.tranche_id].status != "released":
        return case  # the bank answered before its worker reported; an answer is never forgotten
    return _tranche(case, fact.grant_id, fact.tranche_id, "instructed")


CHANGES: dict[str, Change] = {
    "GrantRequested": _grant_asked,
    "GrantApproved": lambda c, f, at: _grant(c, f.grant_id, approved_by=at.actor),
    "GrantDeclined": lambda c, f, _: _grant(c, f.grant_id, declined=True),
    "TrancheReleased": _tranche_released,
    "TrancheInstructed": _tranche_instructed,
    "TranchePaid": lambda c, f, _: _tranche(c, f.grant_id, f.tranche_id, "paid"),
    "TrancheRejected": lambda c, f, _: _tranche(c, f.grant_id, f.tranche_id, "rejected"),
}
