"""The programme's books: what each line of each funder planned, set aside, paid and has left, and every posting."""

from collections.abc import Iterator
from typing import NamedTuple

from console.views.reader import Reader
from handlers.queries.books import (
    JournalPage,
    LineBalance,
    fund_balances,
    funder_totals,
    journal,
    latest_movements,
    total_balance,
)
from handlers.queries.reconciliation import BankStatement, Reconciliation, booked_payments, reconcile, sent_to_the_bank
from workflow.programme.loading import Definition

HEADS = ("day", "version", "what", "funder", "line", "debit", "credit", "amount", "currency", "about")


class FunderView(NamedTuple):
    """A funder with its lines; the row is their sum."""

    funder: str
    name: str
    row: LineBalance
    lines: tuple[tuple[str, LineBalance], ...]  # titled as the programme file has them


class LedgerView(NamedTuple):
    """A programme's money as it stands, and a part of its journal."""

    programme: str
    funders: tuple[FunderView, ...]
    total: LineBalance
    journal: JournalPage

    def line_name(self, funder: str, line: str) -> tuple[str, str]:
        """Return what a funder and one of its lines are called; what the file does not name stays as it is."""
        found = next((one for one in self.funders if one.funder == funder), None)
        titles = {row.line: title for title, row in found.lines} if found else {}
        return found.name if found else funder, titles.get(line) or line


def ledger(reader: Reader, definition: Definition, funder: str | None = None, before: int | None = None) -> LedgerView:
    """Return a programme's books, of one funder if one is named, the journal from a movement backwards."""
    stream = definition.programme.fund_stream
    rows = fund_balances(definition, reader.container.cases.states([stream])[stream].state)
    page = latest_movements(reader.container.log, definition, before)
    if funder is not None:
        rows = [row for row in rows if row.funder == funder]
        page = page._replace(entries=tuple(one for one in page.entries if one.posting.funder == funder))
    return LedgerView(
        definition.programme.programme,
        tuple(_funder(definition, one, rows) for one in funder_totals(rows)),
        total_balance(rows),
        page,
    )


def journal_rows(reader: Reader, definition: Definition, funder: str | None = None) -> Iterator[tuple[str, ...]]:
    """Yield every entry of the books as a row of text under ``HEADS``, the oldest first."""
    for entry in journal(reader.container.log, definition):
        p = entry.posting
        if funder in (None, p.funder):
            named = (p.funder, p.line, p.debit, p.credit, str(p.amount), p.currency, p.about)
            yield entry.day, str(entry.version), entry.fact, *named


def compared(reader: Reader, definition: Definition, statement: BankStatement) -> Reconciliation:
    """Return how a bank's statement agrees with what a programme paid."""
    programme = definition.programme
    with reader.container.database.reading() as connection:
        sent = sent_to_the_bank(connection, programme)
    return reconcile(booked_payments(reader.container.log, programme), sent, statement)


def _funder(definition: Definition, row: LineBalance, rows: list[LineBalance]) -> FunderView:
    funder = next((one for one in definition.programme.funders if one.id == row.funder), None)
    titles = {line.id: line.title for line in funder.lines} if funder else {}
    lines = tuple((titles.get(one.line, one.line), one) for one in rows if one.funder == row.funder)
    return FunderView(row.funder, funder.name if funder else row.funder, row, lines)
