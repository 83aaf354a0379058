"""The programme's money: what each line of each funder holds, what is set aside, what is paid. It always adds up.

An account is one line of one funder, named ``funder/line``; a funder that keeps no lines has one for everything.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from events.catalogue import Fact
from events.facts import grants as facts
from events.facts.closing import FundClosed
from events.money import Money
from workflow.case.state import Case, without
from workflow.programme.programme import Programme
from workflow.reasons import Reason
from workflow.situation import Situation, StreamFact
from workflow.subjects.grants import refusals
from workflow.subjects.grants.definition import Funder


class LineAccount(NamedTuple):
    """One line's money, in the currency of its funder's budget."""

    committed: Decimal = Decimal(0)  # set aside for grants, not yet paid
    disbursed: Decimal = Decimal(0)


class Fund(NamedTuple):
    """The accounts, and what each live grant still has set aside in each."""

    accounts: Mapping[str, LineAccount] = {}
    grants: Mapping[str, Mapping[str, Decimal]] = {}
    ended_on: date | None = None  # the programme's last day, once it was ended
    strange: Mapping[str, tuple[str, str, str]] = {}  # what the bank says of payments nobody sent, not settled yet

    def is_over(self, on: date) -> bool:
        """Tell whether the programme was ended before a day."""
        return self.ended_on is not None and on > self.ended_on

    def account(self, name: str) -> LineAccount:
        """Return an account."""
        return self.accounts.get(name, LineAccount())


def account_name(funder: str, line: str) -> str:
    """Return the name of a line's account."""
    return f"{funder}/{line}"


def funder_and_line(account: str) -> tuple[str, str]:
    """Return the funder and the line an account's name stands for."""
    funder, _, line = account.partition("/")
    return funder, line


def budget_of(programme: Programme) -> dict[str, Money]:
    """Return what every account holds when nothing is spent."""
    return {
        account_name(funder.id, line): amount for funder in programme.funders for line, amount in funder.amounts.items()
    }


def shares_of(programme: Programme, kind: str, amount: Money, on: date) -> facts.Shares:
    """Return each account's part of an amount by the funders' weights, to the cent; nothing when nobody pays."""
    payers = _payers(programme, kind, on)
    if not payers:
        return ()
    parts = amount.share([funder.weight for funder in payers])
    names = [account_name(funder.id, funder.line_for(kind) or "") for funder in payers]
    return tuple(zip(names, parts, strict=True))


def against_paying(programme: Programme, fund: Fund, kind: str, amount: Money, on: date) -> list[Reason]:
    """Return every reason why the programme does not bear an amount of this kind on a day."""
    shares = shares_of(programme, kind, amount, on)
    if fund.is_over(on):
        return [_not_running(on)]
    if not shares:
        return [_nobody_pays(programme, kind, on)]
    if amount.currency not in {money.currency for money in budget_of(programme).values()}:
        currency = programme.funders[0].budget.currency
        return [refusals.CURRENCY_IS_THE_FUNDS(currency=currency)]
    return [
        refusals.BUDGET_CARRIES_IT(
            rest=Money(amount=max(left, Decimal(0)), currency=amount.currency), account=account, left=left
        )
        for account, left in short_of(programme, fund, shares)
    ]


def against_day(programme: Programme, fund: Fund, accounts: Iterable[str], on: date) -> list[Reason]:
    """Return why money set aside may not go out on a day: the programme, or one who gave it, pays no more."""
    if fund.is_over(on) or not _runs(programme, on):
        return [_not_running(on)]
    funders = {funder.id: funder for funder in programme.funders}
    late = [name for name, _ in map(funder_and_line, accounts) if name in funders and not funders[name].pays_on(on)]
    return [refusals.FUNDER_PAYS_NO_MORE(day=on, funder=name) for name in late]


def short_of(programme: Programme, fund: Fund, shares: facts.Shares) -> list[tuple[str, Decimal]]:
    """Return the accounts that do not carry their share, with what they have left."""
    budget = budget_of(programme)
    left = {a: budget[a].amount - fund.account(a).committed - fund.account(a).disbursed for a, _ in shares}
    return [(account, left[account]) for account, part in shares if part.amount > left[account]]


# By how many times its shares a fact moves what is set aside, and what is paid.
_MOVES: Final[dict[type[Fact], tuple[int, int]]] = {
    facts.FundsCommitted: (1, 0),
    facts.FundsFreed: (-1, 0),
    facts.FundsDisbursed: (-1, 1),
    facts.FundsReturned: (1, -1),
    facts.FundsSpent: (0, 1),
    facts.FundsUnspent: (0, -1),
}


def evolve(fund: Fund, fact: Fact) -> Fund:
    """Return the fund after a fact."""
    if isinstance(fact, FundClosed):
        return fund._replace(ended_on=fact.on)
    if isinstance(fact, facts.StrangeAnswerRead):
        said = (fact.message_id, fact.tranche_id, fact.outcome)
        return fund._replace(strange={**fund.strange, fact.answer_id: said})
    if isinstance(fact, facts.StrangeAnswerSettled):
        return fund._replace(strange=without(fund.strange, fact.answer_id))
    if type(fact) not in _MOVES:
        return fund
    committed, disbursed = _MOVES[type(fact)]
    shares: facts.Shares = fact.shares  # type: ignore[attr-defined]
    grant_id = getattr(fact, "grant_id", "")
    grants = _aside(fund, grant_id, shares, committed) if grant_id else fund.grants
    return fund._replace(accounts=_booked(fund, shares, committed, disbursed), grants=grants)


def _booked(fund: Fund, shares: facts.Shares, committed: int, disbursed: int) -> Mapping[str, LineAccount]:
    accounts = dict(fund.accounts)
    for name, part in shares:
        account = accounts.get(name, LineAccount())
        accounts[name] = LineAccount(
            account.committed + committed * part.amount, account.disbursed + disbursed * part.amount
        )
    return accounts


def _aside(fund: Fund, grant_id: str, shares: facts.Shares, times: int) -> Mapping[str, Mapping[str, Decimal]]:
    aside = dict(fund.grants.get(grant_id, {}))
    for name, part in shares:
        aside[name] = aside.get(name, Decimal(0)) + times * part.amount
    if any(aside.values()):
        return {**fund.grants, grant_id: aside}
    return without(fund.grants, grant_id)


def _payers(programme: Programme, kind: str, on: date) -> list[Funder]:
    if not _runs(programme, on):
        return []
    return [funder for funder in programme.funders if funder.pays_on(on) and funder.line_for(kind)]


def _nobody_pays(programme: Programme, kind: str, on: date) -> Reason:
    if not _runs(programme, on):
        return _not_running(on)
    if not any(funder.line_for(kind) for funder in programme.funders):
        return refusals.LINE_PAYS_FOR_IT(kind=kind)
    return refusals.NO_FUNDER_PAYS(kind=kind, day=on)


def _not_running(on: date) -> Reason:
    return refusals.PROGRAMME_PAYS_TODAY(day=on)


def _runs(programme: Programme, on: date) -> bool:
    runs = programme.runs
    return runs.since <= on and (runs.until is None or on <= runs.until)


def fund_needed(programme: Programme, _case: Case) -> tuple[str, ...]:
    """Return the stream that a decision about money looks at."""
    return (programme.fund_stream,)


def for_case_and_fund(situation: Situation, mine: Fact, funds: Fact) -> list[StreamFact]:
    """Return a fact for the case and one for the fund: stored together or not at all."""
    return [*situation.about_case(mine), StreamFact(situation.programme.fund_stream, funds)]


def fund_of(situation: Situation) -> Fund:
    """Return the programme's money as it stands at the moment of a decision."""
    return situation.state_of(situation.programme.fund_stream, Fund)
