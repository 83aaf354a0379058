"""Compares a bank's statement with our books, payment by payment; it only looks and changes nothing.

The bank's own days count. Where our books know only when the bank's answer was read, a payment is missed on a statement
only if it must stand there: when every day from its release to the answer is one the statement is about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select

from events.facts.grants import FundsDisbursed, FundsReturned
from events.instants import instant
from events.log import Log
from events.money import Money
from handlers.projections.tables import case_board, tasks
from workflow.programme.programme import Programme
from workflow.values.bank_accounts import is_iban

_SENT = select(tasks.c.subject, tasks.c.created_at).where(tasks.c.kind == "disburse_grant")
_NUMBER_LENGTH_MIN = 8  # shorter ones could end any IBAN


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
    day: date | None = None  # on which the bank booked it


@dataclass(frozen=True, slots=True)
class BankStatement:
    """Everything one file says was booked on which accounts, and about which days, the last one in it, if it says."""

    statement_id: str
    entries: tuple[StatementEntry, ...]
    periods: tuple[tuple[date, date], ...] = ()
    accounts: frozenset[str] = frozenset()

    def covers(self, since: date, until: date) -> bool:
        """Tell whether the statement is about every day between two, both in it."""
        days = ((since + timedelta(days=n)) for n in range((until - since).days + 1))
        return all(any(first <= day <= last for first, last in self.periods) for day in days)

    def is_of(self, account: str) -> bool:
        """Tell whether it is about this account and no other; a number of a country's own kind may end its IBAN."""
        return bool(self.accounts) and all(_is_same(stated, account) for stated in self.accounts)


class BookedPayment(NamedTuple):
    """A payment as our books have it: how much, when the bank's word was read, and whether it came back and when."""

    amount: Money
    day: date
    returned_on: date | None = None


class AmountMismatch(NamedTuple):
    """A payment, or its return, of which the bank and our books say different amounts."""

    end_to_end_id: str
    ours: Money
    banks: Money
    came_back: bool = False


class Reconciliation(NamedTuple):
    """What a statement and our books say of the same payments; everything named by the tranche's id."""

    matched: tuple[str, ...]
    missing: tuple[str, ...]  # paid by us on days the statement is about, and not on it
    not_recorded: tuple[str, ...]  # sent by us and on the statement; our books do not call it paid
    unknown: tuple[StatementEntry, ...]  # on the statement and not ours
    different: tuple[AmountMismatch, ...]
    returned: tuple[str, ...]  # came back, as our books have it too
    to_return: tuple[str, ...]  # came back and our books still call it paid
    not_back: tuple[str, ...]  # came back by our books on days the statement is about, where it only left
    pending: int  # entries the bank has not booked
    has_days: bool  # whether the statement says which days it is about: without, nothing can be missed on it
    totals: Mapping[str, tuple[Decimal, Decimal]]  # per currency: left the account, came back

    @property
    def agrees(self) -> bool:
        """Tell whether nobody has to look at anything."""
        ours = (self.missing, self.not_recorded, self.to_return, self.not_back)
        return not (any(ours) or self.unknown or self.different)


def reconcile(books: Mapping[str, BookedPayment], sent: Mapping[str, date], statement: BankStatement) -> Reconciliation:
    """Return how a statement agrees with what we paid; what is only pending at the bank counts for nothing."""
    booked = _once([entry for entry in statement.entries if entry.booked])
    out = {entry.end_to_end_id: entry for entry in booked if not entry.came_in and entry.end_to_end_id}
    back = {entry.end_to_end_id: entry for entry in booked if entry.returned and entry.end_to_end_id in sent}
    different = _differences(books, out, back)
    wrong = {one.end_to_end_id for one in different}
    came_back = {key for key in back.keys() & books.keys() if books[key].returned_on}
    return Reconciliation(
        matched=tuple(sorted((out.keys() & books.keys()) - wrong)),
        missing=tuple(key for key in sorted(books.keys() - out.keys()) if _is_due(key, books, sent, statement)),
        not_recorded=tuple(sorted((out.keys() | back.keys()) & sent.keys() - books.keys())),
        unknown=tuple(entry for entry in booked if not _is_ours(entry, books, sent)),
        different=different,
        returned=tuple(sorted(came_back)),
        to_return=tuple(sorted((back.keys() & books.keys()) - came_back)),
        not_back=tuple(key for key in sorted(out.keys() - back.keys()) if _is_back(key, books, out[key], statement)),
        pending=sum(not entry.booked for entry in statement.entries),
        has_days=bool(statement.periods),
        totals=_totals(booked),
    )


def booked_payments(log: Log, programme: Programme) -> dict[str, BookedPayment]:
    """Return every payment of a programme by tranche, read from its money's own history, in the office's days."""
    found: dict[str, BookedPayment] = {}
    for event in log.stream(programme.fund_stream):
        fact, day = log.fact(event), _day(event.envelope.recorded_at, programme)
        if isinstance(fact, FundsDisbursed):
            first, *others = (part for _, part in fact.shares)
            found[fact.tranche_id] = BookedPayment(sum(others, first), day)
        elif isinstance(fact, FundsReturned):
            found[fact.tranche_id] = found[fact.tranche_id]._replace(returned_on=day)
    return found


def sent_to_the_bank(connection: Connection, programme: Programme) -> dict[str, date]:
    """Return the tranches of a programme for which a payment was ever asked for, and on which of the office's days."""
    query = _SENT.join(case_board, case_board.c.case_id == tasks.c.case_id)
    rows = connection.execute(query.where(case_board.c.programme == programme.programme))
    return {str(orjson.loads(row.subject)["tranche_id"]): _day(row.created_at, programme) for row in rows}


def _day(at: str, programme: Programme) -> date:
    return programme.day(instant(at))


def _is_same(stated: str, account: str) -> bool:
    longer, shorter = sorted((stated, account), key=len, reverse=True)
    return longer == shorter or (
        is_iban(longer) and not is_iban(shorter) and len(shorter) >= _NUMBER_LENGTH_MIN and longer.endswith(shorter)
    )


def _is_due(key: str, books: Mapping[str, BookedPayment], sent: Mapping[str, date], statement: BankStatement) -> bool:
    """Tell whether a payment of ours must stand on the statement: on whichever day the bank booked it."""
    return statement.covers(sent.get(key, books[key].day), books[key].day)


def _is_back(key: str, books: Mapping[str, BookedPayment], left: StatementEntry, statement: BankStatement) -> bool:
    """Tell whether the return that our books have of a payment must stand on the statement on which it left."""
    ours = books.get(key)
    if ours is None or ours.returned_on is None:
        return False
    return statement.covers(left.day or ours.day, ours.returned_on)


def _differences(
    books: Mapping[str, BookedPayment], out: Mapping[str, StatementEntry], back: Mapping[str, StatementEntry]
) -> tuple[AmountMismatch, ...]:
    return tuple(
        AmountMismatch(key, books[key].amount, side[key].amount, came_back=side is back)
        for side in (out, back)
        for key in sorted(side.keys() & books.keys())
        if books[key].amount != side[key].amount
    )


def _is_ours(entry: StatementEntry, books: Mapping[str, BookedPayment], sent: Mapping[str, date]) -> bool:
    if entry.came_in and not entry.returned:
        return False  # money nobody paid from here: a refund, a donation, an error
    return entry.end_to_end_id in books or entry.end_to_end_id in sent


def _once(booked: Sequence[StatementEntry]) -> list[StatementEntry]:
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
