"""Reads a bank's statement: an ISO 20022 camt.053 file with what was booked on the account.

Like a status report it is a stranger's file: measured and parsed by the same rules, and refused whole when an
entry cannot be understood. A half-read statement would call payments missing that are there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from events.money import Money, MoneyError
from handlers.queries.reconciliation import Entry, Statement
from workers.iso20022.pain002 import StatusReportError, root_of

__all__ = ["StatementError", "read_camt053"]

ENTRIES_MAX: Final = 100_000
ID_LENGTH_MAX: Final = 35
_ROOT: Final = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|1[0-3])\}Document")
_NO_ID: Final = ("", "NOTPROVIDED")


class StatementError(ValueError):
    """The statement cannot be relied on; the message says in one line what to do next."""


def read_camt053(data: bytes) -> Statement:
    """Reads a camt.053.001.02 to .13 file, or raises `StatementError` with what to do next."""
    try:
        root = root_of(data)
    except StatusReportError as unreadable:
        raise StatementError(str(unreadable)) from None
    if not _ROOT.fullmatch(root.tag):
        raise StatementError("the file is not a bank statement: ask the bank for camt.053.001.02 to .13")
    statements = root.findall("{*}BkToCstmrStmt/{*}Stmt")
    if not statements:
        raise StatementError("the file has no Stmt: ask the bank to send it again")
    entries = tuple(entry for one in statements for entry in _entries(one))
    if len(entries) > ENTRIES_MAX:
        raise StatementError(f"the file has over {ENTRIES_MAX:,} entries: ask the bank for smaller statements")
    since = min(_day(one, "FrDtTm") for one in statements)
    until = max(_day(one, "ToDtTm") for one in statements)
    return Statement(_text(statements[0], "Id")[:ID_LENGTH_MAX], entries, since, until if since else "")


def _entries(statement: ET.Element) -> Iterator[Entry]:
    for entry in statement.iterfind("{*}Ntry"):
        details = entry.findall("{*}NtryDtls/{*}TxDtls")
        if len(details) <= 1:
            yield _entry(entry, details[0] if details else None)
            continue
        # Payments booked together: the entry holds their sum, each detail its own part.
        for detail in details:
            yield _entry(entry, detail, alone=False)


def _entry(entry: ET.Element, detail: ET.Element | None, *, alone: bool = True) -> Entry:
    own = _first(detail, "Amt", "AmtDtls/{*}TxAmt/{*}Amt") if detail is not None else None
    amount = entry.find("{*}Amt") if alone or own is None else own
    if not alone and own is None:
        raise StatementError("payments are booked together without their amounts: ask the bank for the details")
    came_in = _direction(entry, detail) == "CRDT"
    back = detail.find("{*}RtrInf") if detail is not None else None
    reversal = _text(entry, "RvslInd") in ("true", "1")
    return Entry(
        end_to_end_id=_id(detail),
        amount=_money(amount),
        came_in=came_in,
        returned=came_in and (back is not None or reversal),
        booked=(_text(entry, "Sts/{*}Cd") or _text(entry, "Sts")) == "BOOK",
        reason_code=(_text(back, "Rsn/{*}Cd") or _text(back, "Rsn/{*}Prtry")) if back is not None else "",
        bank_reference=_text(entry, "AcctSvcrRef")[:ID_LENGTH_MAX],
    )


def _direction(entry: ET.Element, detail: ET.Element | None) -> str:
    said = (_text(detail, "CdtDbtInd") if detail is not None else "") or _text(entry, "CdtDbtInd")
    if said not in ("CRDT", "DBIT"):
        raise StatementError("an entry does not say whether money came or went: ask the bank to send it again")
    return said


def _id(detail: ET.Element | None) -> str:
    text = _text(detail, "Refs/{*}EndToEndId") if detail is not None else ""
    if len(text) > ID_LENGTH_MAX:
        raise StatementError("an EndToEndId is longer than 35 characters: ask the bank to send it again")
    return "" if text in _NO_ID else text


def _money(amount: ET.Element | None) -> Money:
    if amount is None:
        raise StatementError("an entry has no amount: ask the bank to send it again")
    try:
        return Money.parse(f"{(amount.text or '').strip()} {amount.get('Ccy')}")
    except MoneyError as unusable:
        raise StatementError(f"an amount cannot be read: {unusable}") from unusable


def _first(parent: ET.Element, *paths: str) -> ET.Element | None:
    found = (parent.find("{*}" + path) for path in paths)
    return next((element for element in found if element is not None), None)


def _day(statement: ET.Element, tag: str) -> str:
    return _text(statement, "FrToDt/{*}" + tag)[:10]


def _text(parent: ET.Element, path: str) -> str:
    return (parent.findtext("{*}" + path) or "").strip()
