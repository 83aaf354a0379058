"""Money as the handbook tells of it: promised within the budget, let go in parts by a third person, paid once.

Three funders bear everything in shares of 60, 20 and 20; sums are multiples of 50, so that no cent is left over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

SHARES: Final = {"european-commission": 60, "switzerland": 20, "united-states": 20}
CAPS: Final = {"reinstallation": 200, "reintegration": 1800}
PARTS: Final = {"reinstallation": (100,), "reintegration": (50, 30, 20)}
FLYING: Final = ("released", "instructed")
NOT_PAID: Final = ("rejected", "returned")


@dataclass
class Part:
    """A part of a grant, on its way or answered for."""

    number: int
    amount: Decimal
    status: str = "released"
    shown: bool = False  # what it was used for


@dataclass
class Promise:
    """A grant somebody asked for."""

    who: str
    kind: str
    amount: Decimal
    asker: str
    hands: set[str]
    approved: bool = False
    declined: bool = False
    refused: bool = False  # the bank refused a part, and nobody approved it anew
    returned: bool = False  # a payment came back: somebody else has to be named
    aside: Decimal = Decimal(0)
    parts: dict[str, Part] = field(default_factory=dict)

    def sum_of(self, *statuses: str) -> Decimal:
        return sum((one.amount for one in self.parts.values() if one.status in statuses), Decimal(0))

    @property
    def paid(self) -> Decimal:
        return self.sum_of("paid")

    @property
    def out(self) -> Decimal:
        return self.sum_of("paid", *FLYING)

    @property
    def settled(self) -> bool:
        return self.paid == self.amount or (self.declined and not self.sum_of(*FLYING))

    def next_part(self) -> Decimal:
        out = {one.number for one in self.parts.values() if one.status not in NOT_PAID}
        number = next(one for one in range(1, 5) if one not in out)
        return self.amount * PARTS[self.kind][number - 1] / 100


@dataclass
class Books:
    """All promises and costs, and how much each funder gave for them."""

    budget: dict[str, dict[str, Decimal]]  # of grants and of travel, by funder
    promises: dict[str, Promise] = field(default_factory=dict)
    costs: dict[str, Decimal] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def committed(self) -> Decimal:
        return sum((one.aside for one in self.promises.values()), Decimal(0))

    def disbursed(self) -> Decimal:
        return sum((one.paid for one in self.promises.values()), Decimal(0))

    def bears(self, line: str, more: Decimal) -> bool:
        """Tell whether every funder has its share of so much more."""
        spent = self.committed() + self.disbursed() if line == "grants" else sum(self.costs.values(), Decimal(0))
        return all((spent + more) * SHARES[name] / 100 <= held for name, held in self.budget[line].items())

    def may_be_asked(self, who: str, kind: str, amount: Decimal) -> bool:
        same = [one for one in self.promises.values() if (one.who, one.kind) == (who, kind)]
        had = sum((one.out for one in same), Decimal(0))
        return who not in self.gone and all(one.declined for one in same) and 0 < amount <= CAPS[kind] - had

    def may_be_approved(self, grant: str, by: str) -> bool:
        one = self.promises[grant]
        waits = not one.declined and (not one.approved or one.refused) and one.who not in self.gone
        return waits and by != one.asker and (one.approved or self.bears("grants", one.amount))

    def is_approved(self, grant: str, by: str) -> None:
        one = self.promises[grant]
        one.aside = one.aside if one.approved else one.amount
        one.approved, one.refused, one.hands = True, False, one.hands | {by}

    def may_be_let_go(self, grant: str, by: str) -> bool:
        one = self.promises[grant]
        stands = one.approved and not (one.declined or one.refused or one.returned) and one.who not in self.gone
        unseen = one.kind == "reintegration" and any(p.status == "paid" and not p.shown for p in one.parts.values())
        return stands and by not in one.hands and not one.sum_of(*FLYING) and not unseen and one.out < one.amount

    def is_let_go(self, grant: str, part: str) -> None:
        one = self.promises[grant]
        out = {each.number for each in one.parts.values() if each.status not in NOT_PAID}
        number = next(each for each in range(1, 5) if each not in out)
        one.parts[part] = Part(number, one.next_part())

    def is_answered(self, grant: str, part: str, outcome: str) -> None:
        """Take in what the bank says: hearing it again changes nothing."""
        one, found = self.promises[grant], self.promises[grant].parts[part]
        if found.status in FLYING and outcome == "paid":
            found.status, one.aside = "paid", one.aside - found.amount
        elif found.status in FLYING:
            found.status, one.refused = "rejected", True
        elif found.status == "paid" and outcome == "rejected":
            self.comes_back(grant, part)
        self._frees(one)

    def comes_back(self, grant: str, part: str) -> None:
        """Let the bank give back what it had paid: after the end of the case the money is free at once."""
        one, found = self.promises[grant], self.promises[grant].parts[part]
        if found.status == "paid":
            found.status, one.aside = "returned", one.aside + found.amount
            one.returned, one.declined = not one.declined, one.declined or one.who in self.gone
            self._frees(one)

    def may_be_declined(self, grant: str) -> bool:
        one = self.promises[grant]
        return not (one.settled or one.declined or one.sum_of(*FLYING) or one.who in self.gone)

    def is_declined(self, grant: str) -> None:
        self.promises[grant].declined = True
        self._frees(self.promises[grant])

    def case_ends(self, who: str) -> None:
        self.gone.add(who)
        for one in self.promises.values():
            if one.who == who and not (one.settled or one.declined):
                for part in one.parts.values():
                    part.status = "rejected" if part.status == "released" else part.status
                one.declined = True
                self._frees(one)

    def _frees(self, one: Promise) -> None:
        if one.declined:
            one.aside = one.sum_of(*FLYING)
