"""I5: the ledger balances, never more than a budget, and the bank's own books say the same as ours."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from events.facts.grants import (
    CostRecorded,
    CostReversed,
    GrantApproved,
    GrantRequested,
    PayeeApproved,
    TranchePaid,
    TrancheReleased,
    TrancheReturned,
)
from events.money import Money
from handlers.checks.check_results import CheckRecorder, ObservedEvent, Observer, WalkEnd
from handlers.checks.fund import FundBooks, sum_of_shares
from handlers.projections.replay import Replay
from workflow.subjects.grants.state import IN_FLIGHT, Grant, Tranche, grants_of

NOTHING = Decimal(0)


class MoneyCheck:
    """I5: per line committed + disbursed ≤ budget at every position, and both sides tell the same sums."""

    def __init__(self, statement: Mapping[str, Money] | None) -> None:
        self.tally = CheckRecorder("I5", "money adds up")
        self._statement = statement
        self._fund = FundBooks(self.tally)

    def sees(self) -> Mapping[str, Observer]:
        """Ask for both sides of every movement of money."""
        return {
            **self._fund.sees(),
            "GrantRequested": self._on_request,
            "GrantApproved": self._on_approval,
            "PayeeApproved": self._on_payee,
            "TrancheReleased": self._on_release,
            "TranchePaid": self._on_payment,
            "TrancheReturned": self._on_return,
            "CostRecorded": self._on_cost,
            "CostReversed": self._on_reversal,
        }

    def _on_request(self, seen: ObservedEvent) -> None:
        fact: GrantRequested = seen.fact
        self.tally.count("grants")
        kind = seen.definition.programme.grant_kind.get(fact.kind) if seen.definition else None
        if kind is None or kind.cap.currency != fact.amount.currency:
            self.tally.fault(f"{seen.at}: no grant of kind {fact.kind} in {fact.amount.currency} is defined")
        elif kind.cap < fact.amount:
            self.tally.fault(f"{seen.at}: {fact.amount} is above the cap of {kind.cap}")

    def _on_approval(self, seen: ObservedEvent) -> None:
        fact: GrantApproved = seen.fact
        grant: Grant = grants_of(seen.before).grants[fact.grant_id]
        self._by_another(seen, grant)
        again = bool(grant.approved_by) or grant.declined
        self.tally.demand(not again, f"{seen.at}: {fact.grant_id} was already decided on")
        whole = sum_of_shares(fact.shares)
        self.tally.demand(whole == grant.amount, f"{seen.at}: shares of {whole} for a grant of {grant.amount}")
        self._fund.approved[fact.grant_id] = fact.shares

    def _on_payee(self, seen: ObservedEvent) -> None:
        fact: PayeeApproved = seen.fact
        grant: Grant = grants_of(seen.before).grants[fact.grant_id]
        self._by_another(seen, grant)
        self.tally.demand(bool(grant.changed_by), f"{seen.at}: nobody had changed the payee of {fact.grant_id}")

    def _by_another(self, seen: ObservedEvent, grant: Grant) -> None:
        actor = seen.event.envelope.actor
        said = f"{seen.at}: approved by {actor}, who asked for it or changed the payee"
        self.tally.demand(actor not in (grant.requested_by, grant.changed_by), said)

    def _on_release(self, seen: ObservedEvent) -> None:
        fact: TrancheReleased = seen.fact
        before: Grant = grants_of(seen.before).grants[fact.grant_id]
        after: Grant = grants_of(seen.after).grants[fact.grant_id]
        actor = seen.event.envelope.actor
        first = actor not in before.hands
        self.tally.demand(first, f"{seen.at}: released by {actor}, who asked for it, approved it or changed the payee")
        approved = bool(before.approved_by) and not before.declined and not before.changed_by
        self.tally.demand(approved, f"{seen.at}: released without approval")
        self.tally.demand(not before.on_hold, f"{seen.at}: released to a payee on hold")
        own = fact.amount.currency == before.currency
        self.tally.demand(own, f"{seen.at}: {fact.amount} for a grant in {before.currency}")
        within = after.released <= after.amount
        self.tally.demand(within, f"{seen.at}: {after.released} released of a grant of {after.amount}")

    def _on_payment(self, seen: ObservedEvent) -> None:
        fact: TranchePaid = seen.fact
        tranche: Tranche = grants_of(seen.before).grants[fact.grant_id].tranches[fact.tranche_id]
        self.tally.count("tranches paid")
        fresh = tranche.status in IN_FLIGHT
        self.tally.demand(fresh, f"{seen.at}: {fact.tranche_id} is paid although it was {tranche.status}")
        after: Grant = grants_of(seen.after).grants[fact.grant_id]
        self.tally.demand(after.paid <= after.amount, f"{seen.at}: {after.paid} paid of a grant of {after.amount}")
        self._fund.paid[fact.tranche_id] = tranche.amount

    def _on_return(self, seen: ObservedEvent) -> None:
        fact: TrancheReturned = seen.fact
        tranche: Tranche = grants_of(seen.before).grants[fact.grant_id].tranches[fact.tranche_id]
        self.tally.count("tranches returned")
        self.tally.demand(tranche.status == "paid", f"{seen.at}: came back although it was {tranche.status}")
        self._fund.returned[fact.tranche_id] = tranche.shares

    def _on_cost(self, seen: ObservedEvent) -> None:
        fact: CostRecorded = seen.fact
        self.tally.count("costs")
        whole = sum_of_shares(fact.shares)
        self.tally.demand(whole == fact.amount.amount, f"{seen.at}: shares of {whole} for a cost of {fact.amount}")
        self._fund.bought[fact.cost_id] = fact.shares

    def _on_reversal(self, seen: ObservedEvent) -> None:
        fact: CostReversed = seen.fact
        cost = grants_of(seen.before).costs.get(fact.cost_id)
        if cost is None:
            self.tally.fault(f"{seen.at}: {fact.cost_id} is taken back and does not count")
        else:
            self._fund.reversed[fact.cost_id] = cost.shares

    def end(self, end: WalkEnd) -> None:
        """Compare the two sides with each other, and with the bank."""
        self._fund.end()
        wanted, aside = _wanted(end.replay), self._fund.aside
        for grant_id in wanted.keys() | aside.keys():
            held, needed = aside.get(grant_id, NOTHING), wanted.get(grant_id, NOTHING)
            text = f"{grant_id}: the fund has {held} set aside, the case still needs {needed}"
            self.tally.demand(held == needed, text)
        if self._statement is not None:
            self._ask_bank(self._statement, end)

    def _ask_bank(self, statement: Mapping[str, Money], end: WalkEnd) -> None:
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
        for grant_id, grant in grants_of(case).grants.items():
            if grant.approved_by:
                found[grant_id] = grant.flying if grant.declined else grant.amount - grant.paid
    return found


def _tranches(replay: Replay) -> tuple[dict[str, Money], dict[str, Money]]:
    """Return the tranches paid, and those under way."""
    paid, flying = {}, {}
    for case, _ in replay.cases():
        for grant in grants_of(case).grants.values():
            for tranche_id, tranche in grant.tranches.items():
                amount = Money(amount=tranche.amount, currency=grant.currency)
                if tranche.status == "paid":
                    paid[tranche_id] = amount
                elif tranche.status in IN_FLIGHT:
                    flying[tranche_id] = amount
    return paid, flying
