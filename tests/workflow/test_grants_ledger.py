"""The books: every movement of money is a debit and a credit of the same amount, and nothing else is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from events.facts.grants import FundsCommitted, FundsDisbursed, FundsReturned, FundsSpent, FundsUnspent, GrantDeclined
from events.money import Money
from tests.kit.world import moscow
from workflow.subjects.grants.fund import Fund, budget_of, evolve, funder_and_line, shares_of
from workflow.subjects.grants.ledger import (
    AVAILABLE,
    COMMITTED,
    DISBURSED,
    PROMISED,
    Balance,
    Posting,
    opening_postings,
    postings,
    trial_balance,
)
from workflow.subjects.grants.ledger import out_of_balance as apart

SHARES = (("sida/grants", Money.parse("EUR 60.01")), ("sida/travel", Money.parse("EUR 0")))
KEYS: dict[str, Any] = {"case_id": "7K3P9-QXM2D", "shares": SHARES}


def test_money_set_aside_is_taken_from_what_is_available() -> None:
    assert list(postings(FundsCommitted(grant_id="G-1", **KEYS))) == [
        Posting(COMMITTED, AVAILABLE, Decimal("60.01"), "EUR", "sida", "grants", "G-1")
    ]


def test_what_comes_back_undoes_what_was_paid() -> None:
    paid = list(postings(FundsDisbursed(grant_id="G-1", tranche_id="T-1", **KEYS)))
    back = list(postings(FundsReturned(grant_id="G-1", tranche_id="T-1", **KEYS)))
    assert [(one.debit, one.credit) for one in paid] == [(one.credit, one.debit) for one in back]
    assert {balance.left for balance in trial_balance(paid + back).values()} == {Decimal(0)}


def test_a_cost_is_paid_at_once_and_its_reversal_makes_it_available_again() -> None:
    spent = [*postings(FundsSpent(cost_id="C-1", **KEYS))]
    assert [(one.debit, one.credit, one.about) for one in spent] == [(DISBURSED, AVAILABLE, "C-1")]
    undone = [*spent, *postings(FundsUnspent(cost_id="C-1", **KEYS))]
    assert {balance.left for balance in trial_balance(undone).values()} == {Decimal(0)}


def test_what_moves_no_money_is_not_in_the_books() -> None:
    assert list(postings(GrantDeclined(grant_id="G-1", reason="changed"))) == []


def test_before_anything_is_spent_everything_promised_is_available() -> None:
    trial = trial_balance(opening_postings(moscow().programme))
    for name, money in budget_of(moscow().programme).items():
        assert trial["EUR", *funder_and_line(name), AVAILABLE].left == money.amount
        assert trial["EUR", *funder_and_line(name), PROMISED].left == -money.amount
    assert apart(trial) == {}


@given(st.lists(st.tuples(st.sampled_from(["reintegration", "travel", "medical"]), st.integers(1, 10**7)), max_size=20))
def test_whatever_is_spent_the_books_balance_per_currency_and_funder(bought: list[tuple[str, int]]) -> None:
    programme, fund, journal = moscow().programme, Fund(), list(opening_postings(moscow().programme))
    for number, (kind, cents) in enumerate(bought):
        amount = Money.parse(f"EUR {Decimal(cents) / 100:.2f}")
        shares = shares_of(programme, kind, amount, programme.runs.since)
        fact = FundsSpent(case_id="7K3P9-QXM2D", cost_id=f"C-{number}", shares=shares)
        fund = evolve(fund, fact)
        journal += postings(fact)
    trial = trial_balance(journal)
    assert apart(trial) == {}
    total = sum((account.disbursed for account in fund.accounts.values()), Decimal(0))
    assert total == sum((Decimal(cents) / 100 for _, cents in bought), Decimal(0))
    for name, account in fund.accounts.items():
        assert trial.get(("EUR", *funder_and_line(name), DISBURSED), Balance()).left == account.disbursed


def test_books_that_do_not_balance_are_found() -> None:
    trial = trial_balance(opening_postings(moscow().programme))
    key = ("EUR", "switzerland", "travel", AVAILABLE)
    assert apart(trial | {key: Balance(Decimal("119999.99"))}) == {("EUR", "switzerland"): Decimal("-0.01")}
