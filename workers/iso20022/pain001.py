"""Writes a payment order as an ISO 20022 pain.001.001.09 file, the form banks take credit transfers in.

The file says as little as a bank needs. A payee's statement is read by landlords, relatives and, at
worst, by the people someone has escaped from, so nothing here names the programme's work: see `Payment`.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

from events.money import Money
from workers.iso20022.xml import add, document, in_utc, written
from workflow.values.bank_accounts import is_bic, is_iban, is_mistyped_iban

SCHEMA: Final = "pain.001.001.09"
ID_LENGTH_MAX: Final = 35
ACCOUNT_LENGTH_MAX: Final = 34
NAME_LENGTH_MAX: Final = 140
SUM_DIGITS_MAX: Final = 18
PAYMENTS_MAX: Final = 10_000

# The characters every bank passes on unchanged; anything else may be replaced on the way, and then the
# answer no longer matches the payment. A slash at an end, or two together, has a meaning of its own.
_ISO_TEXT: Final = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/?:().,'+ -]+(?<!/)")
_WORD_LENGTH_MIN: Final = 3


class PaymentFileError(ValueError):
    """The payment order cannot be sent as it is; the message says which part to correct."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account a bank can find: an IBAN as its country writes them, or another number, never both."""

    # Names and account numbers stay out of every repr, because tracebacks and logs print those.
    iban: str | None = field(default=None, repr=False)
    other: str | None = field(default=None, repr=False)
    bic: str | None = None

    def __post_init__(self) -> None:
        """Refuses an account that a bank would refuse, or send to a stranger."""
        _require((self.iban is None) != (self.other is None), "give an account an IBAN or another number")
        _require(self.iban is None or is_iban(self.iban), "the IBAN is mistyped: its length or check digits disagree")
        _require(self.other is None or not is_mistyped_iban(self.other), "the number begins like an IBAN and is none")
        _require(
            self.other is None or _is_iso_text(self.other, ACCOUNT_LENGTH_MAX),
            f"write the account number in at most {ACCOUNT_LENGTH_MAX} plain letters and digits",
        )
        _require(self.bic is None or is_bic(self.bic), "a BIC has 8 or 11 capitals and digits")


@dataclass(frozen=True, slots=True)
class Payment:
    """One transfer to one payee, whose purpose line identifies neither programme nor person.

    Bank purpose lines leak more than the database: they appear on statements, in online banking left
    open, in the payee's employer's or landlord's books, and in the records of every bank on the way,
    for years, outside anyone's reach. So `purpose` is a neutral reference and nothing else, and one
    that repeats a word of either party's name is refused, as is any purpose code.
    """

    end_to_end_id: str
    instruction_id: str
    amount: Money
    creditor_name: str = field(repr=False)
    creditor_account: BankAccount = field(repr=False)
    purpose: str

    def __post_init__(self) -> None:
        """Refuses what the bank would refuse, or what would come back under another id."""
        _require_id(self.end_to_end_id, "EndToEndId")
        _require_id(self.instruction_id, "InstrId")
        _require(self.amount.amount > 0, f"{self.end_to_end_id}: a payment of nothing cannot be sent")
        _require_name(self.creditor_name, f"{self.end_to_end_id}: creditor name")
        _require_id(self.purpose, f"{self.end_to_end_id}: purpose")


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """Everything that leaves one account in one file; at most 10,000 payments, each under its own id.

    `debtor_name` reaches every payee's statement: use the account holder's neutral name.
    """

    message_id: str
    created_at: datetime
    execution_date: date
    debtor_name: str
    debtor_account: BankAccount
    payments: tuple[Payment, ...]

    def __post_init__(self) -> None:
        """Refuses an order that is empty, ambiguous, or telling."""
        _require_id(self.message_id, "MsgId")
        _require(self.created_at.utcoffset() is not None, "created_at needs a time zone: pass it in UTC")
        _require(not isinstance(self.execution_date, datetime), "execution_date is a day without a time")
        _require_name(self.debtor_name, "debtor name")
        _require_countable(self.payments)
        times = Counter(payment.end_to_end_id for payment in self.payments)
        repeated = ", ".join(sorted(one for one, count in times.items() if count > 1))
        _require(not repeated, f"these EndToEndIds are used twice in one file: {repeated}")
        for payment in self.payments:
            _require_neutral(payment, self.debtor_name)


def pain001(order: PaymentOrder) -> bytes:
    """Writes the order as a pain.001.001.09 file; the same order always gives the same bytes.

    Payments are grouped by currency, in alphabetical order, and keep their own order inside each group.
    """
    root = document(SCHEMA)
    initiation = add(root, "CstmrCdtTrfInitn")
    _write_header(initiation, order)
    for currency in sorted({payment.amount.currency for payment in order.payments}):
        _write_currency(initiation, order, currency)
    return written(root)


def payment_information_id(message_id: str, currency: str) -> str:
    """Returns the id of the group of payments in this currency, always within the bank's 35 characters.

    >>> payment_information_id("WH-2031-05-01", "EUR")
    'WH-2031-05-01-EUR'
    """
    readable = f"{message_id}-{currency}"
    if len(readable) <= ID_LENGTH_MAX:
        return readable
    # Cutting a long id could make two messages share a group; a digest keeps them apart.
    return f"{hashlib.sha256(message_id.encode()).hexdigest()[:31]}-{currency}"


def _write_header(initiation: ET.Element, order: PaymentOrder) -> None:
    header = add(initiation, "GrpHdr")
    add(header, "MsgId", order.message_id)
    add(header, "CreDtTm", in_utc(order.created_at))
    _write_totals(header, order.payments)
    add(header, "InitgPty/Nm", order.debtor_name)


def _write_currency(initiation: ET.Element, order: PaymentOrder, currency: str) -> None:
    payments = [payment for payment in order.payments if payment.amount.currency == currency]
    group = add(initiation, "PmtInf")
    add(group, "PmtInfId", payment_information_id(order.message_id, currency))
    add(group, "PmtMtd", "TRF")
    _write_totals(group, payments)
    add(group, "ReqdExctnDt/Dt", order.execution_date.isoformat())
    add(group, "Dbtr/Nm", order.debtor_name)
    _write_account(group, "DbtrAcct", order.debtor_account)
    if order.debtor_account.bic is not None:
        add(group, "DbtrAgt/FinInstnId/BICFI", order.debtor_account.bic)
    else:
        # The schema demands a bank here; NOTPROVIDED is the agreed word for "find it from the account".
        add(group, "DbtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED")
    for payment in payments:
        _write_payment(group, payment)


def _write_payment(group: ET.Element, payment: Payment) -> None:
    transfer = add(group, "CdtTrfTxInf")
    ids = add(transfer, "PmtId")
    add(ids, "InstrId", payment.instruction_id)
    add(ids, "EndToEndId", payment.end_to_end_id)
    add(transfer, "Amt/InstdAmt", format(payment.amount.amount, "f"), Ccy=payment.amount.currency)
    if payment.creditor_account.bic is not None:
        add(transfer, "CdtrAgt/FinInstnId/BICFI", payment.creditor_account.bic)
    add(transfer, "Cdtr/Nm", payment.creditor_name)
    _write_account(transfer, "CdtrAcct", payment.creditor_account)
    # No <Purp> code is written: codes such as CHAR or SSBE say charity or benefit to anyone who looks.
    add(transfer, "RmtInf/Ustrd", payment.purpose)


def _write_totals(parent: ET.Element, payments: Iterable[Payment]) -> None:
    amounts = [payment.amount.amount for payment in payments]
    add(parent, "NbOfTxs", str(len(amounts)))
    # ISO 20022 adds the bare numbers here, even across currencies: it is a check sum, not a sum of money.
    add(parent, "CtrlSum", format(sum(amounts, Decimal(0)), "f"))


def _write_account(parent: ET.Element, tag: str, account: BankAccount) -> None:
    if account.iban is not None:
        add(parent, f"{tag}/Id/IBAN", account.iban)
    else:
        add(parent, f"{tag}/Id/Othr/Id", account.other)


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise PaymentFileError(otherwise)


def _require_id(text: str, name: str) -> None:
    _require(
        _is_iso_text(text, ID_LENGTH_MAX),
        f"{name} needs 1 to {ID_LENGTH_MAX} characters that every bank passes on: "
        "A-Z a-z 0-9 / - ? : ( ) . , ' + and spaces inside, with no slash at either end and no two together",
    )


def _require_name(name: str, whose: str) -> None:
    said = f"{whose} needs 1 to {NAME_LENGTH_MAX} letters that every bank passes on: write it in Latin letters"
    _require(_is_iso_text(name, NAME_LENGTH_MAX), said)


def _require_countable(payments: tuple[Payment, ...]) -> None:
    _require(0 < len(payments) <= PAYMENTS_MAX, f"one file carries 1 to {PAYMENTS_MAX} payments")
    total = sum((payment.amount.amount for payment in payments), Decimal(0))
    _require(len(total.as_tuple().digits) <= SUM_DIGITS_MAX, "the amounts are too large for one file: split it")


def _require_neutral(payment: Payment, debtor_name: str) -> None:
    telling = _words(payment.purpose) & (_words(payment.creditor_name) | _words(debtor_name))
    # The message leaves the words out: it may be logged, and they are part of somebody's name.
    _require(not telling, f"{payment.end_to_end_id}: the purpose repeats a name; use a neutral reference")


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", text.casefold()) if len(word) >= _WORD_LENGTH_MIN}


def _is_iso_text(text: str, length_max: int) -> bool:
    return len(text) <= length_max and text == text.strip() and bool(_ISO_TEXT.fullmatch(text))
