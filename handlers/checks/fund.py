"""The fund's side of I5: no line ever bears more than it holds, and the ledger balances per currency and funder."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from events.catalogue import Fact
from events.facts.grants import FundsCommitted, FundsDisbursed, FundsFreed, FundsReturned, FundsSpent, FundsUnspent
from handlers.checks.check_results import InvariantCheck, ObservedEvent, sees
from workflow.subjects.grants.fund import Fund, LineAccount, account_name, budget_of
from workflow.subjects.grants.ledger import COMMITTED, DISBURSED, postings

NOTHING = Decimal(0)


# What the fund tells after a case told it: by which id, and what is wrong if it tells other shares.
_DIFFERS: Final[Mapping[type[Fact], tuple[str, str]]] = {
    FundsCommitted: ("grant_id", "set aside for {} is not what was approved"),
    FundsReturned: ("tranche_id", "what came back of {} is not what had been paid"),
    FundsSpent: ("cost_id", "paid for {} is not what it cost"),
    FundsUnspent: ("cost_id", "given back for {} is not what was taken back"),
}
_NEVER_TOLD: Final[Mapping[type[Fact], str]] = {
    FundsCommitted: "was approved and nothing was set aside",
    FundsDisbursed: "was paid and not taken from the fund",
    FundsReturned: "came back and was not set aside again",
    FundsSpent: "was bought and not paid by the fund",
    FundsUnspent: "was taken back and is not free again",
}


class FundBooks:
    """Watches what the fund sets aside, pays, frees and gets back, and keeps the books beside it."""

    def __init__(self, check: InvariantCheck) -> None:
        self.aside: dict[str, Decimal] = defaultdict(Decimal)  # what the fund has set aside, by grant
        # What cases told and the fund is still to tell: shares by grant, tranche or cost; of a payment only the sum.
        self.expected: dict[type[Fact], dict[str, Any]] = {kind: {} for kind in _NEVER_TOLD}
        self._check = check
        self._books: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)  # stream, currency, account, side
        self._funds: dict[str, Fund] = {}

    @sees(FundsCommitted, FundsReturned, FundsSpent, FundsUnspent)
    def _on_movement(self, fact: Any, seen: ObservedEvent) -> None:
        key, differs = _DIFFERS[type(fact)]
        told = getattr(fact, key)
        same = self.expected[type(fact)].pop(told, None) == fact.shares
        self._check.demand(same, f"{seen.at}: {differs.format(told)}")
        if isinstance(fact, FundsCommitted | FundsReturned):
            self.aside[fact.grant_id] += sum_of_shares(fact.shares)
        self._post(seen)
        self._within_budget(seen)

    @sees(FundsFreed)
    def _on_freeing(self, fact: FundsFreed | FundsDisbursed, seen: ObservedEvent) -> None:
        self.aside[fact.grant_id] -= sum_of_shares(fact.shares)
        self._post(seen)
        for name, _ in fact.shares:
            left = seen.after.grants.get(fact.grant_id, {}).get(name, NOTHING)
            self._check.demand(left >= 0, f"{seen.at}: {name} gives {-left} that was never set aside")

    @sees(FundsDisbursed)
    def _on_disbursement(self, fact: FundsDisbursed, seen: ObservedEvent) -> None:
        paid, taken = self.expected[FundsDisbursed].pop(fact.tranche_id, None), sum_of_shares(fact.shares)
        self._check.demand(paid == taken, f"{seen.at}: {taken} taken for {fact.tranche_id}, of which {paid} was paid")
        self._on_freeing(fact, seen)
        self._within_budget(seen)

    def _post(self, seen: ObservedEvent) -> None:
        """Keep the books beside the fund: each posting is a debit and a credit of the same amount."""
        self._funds[seen.stream] = seen.after
        for one in postings(seen.fact):
            account = account_name(one.funder, one.line)
            self._books[seen.stream, one.currency, account, one.debit] += one.amount
            self._books[seen.stream, one.currency, account, one.credit] -= one.amount
            self._check.count("postings")

    def _within_budget(self, seen: ObservedEvent) -> None:
        """Check each line touched: only here can its sum have grown, so this holds at every position."""
        fund: Fund = seen.after
        budgets = budget_of(seen.definition.programme) if seen.definition else {}
        for name, part in seen.fact.shares:
            budget = budgets.get(name)
            if budget is None or budget.currency != part.currency:
                self._check.fault(f"{seen.at}: {name} has no budget in {part.currency}")
                continue
            account = fund.account(name)
            total = account.committed + account.disbursed
            self._check.demand(total <= budget.amount, f"{seen.at}: {name} bears {total} of a budget of {budget}")
            self._check.demand(min(account) >= 0, f"{seen.at}: {name} stands below nothing")
        self._check.most("lines", len(fund.accounts))

    def end(self) -> None:
        """Compare what one side told with the other, and the fund with the books."""
        for kind, waiting in self.expected.items():
            for key in waiting:
                self._check.fault(f"{key} {_NEVER_TOLD[kind]}")
        self._books_say_the_same()

    def _books_say_the_same(self) -> None:
        sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for (stream, currency, account, _), amount in self._books.items():
            sums[stream, currency, account.partition("/")[0]] += amount
        for (stream, currency, funder), difference in sums.items():
            self._check.demand(not difference, f"{stream}: the books of {funder} are {difference} {currency} apart")
        for stream, fund in self._funds.items():
            for name, stands in fund.accounts.items():
                booked = LineAccount(self._booked(stream, name, COMMITTED), self._booked(stream, name, DISBURSED))
                said = f"{stream}: {name} has {stands.committed} set aside and {stands.disbursed} paid, not {booked}"
                self._check.demand(booked == stands, said)

    def _booked(self, stream: str, name: str, side: str) -> Decimal:
        found = (v for (s, _, a, kind), v in self._books.items() if (s, a, kind) == (stream, name, side))
        return sum(found, NOTHING)


def sum_of_shares(shares: Any) -> Decimal:
    """Return what shares come to together."""
    return sum((part.amount for _, part in shares), NOTHING)
