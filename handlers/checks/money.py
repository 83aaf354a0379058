"""I5: the ledger balances, never more than a budget, and the bank's own books say the same as ours."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from events.facts.grants import (
    CostRecorded,
    CostReversed,
    FundsCommitted,
    FundsDisbursed,
    FundsReturned,
    FundsSpent,
    FundsUnspent,
    GrantApproved,
    GrantRequested,
    PayeeApproved,
    TrancheInstructed,
    TranchePaid,
    TrancheReleased,
    TrancheReturned,
)
from events.facts.restore import OrphanSettled
from events.money import Money
from handlers.checks.check_results import InvariantCheck, ObservedEvent, WalkEnd, sees
from handlers.checks.fund import NOTHING, FundBooks, sum_of_shares
from handlers.projections.replay import Replay
from workflow.subjects.grants.state import IN_FLIGHT, Grant, Tranche, grants_of
from workflow.subjects.restore.state import Quarantine


class MoneyCheck(InvariantCheck):
    """I5: per line committed + disbursed ≤ budget at every position, and both sides tell the same sums."""

    name, title = "I5", "money adds up"

    def __init__(self, statement: Mapping[str, Money] | None) -> None:
        self._fund = FundBooks(self)
        super().__init__(self._fund)
        self._statement = statement
        self._instructed: dict[str, set[str]] = defaultdict(set)  # what the bank was told to pay, by grant
        # Payments an older log lost, of which two people said that they hold.
        self._settled: dict[str, Money | None] = {}

    @sees(GrantRequested)
    def _on_request(self, fact: GrantRequested, seen: ObservedEvent) -> None:
        self.count("grants")
        kind = seen.definition.programme.grant_kind.get(fact.kind) if seen.definition else None
        if kind is None or kind.cap.currency != fact.amount.currency:
            self.fault(f"{seen.at}: no grant of kind {fact.kind} in {fact.amount.currency} is defined")
        elif kind.cap < fact.amount:
            self.fault(f"{seen.at}: {fact.amount} is above the cap of {kind.cap}")

    @sees(GrantApproved)
    def _on_approval(self, fact: GrantApproved, seen: ObservedEvent) -> None:
        grant: Grant = grants_of(seen.before).grants[fact.grant_id]
        self._by_another(seen, grant)
        again = bool(grant.approved_by) or grant.declined
        self.demand(not again, f"{seen.at}: {fact.grant_id} was already decided on")
        whole = sum_of_shares(fact.shares)
        self.demand(whole == grant.amount, f"{seen.at}: shares of {whole} for a grant of {grant.amount}")
        self._fund.expected[FundsCommitted][fact.grant_id] = fact.shares

    @sees(PayeeApproved)
    def _on_payee(self, fact: PayeeApproved, seen: ObservedEvent) -> None:
        grant: Grant = grants_of(seen.before).grants[fact.grant_id]
        self._by_another(seen, grant)
        self.demand(bool(grant.changed_by), f"{seen.at}: nobody had changed the payee of {fact.grant_id}")

    def _by_another(self, seen: ObservedEvent, grant: Grant) -> None:
        actor = seen.event.envelope.actor
        said = f"{seen.at}: approved by {actor}, who asked for it or changed the payee"
        self.demand(actor not in (grant.requested_by, grant.changed_by), said)

    @sees(TrancheReleased)
    def _on_release(self, fact: TrancheReleased, seen: ObservedEvent) -> None:
        before: Grant = grants_of(seen.before).grants[fact.grant_id]
        after: Grant = grants_of(seen.after).grants[fact.grant_id]
        actor = seen.event.envelope.actor
        said = f"{seen.at}: released by {actor}, who asked for it, approved it or changed the payee"
        self.demand(actor not in before.hands, said)
        approved = bool(before.approved_by) and not (before.declined or before.changed_by or before.refused)
        self.demand(approved, f"{seen.at}: released without approval")
        one_word = not (before.disputed or before.unconfirmed)
        self.demand(one_word, f"{seen.at}: released before the bank's own file said what became of a part before it")
        self.demand(not before.on_hold, f"{seen.at}: released to a payee on hold")
        own = fact.amount.currency == before.currency
        self.demand(own, f"{seen.at}: {fact.amount} for a grant in {before.currency}")
        within = after.released <= after.amount
        self.demand(within, f"{seen.at}: {after.released} released of a grant of {after.amount}")

    @sees(TrancheInstructed)
    def _on_instruction(self, fact: TrancheInstructed, seen: ObservedEvent) -> None:
        """Check that the bank was never told to pay more than was granted, nor one payment twice."""
        after: Grant = grants_of(seen.after).grants[fact.grant_id]
        told = self._instructed[fact.grant_id]
        self.demand(fact.tranche_id not in told, f"{seen.at}: the bank was told of {fact.tranche_id} a second time")
        told.add(fact.tranche_id)
        out = [one for key, one in after.tranches.items() if key in told and one.status not in ("rejected", "returned")]
        whole = sum((one.amount for one in out), NOTHING)
        self.demand(whole <= after.amount, f"{seen.at}: the bank was told to pay {whole} of a grant of {after.amount}")
        numbers = [one.number for one in out]
        twice = len(numbers) > len(set(numbers))
        self.demand(not twice, f"{seen.at}: a part is at the bank a second time and the first was not refused")

    @sees(TranchePaid)
    def _on_payment(self, fact: TranchePaid, seen: ObservedEvent) -> None:
        tranche: Tranche = grants_of(seen.before).grants[fact.grant_id].tranches[fact.tranche_id]
        self.count("tranches paid")
        fresh = tranche.status in IN_FLIGHT or (tranche.disputed and fact.source == "settled")
        self.demand(fresh, f"{seen.at}: {fact.tranche_id} is paid although it was {tranche.status}")
        after: Grant = grants_of(seen.after).grants[fact.grant_id]
        self.demand(after.paid <= after.amount, f"{seen.at}: {after.paid} paid of a grant of {after.amount}")
        self._fund.expected[FundsDisbursed][fact.tranche_id] = tranche.amount

    @sees(TrancheReturned)
    def _on_return(self, fact: TrancheReturned, seen: ObservedEvent) -> None:
        tranche: Tranche = grants_of(seen.before).grants[fact.grant_id].tranches[fact.tranche_id]
        self.count("tranches returned")
        self.demand(tranche.status == "paid", f"{seen.at}: came back although it was {tranche.status}")
        self._fund.expected[FundsReturned][fact.tranche_id] = tranche.shares

    @sees(OrphanSettled)
    def _on_settlement(self, fact: OrphanSettled, seen: ObservedEvent) -> None:
        quarantine: Quarantine = seen.before
        found = quarantine.orphans[fact.orphan_id]
        if found.kind == "payment" and fact.outcome in ("counted", "lost"):
            self._settled[found.about] = found.amount

    @sees(CostRecorded)
    def _on_cost(self, fact: CostRecorded, seen: ObservedEvent) -> None:
        self.count("costs")
        whole = sum_of_shares(fact.shares)
        self.demand(whole == fact.amount.amount, f"{seen.at}: shares of {whole} for a cost of {fact.amount}")
        self._fund.expected[FundsSpent][fact.cost_id] = fact.shares

    @sees(CostReversed)
    def _on_reversal(self, fact: CostReversed, seen: ObservedEvent) -> None:
        cost = grants_of(seen.before).costs.get(fact.cost_id)
        if cost is None:
            self.fault(f"{seen.at}: {fact.cost_id} is taken back and does not count")
        else:
            self._fund.expected[FundsUnspent][fact.cost_id] = cost.shares

    def end(self, end: WalkEnd) -> None:
        """Compare the two sides with each other, and with the bank."""
        self._fund.end()
        wanted = {grant_id: _wanted(grant) for grant_id, grant in _grants(end.replay) if grant.approved_by}
        aside = self._fund.aside
        for grant_id in wanted.keys() | aside.keys():
            held, needed = aside.get(grant_id, NOTHING), wanted.get(grant_id, NOTHING)
            self.demand(held == needed, f"{grant_id}: the fund has {held} set aside, the case still needs {needed}")
        if self._statement is not None:
            self._ask_bank(self._statement, end)

    def _ask_bank(self, statement: Mapping[str, Money], end: WalkEnd) -> None:
        """Compare what we say was paid with the bank's books; what is under way may be ahead of us there."""
        paid, flying = _tranches(end.replay, ("paid",)), _tranches(end.replay, IN_FLIGHT)
        self.count("payments of the bank", len(statement))
        for tranche_id, amount in paid.items():
            found = statement.get(tranche_id)
            self.demand(found == amount, f"{tranche_id}: we say {amount} was paid, the bank says {found}")
        for tranche_id in statement.keys() - paid.keys():
            under_way = flying.get(tranche_id) == statement[tranche_id] and not end.settled
            known = under_way or self._settled.get(tranche_id) == statement[tranche_id]
            self.demand(known, f"{tranche_id}: the bank paid {statement[tranche_id]}, we know of no payment")


def _grants(replay: Replay) -> Iterator[tuple[str, Grant]]:
    return (named for case, _ in replay.cases() for named in grants_of(case).grants.items())


def _wanted(grant: Grant) -> Decimal:
    """Return what a grant still needs by its case: what is not paid, or only what is under way if it ended."""
    return grant.flying if grant.declined else grant.amount - grant.paid


def _tranches(replay: Replay, statuses: Collection[str]) -> dict[str, Money]:
    return {
        tranche_id: Money(amount=tranche.amount, currency=grant.currency)
        for _, grant in _grants(replay)
        for tranche_id, tranche in grant.tranches.items()
        if tranche.status in statuses
    }
