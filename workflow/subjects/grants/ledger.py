"""Double-entry bookkeeping of the programme's money: every movement is a debit and a credit of the same amount.

What a funder promised stands as credit; what is still available, set aside and paid out stand as debits. They
are the same money, so debits and credits are equal at every instant, per currency and funder.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from events.catalogue import Fact
from events.facts import grants as facts
from workflow.programme.programme import Programme
from workflow.subjects.grants.fund import budget_of, funder_and_line

PROMISED, AVAILABLE, COMMITTED, DISBURSED = "promised", "available", "committed", "disbursed"
# Which account a movement of money goes into, and which it comes from.
_ENTRIES: Final[dict[type[Fact], tuple[str, str]]] = {
    facts.FundsCommitted: (COMMITTED, AVAILABLE),
    facts.FundsFreed: (AVAILABLE, COMMITTED),
    facts.FundsDisbursed: (DISBURSED, COMMITTED),
    facts.FundsReturned: (COMMITTED, DISBURSED),
    facts.FundsSpent: (DISBURSED, AVAILABLE),
    facts.FundsUnspent: (AVAILABLE, DISBURSED),
}


class Posting(NamedTuple):
    """One amount, taken from one account (credit) into another (debit), of one line of one funder."""

    debit: str
    credit: str
    amount: Decimal
    currency: str
    funder: str
    line: str
    about: str = ""  # the grant, tranche or cost


class Balance(NamedTuple):
    """What was put into and taken out of one account of one line."""

    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        """Return what stands on the account; what was promised stands on the other side, below zero."""
        return self.debit - self.credit


AccountKey = tuple[str, str, str, str]  # currency, funder, line, account


def opening_postings(programme: Programme) -> Iterator[Posting]:
    """Yield what each line holds before anything is spent, from what its funder promised."""
    for account, money in budget_of(programme).items():
        funder, line = funder_and_line(account)
        yield Posting(AVAILABLE, PROMISED, money.amount, money.currency, funder, line, programme.programme)


def postings(fact: Fact) -> Iterator[Posting]:
    """Yield a posting for each line a movement of money touches; other facts move nothing."""
    entry = _ENTRIES.get(type(fact))
    if entry is None:
        return
    about = getattr(fact, "cost_id", "") or getattr(fact, "tranche_id", "") or getattr(fact, "grant_id", "")
    shares: facts.Shares = fact.shares  # type: ignore[attr-defined]
    for account, part in shares:
        if part.amount:
            yield Posting(*entry, part.amount, part.currency, *funder_and_line(account), about)


def trial_balance(journal: Iterable[Posting]) -> dict[AccountKey, Balance]:
    """Return both sides of every account, in the order of currency, funder, line and account."""
    found: dict[AccountKey, Balance] = {}
    for one in journal:
        own = (one.currency, one.funder, one.line)
        into, out_of = (*own, one.debit), (*own, one.credit)
        zero = one.amount - one.amount  # with the currency's places
        taken_in, given_out = found.get(into, Balance(zero, zero)), found.get(out_of, Balance(zero, zero))
        found[into] = taken_in._replace(debit=taken_in.debit + one.amount)
        found[out_of] = given_out._replace(credit=given_out.credit + one.amount)
    return dict(sorted(found.items()))


def out_of_balance(trial: dict[AccountKey, Balance]) -> dict[tuple[str, str], Decimal]:
    """Return by how much debits and credits differ, per currency and funder where they do: never anywhere."""
    sums: dict[tuple[str, str], Decimal] = {}
    for (currency, funder, _, _), balance in trial.items():
        sums[currency, funder] = sums.get((currency, funder), Decimal(0)) + balance.left
    return {key: difference for key, difference in sums.items() if difference}
