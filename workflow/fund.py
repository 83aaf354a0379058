"""The programme's money: what each funder gave, what is set aside, what is paid. It always adds up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from events.catalogue import Fact
from events.facts import shared
from events.money import Money
from workflow.programme import Programme


class Account(NamedTuple):
    """One funder's money, in the currency of its budget."""

    committed: Decimal = Decimal(0)  # set aside for grants, not yet paid
    disbursed: Decimal = Decimal(0)


class Fund(NamedTuple):
    """The funders' accounts, and what each live grant still has set aside."""

    accounts: Mapping[str, Account] = {}
    grants: Mapping[str, Mapping[str, Decimal]] = {}

    def account(self, funder: str) -> Account:
        """Return a funder's account."""
        return self.accounts.get(funder, Account())


def shares_of(programme: Programme, amount: Money, on: date) -> shared.Shares:
    """Return each funder's part of an amount by weight, to the cent; nothing when the programme is not running."""
    runs = programme.runs
    if on < runs.since or (runs.until is not None and on > runs.until):
        return ()
    parts = amount.share([funder.weight for funder in programme.funders])
    return tuple((funder.id, part) for funder, part in zip(programme.funders, parts, strict=True))


def short_of(programme: Programme, fund: Fund, shares: shared.Shares) -> list[tuple[str, Decimal]]:
    """Return the funders whose budget does not carry their share, with what they have left."""
    budgets = {funder.id: funder.budget.amount for funder in programme.funders}
    left = {f: budgets[f] - fund.account(f).committed - fund.account(f).disbursed for f, _ in shares}
    return [(funder, left[funder]) for funder, part in shares if part.amount > left[funder]]


def evolve(fund: Fund, fact: Fact) -> Fund:
    """Return the fund after a fact."""
    match fact:
        case shared.FundsCommitted():
            return _moved(fund, fact.grant_id, fact.shares, committed=1, disbursed=0)
        case shared.FundsFreed():
            return _moved(fund, fact.grant_id, fact.shares, committed=-1, disbursed=0)
        case shared.FundsDisbursed():
            return _moved(fund, fact.grant_id, fact.shares, committed=-1, disbursed=1)
        case _:
            return fund


def _moved(fund: Fund, grant_id: str, shares: shared.Shares, committed: int, disbursed: int) -> Fund:
    accounts = dict(fund.accounts)
    aside = dict(fund.grants.get(grant_id, {}))
    for funder, part in shares:
        account = fund.account(funder)
        accounts[funder] = Account(
            account.committed + committed * part.amount, account.disbursed + disbursed * part.amount
        )
        aside[funder] = aside.get(funder, Decimal(0)) + committed * part.amount
    grants = dict(fund.grants)
    if any(aside.values()):
        grants[grant_id] = aside
    else:
        grants.pop(grant_id, None)
    return Fund(accounts, grants)
