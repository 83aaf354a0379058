"""Writes the statement of the simulated bank's only account, as an ISO 20022 camt.053.001.08 file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

from events.money import Money

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_OPENING: Final = Decimal("10000000.00")  # enough for any rehearsal
_ACCOUNT: Final = "40702810900000000001"


def build_camt053(paid: Mapping[str, Money], returned: Mapping[str, str], created_at: datetime) -> bytes:
    """Returns a statement with an entry for each payment made and one for each that came back, with its reason."""
    document = ET.Element("Document", {"xmlns": NAMESPACE})
    root = ET.SubElement(document, "BkToCstmrStmt")
    moment = created_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    _write_names(ET.SubElement(root, "GrpHdr"), "MsgId", moment)
    statement = ET.SubElement(root, "Stmt")
    _write_names(statement, "Id", moment)
    account = ET.SubElement(statement, "Acct")
    _text(ET.SubElement(ET.SubElement(account, "Id"), "Othr"), "Id", _ACCOUNT)
    currency = next((money.currency for money in paid.values()), "EUR")
    gone = sum((money.amount for key, money in paid.items() if key not in returned), Decimal(0))
    for kind, amount in (("OPBD", _OPENING), ("CLBD", _OPENING - gone)):
        _write_balance(statement, kind, Money(amount=amount, currency=currency), moment[:10])
    for key, money in paid.items():
        _write_entry(statement, key, money, "", moment[:10])
    for key, reason in returned.items():
        _write_entry(statement, key, paid[key], reason, moment[:10])
    written: bytes = ET.tostring(document, encoding="UTF-8", xml_declaration=True)
    return written


def _write_names(parent: ET.Element, tag: str, moment: str) -> None:
    _text(parent, tag, f"STATEMENT-{moment[:10]}")
    _text(parent, "CreDtTm", moment)


def _write_balance(statement: ET.Element, kind: str, money: Money, day: str) -> None:
    balance = ET.SubElement(statement, "Bal")
    _text(ET.SubElement(ET.SubElement(balance, "Tp"), "CdOrPrtry"), "Cd", kind)
    _write_amount(balance, money)
    _text(balance, "CdtDbtInd", "CRDT")
    _text(ET.SubElement(balance, "Dt"), "Dt", day)


def _write_entry(statement: ET.Element, end_to_end_id: str, money: Money, reason: str, day: str) -> None:
    entry = ET.SubElement(statement, "Ntry")
    _write_amount(entry, money)
    _text(entry, "CdtDbtInd", "CRDT" if reason else "DBIT")
    _text(ET.SubElement(entry, "Sts"), "Cd", "BOOK")
    _text(ET.SubElement(entry, "BookgDt"), "Dt", day)
    _text(entry, "AcctSvcrRef", f"B-{end_to_end_id}"[:35])
    domain = ET.SubElement(ET.SubElement(entry, "BkTxCd"), "Domn")
    _text(domain, "Cd", "PMNT")
    family = ET.SubElement(domain, "Fmly")
    _text(family, "Cd", "RCDT" if reason else "ICDT")
    _text(family, "SubFmlyCd", "RRTN" if reason else "XBCT")
    detail = ET.SubElement(ET.SubElement(entry, "NtryDtls"), "TxDtls")
    _text(ET.SubElement(detail, "Refs"), "EndToEndId", end_to_end_id)
    if reason:
        _text(ET.SubElement(ET.SubElement(detail, "RtrInf"), "Rsn"), "Cd", reason)


def _write_amount(parent: ET.Element, money: Money) -> None:
    amount = ET.SubElement(parent, "Amt", {"Ccy": money.currency})
    amount.text = format(money.amount, "f")


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text
