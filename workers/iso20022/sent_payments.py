"""Reads back what was written for the bank: which payment a file of ours is, whenever it was written."""

from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pydantic import ValidationError

from events.money import Money
from workers.iso20022.xml import BankFileError, parsed, text_at


class SentPayment(NamedTuple):
    """One payment of a file: the file's message, the part it pays, how much, and to whom."""

    message_id: str
    end_to_end_id: str
    amount: Money
    payee: tuple[str, ...]  # name and account; in no error and no log


def read_sent(data: bytes) -> list[SentPayment]:
    """Return the payments of a pain.001 file; raises BankFileError for anything else."""
    root = parsed(data)
    message_id = text_at(root, "CstmrCdtTrfInitn/{*}GrpHdr/{*}MsgId")
    try:
        return [_payment(message_id, one) for one in root.iter() if one.tag.endswith("}CdtTrfTxInf")]
    except (InvalidOperation, ValidationError, ValueError):
        raise BankFileError("the file is no payment order as they are written here: look at it") from None


def pays_the_same(one: bytes, other: bytes) -> bool:
    """Tell whether two files order the same payments, though they were written on different days."""
    try:
        first, second = read_sent(one), read_sent(other)
    except BankFileError:
        return False
    return bool(first) and first == second


def _payment(message_id: str, transfer: Element) -> SentPayment:
    amount = transfer.find("{*}Amt/{*}InstdAmt")
    if amount is None:
        raise BankFileError("the file orders a payment of no amount: look at it")
    money = Money(amount=Decimal(amount.text or ""), currency=amount.get("Ccy", ""))
    account = transfer.find("{*}CdtrAcct/{*}Id")
    texts = [] if account is None else [text.strip() for text in account.itertext() if text.strip()]
    return SentPayment(
        message_id, text_at(transfer, "PmtId/{*}EndToEndId"), money, (text_at(transfer, "Cdtr/{*}Nm"), *texts)
    )
