"""Reads a bank's statement: an ISO 20022 camt.053 file with what was booked on the account.

Like a status report it is a stranger's file: measured and parsed by the same rules, and refused whole when an
entry cannot be understood. A half-read statement would call payments missing that are there.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from events.money import Money, MoneyError
from handlers.queries.reconciliation import BankStatement, StatementEntry
from workers.iso20022.xml import BankFileError, parsed, text_at

ENTRIES_MAX: Final = 100_000
ID_LENGTH_MAX: Final = 35
_ROOT: Final = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|1[0-3])\}Document")
# Where banks write the amount of one payment among those booked together; some give only what was instructed.
_AMOUNTS: Final = ("Amt", "AmtDtls/{*}TxAmt/{*}Amt", "AmtDtls/{*}InstdAmt/{*}Amt")
_NO_ID: Final = ("", "NOTPROVIDED")


def read_camt053(data: bytes) -> BankStatement:
    """Reads a camt.053.001.02 to .13 file, or raises `BankFileError` with what to do next."""
    root = parsed(data)
    if not _ROOT.fullmatch(root.tag):
        raise BankFileError("the file is not a bank statement: ask the bank for camt.053.001.02 to .13")
    statements = root.findall("{*}BkToCstmrStmt/{*}Stmt")
    if not statements:
        raise BankFileError("the file has no Stmt: ask the bank to send it again")
    entries = tuple(entry for one in statements for entry in _entries(one))
    if len(entries) > ENTRIES_MAX:
        raise BankFileError(f"the file has over {ENTRIES_MAX:,} entries: ask the bank for smaller statements")
    since = min(_day(one, "FrDtTm") for one in statements)
    until = max(_day(one, "ToDtTm") for one in statements)
    return BankStatement(text_at(statements[0], "Id")[:ID_LENGTH_MAX], entries, since, until if since else "")


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


def _day(statement: ET.Element, tag: str) -> str:
    return text_at(statement, "FrToDt/{*}" + tag)[:10]
