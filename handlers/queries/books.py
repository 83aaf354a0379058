"""The programme's books as read from the log: the journal, and what every line planned, set aside and paid."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from events.envelope import RecordedEvent
from events.log import END, Log
from events.money import Money
from handlers.states.state_cache import fold_events
from workflow.programme.loading import Definition
from workflow.programme.programme import Programme
from workflow.subjects.grants.fund import Fund, account_name, budget_of, funder_and_line
from workflow.subjects.grants.ledger import Posting, opening_postings, postings

NO_LINE = ""  # the part of a budget that stands in no line
ALL_LINES = "together"


class JournalEntry(NamedTuple):
    """A posting with the programme's day and the fact by which it was made; the opening entries have the version -1."""

    version: int
    day: str
    fact: str
    posting: Posting


class JournalPage(NamedTuple):
    """A part of the journal, and before which version the next one begins; None when there is no more."""

    entries: tuple[JournalEntry, ...]
    older: int | None


class LineBalance(NamedTuple):
    """What one line of one funder planned, set aside, paid and has left."""

    funder: str
    line: str
    currency: str
    planned: Decimal
    committed: Decimal
    disbursed: Decimal

    @property
    def left(self) -> Decimal:
        """Return what may still be spent."""
        return self.planned - self.committed - self.disbursed


def journal(log: Log, definition: Definition) -> Iterator[JournalEntry]:
    """Yield every entry of a programme's books, the budgets of the definition now in force first."""
    programme = definition.programme
    for posting in opening_postings(programme):
        yield JournalEntry(-1, programme.runs.since.isoformat(), "Budget", posting)
    for event in log.stream(programme.fund_stream):
        yield from _entries(log, event, programme)


def latest_movements(log: Log, definition: Definition, before: int | None = None, movements: int = 20) -> JournalPage:
    """Return the latest movements of a programme's money before a version, each with all its entries, latest first."""
    programme = definition.programme
    events = log.latest(programme.fund_stream, movements, before=END if before is None else before)
    found = tuple(entry for event in events for entry in _entries(log, event, programme))
    return JournalPage(found, events[-1].envelope.version if events and events[-1].envelope.version > 0 else None)


def _entries(log: Log, event: RecordedEvent, programme: Programme) -> Iterator[JournalEntry]:
    envelope, day = event.envelope, programme.day(event.recorded).isoformat()
    for posting in postings(log.fact(event)):
        yield JournalEntry(envelope.version, day, envelope.type, posting)


def line_balances(log: Log, definition: Definition) -> list[LineBalance]:
    """Return a row for each line; they add up to the budgets, and to all that was set aside and paid, to the cent."""
    stream = definition.programme.fund_stream
    return fund_balances(definition, fold_events(stream, log.stream(stream), log.fact).state)


def fund_balances(definition: Definition, fund: Fund | None) -> list[LineBalance]:
    """Return a row for each line of a fund as it stands; a fund of which nothing was told has all it was given."""
    programme, fund = definition.programme, fund or Fund()
    planned = {name: money.amount for name, money in budget_of(programme).items()}
    for funder in programme.funders:
        spare = funder.budget.amount - sum((money.amount for money in funder.amounts.values()), Decimal(0))
        if spare:
            planned[account_name(funder.id, NO_LINE)] = spare
    currency = programme.funders[0].budget.currency
    zero = Money.zero(currency).amount  # with the currency's places, so that nothing is written as 0.00
    lines = ((name, (zero + amount for amount in fund.account(name))) for name in sorted({*planned, *fund.accounts}))
    return [LineBalance(*funder_and_line(name), currency, planned.get(name, zero), *sums) for name, sums in lines]


def funder_totals(rows: list[LineBalance]) -> list[LineBalance]:
    """Return the sum of each funder's lines."""
    names = list(dict.fromkeys(row.funder for row in rows))
    return [total_balance([row for row in rows if row.funder == name], name, ALL_LINES) for name in names]


def total_balance(rows: list[LineBalance], name: str = "total", line: str = NO_LINE) -> LineBalance:
    """Return the sum of rows."""
    sums = (sum((getattr(row, what) for row in rows), Decimal(0)) for what in ("planned", "committed", "disbursed"))
    return LineBalance(name, line, rows[0].currency if rows else "", *sums)
