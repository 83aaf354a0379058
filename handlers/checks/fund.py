"""The fund's side of I5: no line ever bears more than it holds, and the ledger balances per currency and funder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from events.facts.grants import (
    FundsCommitted,
    FundsDisbursed,
    FundsFreed,
    FundsReturned,
    FundsSpent,
    FundsUnspent,
    Shares,
)
from handlers.checks.check_results import CheckRecorder, ObservedEvent, Observer
from workflow.subjects.grants.fund import Fund, LineAccount, account_name, budget_of
from workflow.subjects.grants.ledger import COMMITTED, DISBURSED, postings

NOTHING = Decimal(0)


class FundBooks:
    """Watches what the fund sets aside, pays, frees and gets back, and keeps the books beside it."""

    def __init__(self, tally: CheckRecorder) -> None:
        self.aside: dict[str, Decimal] = defaultdict(Decimal)  # what the fund has set aside, by grant
        self.approved: dict[str, Shares] = {}  # approved and not yet set aside
        self.paid: dict[str, Decimal] = {}  # paid and not yet taken from the fund, by tranche
        self.returned: dict[str, Shares] = {}  # came back and not yet set aside again, by tranche
        self.bought: dict[str, Shares] = {}  # costs recorded and not yet paid by the fund
        self.reversed: dict[str, Shares] = {}  # costs taken back and not yet free again
        self._tally = tally
        self._books: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)  # stream, currency, account, side
        self._funds: dict[str, Fund] = {}

    def sees(self) -> Mapping[str, Observer]:
        """Ask for every movement of the fund."""
        return {
            "FundsCommitted": self._on_commitment,
            "FundsFreed": self._on_freeing,
            "FundsDisbursed": self._on_disbursement,
            "FundsReturned": self._on_return,
            "FundsSpent": self._on_spending,
            "FundsUnspent": self._on_reversal,
        }

    def _on_commitment(self, seen: ObservedEvent) -> None:
        fact: FundsCommitted = seen.fact
        same = self.approved.pop(fact.grant_id, None) == fact.shares
        self._tally.demand(same, f"{seen.at}: set aside for {fact.grant_id} is not what was approved")
        self._moved(seen, fact.grant_id, sum_of_shares(fact.shares))
        self._within_budget(seen)

    def _on_freeing(self, seen: ObservedEvent) -> None:
        fact: FundsFreed = seen.fact
        self._moved(seen, fact.grant_id, -sum_of_shares(fact.shares))
        self._not_below_nothing(seen)

    def _on_disbursement(self, seen: ObservedEvent) -> None:
        fact: FundsDisbursed = seen.fact
        paid, taken = self.paid.pop(fact.tranche_id, None), sum_of_shares(fact.shares)
        self._tally.demand(paid == taken, f"{seen.at}: {taken} taken for {fact.tranche_id}, of which {paid} was paid")
        self._moved(seen, fact.grant_id, -taken)
        self._not_below_nothing(seen)
        self._within_budget(seen)

    def _on_return(self, seen: ObservedEvent) -> None:
        fact: FundsReturned = seen.fact
        same = self.returned.pop(fact.tranche_id, None) == fact.shares
        self._tally.demand(same, f"{seen.at}: what came back of {fact.tranche_id} is not what had been paid")
        self._moved(seen, fact.grant_id, sum_of_shares(fact.shares))
        self._within_budget(seen)

    def _on_spending(self, seen: ObservedEvent) -> None:
        fact: FundsSpent = seen.fact
        same = self.bought.pop(fact.cost_id, None) == fact.shares
        self._tally.demand(same, f"{seen.at}: paid for {fact.cost_id} is not what it cost")
        self._post(seen)
        self._within_budget(seen)

    def _on_reversal(self, seen: ObservedEvent) -> None:
        fact: FundsUnspent = seen.fact
        same = self.reversed.pop(fact.cost_id, None) == fact.shares
        self._tally.demand(same, f"{seen.at}: given back for {fact.cost_id} is not what was taken back")
        self._post(seen)
        self._within_budget(seen)

    def _moved(self, seen: ObservedEvent, grant_id: str, by: Decimal) -> None:
        self.aside[grant_id] += by
        self._post(seen)

    def _post(self, seen: ObservedEvent) -> None:
        """Keep the books beside the fund: each posting is a debit and a credit of the same amount."""
        self._funds[seen.stream] = seen.after
        for one in postings(seen.fact):
            account = account_name(one.funder, one.line)
            self._books[seen.stream, one.currency, account, one.debit] += one.amount
            self._books[seen.stream, one.currency, account, one.credit] -= one.amount
            self._tally.count("postings")

    def _within_budget(self, seen: ObservedEvent) -> None:
        """Check each line touched: only here can its sum have grown, so this holds at every position."""
        fund: Fund = seen.after
        budgets = budget_of(seen.definition.programme) if seen.definition else {}
        for name, part in seen.fact.shares:
            budget = budgets.get(name)
            if budget is None or budget.currency != part.currency:
                self._tally.fault(f"{seen.at}: {name} has no budget in {part.currency}")
                continue
            account = fund.account(name)
            total = account.committed + account.disbursed
            self._tally.demand(total <= budget.amount, f"{seen.at}: {name} bears {total} of a budget of {budget}")
            self._tally.demand(min(account) >= 0, f"{seen.at}: {name} stands below nothing")
        self._tally.most("lines", len(fund.accounts))

    def _not_below_nothing(self, seen: ObservedEvent) -> None:
        fund: Fund = seen.after
        for name, _ in seen.fact.shares:
            left = fund.grants.get(seen.fact.grant_id, {}).get(name, NOTHING)
            self._tally.demand(left >= 0, f"{seen.at}: {name} gives {-left} that was never set aside")

    def end(self) -> None:
        """Compare what one side told with the other, and the fund with the books."""
        unheard: dict[str, Mapping[str, Any]] = {
            "was approved and nothing was set aside": self.approved,
            "was paid and not taken from the fund": self.paid,
            "came back and was not set aside again": self.returned,
            "was bought and not paid by the fund": self.bought,
            "was taken back and is not free again": self.reversed,
        }
        for what, waiting in unheard.items():
            for key in waiting:
                self._tally.fault(f"{key} {what}")
        self._books_say_the_same()

    def _books_say_the_same(self) -> None:
        sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for (stream, currency, account, _), amount in self._books.items():
            sums[stream, currency, account.partition("/")[0]] += amount
        for (stream, currency, funder), difference in sums.items():
            self._tally.demand(not difference, f"{stream}: the books of {funder} are {difference} {currency} apart")
        for stream, fund in self._funds.items():
            for name, stands in fund.accounts.items():
                booked = LineAccount(self._booked(stream, name, COMMITTED), self._booked(stream, name, DISBURSED))
                said = f"{stream}: {name} has {stands.committed} set aside and {stands.disbursed} paid, not {booked}"
                self._tally.demand(booked == stands, said)

    def _booked(self, stream: str, name: str, side: str) -> Decimal:
        found = (v for (s, _, a, kind), v in self._books.items() if (s, a, kind) == (stream, name, side))
        return sum(found, NOTHING)


def sum_of_shares(shares: Any) -> Decimal:
    """Return what shares come to together."""
    return sum((part.amount for _, part in shares), NOTHING)
