"""Writes the statement of the simulated bank's only account, as an ISO 20022 camt.053.001.08 file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

from events.money import Money
from workers.iso20022.xml import add, document, in_utc, written

_OPENING: Final = Decimal("10000000.00")  # enough for any rehearsal
_ACCOUNT: Final = "40702810900000000001"


def build_camt053(paid: Mapping[str, Money], returned: Mapping[str, str], created_at: datetime) -> bytes:
    """Returns a statement with an entry for each payment made and one for each that came back, with its reason."""
    root, moment = document("camt.053.001.08"), in_utc(created_at)
    _write_names(add(root, "BkToCstmrStmt/GrpHdr"), "MsgId", moment)
    statement = add(root[0], "Stmt")
    _write_names(statement, "Id", moment)
    add(statement, "Acct/Id/Othr/Id", _ACCOUNT)
    currency = next((money.currency for money in paid.values()), "EUR")
    gone = sum((money.amount for key, money in paid.items() if key not in returned), Decimal(0))
    for kind, amount in (("OPBD", _OPENING), ("CLBD", _OPENING - gone)):
        _write_balance(statement, kind, Money(amount=amount, currency=currency), moment[:10])
    for key, reason in (*dict.fromkeys(paid, "").items(), *returned.items()):
        _write_entry(statement, key, paid[key], reason, moment[:10])
    return written(root)


def _write_names(parent: ET.Element, tag: str, moment: str) -> None:
    add(parent, tag, f"STATEMENT-{moment[:10]}")
    add(parent, "CreDtTm", moment)


def _write_balance(statement: ET.Element, kind: str, money: Money, day: str) -> None:
    balance = add(statement, "Bal")
    add(balance, "Tp/CdOrPrtry/Cd", kind)
    _write_amount(balance, money)
    add(balance, "CdtDbtInd", "CRDT")
    add(balance, "Dt/Dt", day)


def _write_entry(statement: ET.Element, end_to_end_id: str, money: Money, reason: str, day: str) -> None:
    entry = add(statement, "Ntry")
    _write_amount(entry, money)
    add(entry, "CdtDbtInd", "CRDT" if reason else "DBIT")
    add(entry, "Sts/Cd", "BOOK")
    add(entry, "BookgDt/Dt", day)
    add(entry, "AcctSvcrRef", f"B-{end_to_end_id}"[:35])
    domain = add(entry, "BkTxCd/Domn")
    add(domain, "Cd", "PMNT")
    family = add(domain, "Fmly")
    add(family, "Cd", "RCDT" if reason else "ICDT")
    add(family, "SubFmlyCd", "RRTN" if reason else "XBCT")
    detail = add(entry, "NtryDtls/TxDtls")
    add(detail, "Refs/EndToEndId", end_to_end_id)
    if reason:
        add(detail, "RtrInf/Rsn/Cd", reason)


def _write_amount(parent: ET.Element, money: Money) -> None:
    add(parent, "Amt", format(money.amount, "f"), Ccy=money.currency)
