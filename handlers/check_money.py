"""I5: the ledger balances, never more than a budget, and the bank's own books say the same as ours."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from events.facts import shared
from events.money import Money
from handlers.findings import End, See, Seen, Tally
from handlers.replay import Replay
from workflow.case.grants import Grant, Tranche
from workflow.fund import Fund
from workflow.grants import IN_FLIGHT

NOTHING = Decimal(0)


class MoneyWatch:
    """I5: per funder committed + disbursed ≤ budget at every position, and both sides tell the same sums."""

    def __init__(self, statement: Mapping[str, Money] | None) -> None:
        self.tally = Tally("I5", "money adds up")
        self._statement = statement
        self._aside: dict[str, Decimal] = {}  # what the fund has set aside, by grant
        self._approved: dict[str, shared.Shares] = {}  # approved and not yet set aside
        self._paid: dict[str, Decimal] = {}  # paid and not yet taken from the fund, by tranche

    def sees(self) -> Mapping[str, See]:
        """Ask for both sides of every movement of money."""
        return {
            "GrantRequested": self._on_request,
            "GrantApproved": self._on_approval,
            "TrancheReleased": self._on_release,
            "TranchePaid": self._on_payment,
            "FundsCommitted": self._on_commitment,
            "FundsFreed": self._on_freeing,
            "FundsDisbursed": self._on_disbursement,
        }

    # -- the case's side ------------------------------------------------------------------------------------

    def _on_request(self, seen: Seen) -> None:
        fact: shared.GrantRequested = seen.fact
        self.tally.count("grants")
        kind = seen.definition.programme.grant_kind.get(fact.kind) if seen.definition else None
        if kind is None or kind.cap.currency != fact.amount.currency:
            self.tally.fault(f"{seen.at}: no grant of kind {fact.kind} in {fact.amount.currency} is defined")
        elif kind.cap < fact.amount:
            self.tally.fault(f"{seen.at}: {fact.amount} is above the cap of {kind.cap}")

    def _on_approval(self, seen: Seen) -> None:
        fact: shared.GrantApproved = seen.fact
        grant: Grant = seen.before.grants[fact.grant_id]
        actor = seen.event.envelope.actor
        self.tally.demand(actor != grant.requested_by, f"{seen.at}: approved by {actor}, who asked for it")
        again = bool(grant.approved_by) or grant.declined
        self.tally.demand(not again, f"{seen.at}: {fact.grant_id} was already decided on")
        whole = _sum(fact.shares)
        self.tally.demand(whole == grant.amount, f"{seen.at}: shares of {whole} for a grant of {grant.amount}")
        self._approved[fact.grant_id] = fact.shares

    def _on_release(self, seen: Seen) -> None:
        fact: shared.TrancheReleased = seen.fact
        before: Grant = seen.before.grants[fact.grant_id]
        after: Grant = seen.after.grants[fact.grant_id]
        actor = seen.event.envelope.actor
        first = actor not in (before.requested_by, before.approved_by)
        self.tally.demand(first, f"{seen.at}: released by {actor}, who asked for or approved it")
        approved = bool(before.approved_by) and not before.declined
        self.tally.demand(approved, f"{seen.at}: released without approval")
        own = fact.amount.currency == before.currency
        self.tally.demand(own, f"{seen.at}: {fact.amount} for a grant in {before.currency}")
        within = after.released <= after.amount
        self.tally.demand(within, f"{seen.at}: {after.released} released of a grant of {after.amount}")

    def _on_payment(self, seen: Seen) -> None:
        fact: shared.TranchePaid = seen.fact
        tranche: Tranche = seen.before.grants[fact.grant_id].tranches[fact.tranche_id]
        self.tally.count("tranches paid")
        fresh = tranche.status in IN_FLIGHT
        self.tally.demand(fresh, f"{seen.at}: {fact.tranche_id} is paid although it was {tranche.status}")
        after: Grant = seen.after.grants[fact.grant_id]
        self.tally.demand(after.paid <= after.amount, f"{seen.at}: {after.paid} paid of a grant of {after.amount}")
        self._paid[fact.tranche_id] = tranche.amount

    # -- the fund's side ------------------------------------------------------------------------------------

    def _on_commitment(self, seen: Seen) -> None:
        fact: shared.FundsCommitted = seen.fact
        same = self._approved.pop(fact.grant_id, None) == fact.shares
        self.tally.demand(same, f"{seen.at}: set aside for {fact.grant_id} is not what was approved")
        self._moved(fact.grant_id, _sum(fact.shares))
        self._within_budget(seen)

    def _on_freeing(self, seen: Seen) -> None:
        fact: shared.FundsFreed = seen.fact
        self._moved(fact.grant_id, -_sum(fact.shares))
        self._not_below_nothing(seen)

    def _on_disbursement(self, seen: Seen) -> None:
        fact: shared.FundsDisbursed = seen.fact
        paid, taken = self._paid.pop(fact.tranche_id, None), _sum(fact.shares)
        self.tally.demand(paid == taken, f"{seen.at}: {taken} taken for {fact.tranche_id}, of which {paid} was paid")
        self._moved(fact.grant_id, -taken)
        self._not_below_nothing(seen)
        self._within_budget(seen)

    def _moved(self, grant_id: str, by: Decimal) -> None:
        self._aside[grant_id] = self._aside.get(grant_id, NOTHING) + by

    def _within_budget(self, seen: Seen) -> None:
        """Check each funder touched: only here can its sum have grown, so this holds at every position."""
        fund: Fund = seen.after
        funders = {f.id: f.budget for f in seen.definition.programme.funders} if seen.definition else {}
        for funder, part in seen.fact.shares:
            budget = funders.get(funder)
            if budget is None or budget.currency != part.currency:
                self.tally.fault(f"{seen.at}: {funder} has no budget in {part.currency}")
                continue
            account = fund.account(funder)
            total = account.committed + account.disbursed
            self.tally.demand(total <= budget.amount, f"{seen.at}: {funder} bears {total} of a budget of {budget}")
        self.tally.most("funders", len(fund.accounts))

    def _not_below_nothing(self, seen: Seen) -> None:
        fund: Fund = seen.after
        for funder, _ in seen.fact.shares:
            left = fund.grants.get(seen.fact.grant_id, {}).get(funder, NOTHING)
            self.tally.demand(left >= 0, f"{seen.at}: {funder} gives {-left} that was never set aside")

    # -- at the end -----------------------------------------------------------------------------------------

    def end(self, end: End) -> None:
        """Compare the two sides with each other, and with the bank."""
        for grant_id in self._approved:
            self.tally.fault(f"{grant_id} was approved and nothing was set aside")
        for tranche_id in self._paid:
            self.tally.fault(f"{tranche_id} was paid and not taken from the fund")
        wanted = _wanted(end.replay)
        for grant_id in wanted.keys() | self._aside.keys():
            aside, needed = self._aside.get(grant_id, NOTHING), wanted.get(grant_id, NOTHING)
            text = f"{grant_id}: the fund has {aside} set aside, the case still needs {needed}"
            self.tally.demand(aside == needed, text)
        if self._statement is not None:
            self._ask_bank(self._statement, end)

    def _ask_bank(self, statement: Mapping[str, Money], end: End) -> None:
        """Compare what we say was paid with the bank's books; what is under way may be ahead of us there."""
        paid, flying = _tranches(end.replay)
        self.tally.count("payments of the bank", len(statement))
        for tranche_id, amount in paid.items():
            found = statement.get(tranche_id)
            self.tally.demand(found == amount, f"{tranche_id}: we say {amount} was paid, the bank says {found}")
        for tranche_id in statement.keys() - paid.keys():
            known = flying.get(tranche_id) == statement[tranche_id] and not end.settled
            self.tally.demand(known, f"{tranche_id}: the bank paid {statement[tranche_id]}, we know of no payment")


def _wanted(replay: Replay) -> dict[str, Decimal]:
    """Return what each grant still needs by its case: what is not paid, or only what is under way if it ended."""
    found = {}
    for case, _ in replay.cases():
        for grant_id, grant in case.grants.items():
            if grant.approved_by:
                flying = sum((t.amount for t in grant.tranches.values() if t.status in IN_FLIGHT), NOTHING)
                found[grant_id] = flying if grant.declined else grant.amount - grant.paid
    return found


def _tranches(replay: Replay) -> tuple[dict[str, Money], dict[str, Money]]:
    """Return the tranches paid, and those under way."""
    paid, flying = {}, {}
    for case, _ in replay.cases():
        for grant in case.grants.values():
            for tranche_id, tranche in grant.tranches.items():
                amount = Money(amount=tranche.amount, currency=grant.currency)
                if tranche.status == "paid":
                    paid[tranche_id] = amount
                elif tranche.status in IN_FLIGHT:
                    flying[tranche_id] = amount
    return paid, flying


def _sum(shares: Any) -> Decimal:
    return sum((part.amount for _, part in shares), NOTHING)
