"""Compares a bank's statement with our books, payment by payment; it only looks and changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select

from events.facts.grants import FundsDisbursed, FundsReturned
from events.log import Log
from events.money import Money
from handlers.projections.tables import case_board, tasks

_SENT = select(tasks.c.subject).where(tasks.c.kind == "disburse_grant")


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One payment on a statement: money that left the account, or that came back to it.

    ``end_to_end_id`` is empty when the bank gives none: a fee, or somebody else's payment.
    """

    end_to_end_id: str
    amount: Money
    came_in: bool
    returned: bool
    booked: bool
    reason_code: str = ""
    bank_reference: str = ""


@dataclass(frozen=True, slots=True)
class BankStatement:
    """Everything one file says was booked; ``since`` and ``until`` are days, empty when the bank names none."""

    statement_id: str
    entries: tuple[StatementEntry, ...]
    since: str = ""
    until: str = ""


class BookedPayment(NamedTuple):
    """A payment as our books have it: how much, on which day the bank said so, and whether it came back."""

    amount: Money
    day: str
    returned: bool = False


class AmountMismatch(NamedTuple):
    """A payment of which the bank and our books say different amounts."""

    end_to_end_id: str
    ours: Money
    banks: Money


class Reconciliation(NamedTuple):
    """What a statement and our books say of the same payments; everything named by the tranche's id."""

    matched: tuple[str, ...]
    missing: tuple[str, ...]  # paid by us within the statement's days and not on it
    not_recorded: tuple[str, ...]  # sent by us and on the statement; the status report has not come yet
    unknown: tuple[StatementEntry, ...]  # on the statement and not ours
    different: tuple[AmountMismatch, ...]
    returned: tuple[str, ...]  # came back, as our books have it too
    to_return: tuple[str, ...]  # came back and our books still call it paid
    pending: int  # entries the bank has not booked
    totals: Mapping[str, tuple[Decimal, Decimal]]  # per currency: left the account, came back

    @property
    def agrees(self) -> bool:
        """Tell whether nobody has to look at anything."""
        return not (self.missing or self.not_recorded or self.unknown or self.different or self.to_return)


def reconcile(books: Mapping[str, BookedPayment], sent: frozenset[str], statement: BankStatement) -> Reconciliation:
    """Return how a statement agrees with what we paid; what is only pending at the bank counts for nothing."""
    booked = [entry for entry in statement.entries if entry.booked]
    out = {entry.end_to_end_id: entry for entry in booked if not entry.came_in and entry.end_to_end_id}
    back = [entry for entry in booked if entry.returned and entry.end_to_end_id in books]
    ours = out.keys() & books.keys()
    different = {key for key in ours if books[key].amount != out[key].amount}
    return Reconciliation(
        matched=tuple(sorted(ours - different)),
        missing=tuple(sorted(key for key in _due(books, statement) if key not in out)),
        not_recorded=tuple(sorted((out.keys() - books.keys()) & sent)),
        unknown=tuple(entry for entry in _once(booked) if not _is_ours(entry, books, sent)),
        different=tuple(AmountMismatch(key, books[key].amount, out[key].amount) for key in sorted(different)),
        returned=tuple(sorted({e.end_to_end_id for e in back if books[e.end_to_end_id].returned})),
        to_return=tuple(sorted({e.end_to_end_id for e in back if not books[e.end_to_end_id].returned})),
        pending=len(statement.entries) - len(booked),
        totals=_totals(booked),
    )


def booked_payments(log: Log, fund_stream: str) -> dict[str, BookedPayment]:
    """Return every payment of a programme by tranche, read from its money's own history."""
    found: dict[str, BookedPayment] = {}
    for event in log.stream(fund_stream):
        fact = log.fact(event)
        if isinstance(fact, FundsDisbursed):
            first, *others = (part for _, part in fact.shares)
            paid = sum(others, first)
            found[fact.tranche_id] = BookedPayment(paid, event.envelope.recorded_at[:10])
        elif isinstance(fact, FundsReturned):
            found[fact.tranche_id] = found[fact.tranche_id]._replace(returned=True)
    return found


def sent_to_the_bank(connection: Connection, programme: str | None = None) -> frozenset[str]:
    """Return the tranches for which a payment was ever asked for, by a programme if one is named."""
    query = _SENT
    if programme is not None:
        query = query.join(case_board, case_board.c.case_id == tasks.c.case_id)
        query = query.where(case_board.c.programme == programme)
    return frozenset(str(orjson.loads(row.subject).get("tranche_id")) for row in connection.execute(query))


def _due(books: Mapping[str, BookedPayment], statement: BankStatement) -> list[str]:
    """Return the payments that ought to be on the statement: those within its days, or all if it names none."""
    since, until = statement.since, statement.until or "9999"
    return [key for key, paid in books.items() if since <= paid.day <= until]


def _is_ours(entry: StatementEntry, books: Mapping[str, BookedPayment], sent: frozenset[str]) -> bool:
    if entry.came_in and not entry.returned:
        return False  # money nobody paid from here: a refund, a donation, an error
    return entry.end_to_end_id in books or (entry.end_to_end_id in sent and not entry.came_in)


def _once(booked: Iterable[StatementEntry]) -> list[StatementEntry]:
    """Return the entries, and one paid a second time as an entry nobody knows of."""
    found, seen = [], set()
    for entry in booked:
        key = (entry.end_to_end_id, entry.came_in)
        again = bool(entry.end_to_end_id) and key in seen
        found.append(replace(entry, end_to_end_id="", reason_code="DUPL") if again else entry)
        seen.add(key)
    return found


def _totals(booked: Sequence[StatementEntry]) -> dict[str, tuple[Decimal, Decimal]]:
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for entry in booked:
        left, came = totals.get(entry.amount.currency, (Decimal(0), Decimal(0)))
        amount = entry.amount.amount
        totals[entry.amount.currency] = (left, came + amount) if entry.came_in else (left + amount, came)
    return dict(sorted(totals.items()))
