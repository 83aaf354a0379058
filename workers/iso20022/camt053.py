"""Reads a bank's statement: an ISO 20022 camt.053 file with what was booked on the account.

Like a status report it is a stranger's file: measured and parsed by the same rules, and refused whole when an
entry cannot be understood. A half-read statement would call payments missing that are there.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from events.money import Money, MoneyError
from handlers.queries.reconciliation import BankStatement, StatementEntry
from workers.iso20022.xml import BankFileError, parsed, text_at
from workflow.values.days import day_told

ENTRIES_MAX: Final = 100_000
ID_LENGTH_MAX: Final = 35
_ROOT: Final = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|1[0-3])\}Document")
# Where banks write the amount of one payment among those booked together; some give only what was instructed.
_AMOUNTS: Final = ("Amt", "AmtDtls/{*}TxAmt/{*}Amt", "AmtDtls/{*}InstdAmt/{*}Amt")
_NO_ID: Final = ("", "NOTPROVIDED")


def read_camt053(data: bytes) -> BankStatement:
    """Reads a camt.053.001.02 to .13 file, or raises `BankFileError` with what to do next."""
    root = parsed(data)
    if not is_statement(root):
        raise BankFileError("the file is not a bank statement: ask the bank for camt.053.001.02 to .13")
    statements = root.findall("{*}BkToCstmrStmt/{*}Stmt")
    if not statements:
        raise BankFileError("the file has no Stmt: ask the bank to send it again")
    entries = tuple(entry for one in statements for entry in _entries(one))
    if len(entries) > ENTRIES_MAX:
        raise BankFileError(f"the file has over {ENTRIES_MAX:,} entries: ask the bank for smaller statements")
    periods = tuple(period for one in statements if (period := _period(one)) is not None)
    return BankStatement(text_at(statements[0], "Id")[:ID_LENGTH_MAX], entries, periods, _accounts(statements))


def is_statement(root: ET.Element) -> bool:
    """Tell whether a file of the bank says of itself that it is a statement that is read here."""
    return _ROOT.fullmatch(root.tag) is not None


def _accounts(statements: list[ET.Element]) -> frozenset[str]:
    """Return every account that is told of; a statement without one is of an account nobody knows."""
    return frozenset(
        "".join((text_at(one, "Acct/{*}Id/{*}IBAN") or text_at(one, "Acct/{*}Id/{*}Othr/{*}Id")).split()).upper()
        for one in statements
    )


def _entries(statement: ET.Element) -> Iterator[StatementEntry]:
    for entry in statement.iterfind("{*}Ntry"):
        details = entry.findall("{*}NtryDtls/{*}TxDtls")
        if len(details) <= 1:
            yield _entry(entry, details[0] if details else None)
            continue
        # Payments booked together: the entry holds their sum, each detail its own part.
        for detail in details:
            yield _entry(entry, detail, alone=False)


def _entry(entry: ET.Element, detail: ET.Element | None, *, alone: bool = True) -> StatementEntry:
    own = _first(detail, *_AMOUNTS) if detail is not None else None
    amount = entry.find("{*}Amt") if alone or own is None else own
    if not alone and own is None:
        raise BankFileError("payments are booked together without their amounts: ask the bank for the details")
    came_in = _direction(entry, detail) == "CRDT"
    back = detail.find("{*}RtrInf") if detail is not None else None
    reversal = text_at(entry, "RvslInd") in ("true", "1")
    return StatementEntry(
        end_to_end_id=_id(detail),
        amount=_money(amount),
        came_in=came_in,
        returned=came_in and (back is not None or reversal),
        booked=(text_at(entry, "Sts/{*}Cd") or text_at(entry, "Sts")) == "BOOK",
        reason_code=text_at(back, "Rsn/{*}Cd") or text_at(back, "Rsn/{*}Prtry"),
        bank_reference=text_at(entry, "AcctSvcrRef")[:ID_LENGTH_MAX],
        day=_booking_day(entry),
    )


def _direction(entry: ET.Element, detail: ET.Element | None) -> str:
    said = text_at(detail, "CdtDbtInd") or text_at(entry, "CdtDbtInd")
    if said not in ("CRDT", "DBIT"):
        raise BankFileError("an entry does not say whether money came or went: ask the bank to send it again")
    return said


def _id(detail: ET.Element | None) -> str:
    text = text_at(detail, "Refs/{*}EndToEndId")
    if len(text) > ID_LENGTH_MAX:
        raise BankFileError("an EndToEndId is longer than 35 characters: ask the bank to send it again")
    return "" if text in _NO_ID else text


def _money(amount: ET.Element | None) -> Money:
    if amount is None:
        raise BankFileError("an entry has no amount: ask the bank to send it again")
    try:
        return Money.parse(f"{(amount.text or '').strip()} {amount.get('Ccy')}")
    except MoneyError as unusable:
        raise BankFileError(f"an amount cannot be read: {unusable}") from unusable


def _first(parent: ET.Element, *paths: str) -> ET.Element | None:
    found = (parent.find("{*}" + path) for path in paths)
    return next((element for element in found if element is not None), None)


def _period(statement: ET.Element) -> tuple[date, date] | None:
    """Return the days a statement is about; one that ends with a midnight does not reach into that day."""
    since, until = (_moment(text_at(statement, f"FrToDt/{{*}}{tag}")) for tag in ("FrDtTm", "ToDtTm"))
    if since is None or until is None or until < since:
        return None
    ends_before = until.time() == time() and day_told(until) > day_told(since)
    return day_told(since), day_told(until) - timedelta(days=ends_before)


def _booking_day(entry: ET.Element) -> date | None:
    found = _moment(text_at(entry, "BookgDt/{*}Dt") or text_at(entry, "BookgDt/{*}DtTm"))
    return day_told(found) if found else None


def _moment(text: str) -> datetime | None:
    """Return a day and time as the bank's own clock shows it, or None where none can be read."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
