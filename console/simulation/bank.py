"""A bank that lives in memory, for demonstrations and tests: it reads real files and gives real answers.

It keeps its own ledger, so a test can ask what was truly paid and not only what was asked for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Final
from xml.etree import ElementTree as ET

from events.money import Money, MoneyError
from workers.iso20022.xml import BankFileError, add, document, in_utc, parsed, written

ID_LENGTH_MAX: Final = 35
_OPENING: Final = Decimal("10000000.00")  # of the only account: enough for any rehearsal
_ACCOUNT: Final = "40702810900000000001"


class DeliveryRefused(ValueError):
    """The bank did not take the file, and nothing in it was paid."""


@dataclass(frozen=True, slots=True)
class ReceivedPayment:
    """One payment as the bank read it from the file."""

    message_id: str
    payment_information_id: str
    end_to_end_id: str
    instruction_id: str
    amount: Money
    creditor_name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The bank's decision about one payment: paid, or refused with an ISO reason code such as AC04."""

    payment: ReceivedPayment
    reason_code: str | None = None

    @property
    def status(self) -> str:
        """Says ACSC for a payment that has settled and RJCT for one that never will."""
        return "ACSC" if self.reason_code is None else "RJCT"


Rule = Callable[[ReceivedPayment], str | None]


def pay_all(_payment: ReceivedPayment) -> str | None:
    """Accepts every payment."""
    return None


class SimulatedBank:
    """A bank that pays each EndToEndId at most once, however often the file arrives.

    It has no clock and no chance of its own: the same files, rule and time give the same answers.
    """

    def __init__(self, created_at: datetime, rule: Rule = pay_all) -> None:
        """Opens with an empty ledger; the rule returns None to pay, or a reason code to refuse."""
        assert created_at.utcoffset() is not None, "a naive time would depend on the machine"
        self._created_at = created_at
        self._rule = rule
        self._answers: dict[str, Answer] = {}
        self._messages: dict[str, dict[str, ReceivedPayment]] = {}
        self.duplicate_deliveries = 0  # payments that arrived again and were not paid again
        self._returned: dict[str, str] = {}

    def receive(self, data: bytes) -> None:
        """Takes a pain.001 file and decides each payment that is new.

        Raises `DeliveryRefused`, and pays nothing in the file, when it cannot be read or when an
        EndToEndId comes back with another amount.
        """
        try:
            payments = _payments_in(data)
        except (BankFileError, MoneyError) as unreadable:
            raise DeliveryRefused(f"the payment file cannot be read: {unreadable}") from unreadable
        self._refuse_changed_amounts(payments)
        for payment in payments:
            self._decide_once(payment)
            self._messages.setdefault(payment.message_id, {})[payment.end_to_end_id] = payment

    def report(self, message_id: str) -> bytes:
        """Answers a message with a pain.002.001.10 file; asking again gives the same bytes.

        Raises `LookupError` for a message that never arrived.
        """
        if message_id not in self._messages:
            raise LookupError(f"the bank has received no message {message_id!r}")
        payments = self._messages[message_id].values()
        answers = [Answer(payment, self._reason(payment.end_to_end_id)) for payment in payments]
        return build_pain002(message_id, answers, self._created_at)

    def give_back(self, end_to_end_id: str, reason_code: str) -> str:
        """Takes a payment back that had been made, and returns the message whose report now says so.

        Raises `LookupError` for a payment that was never made.
        """
        if end_to_end_id not in self.statement():
            raise LookupError(f"the bank has not paid {end_to_end_id!r}")
        self._returned[end_to_end_id] = reason_code
        return self._answers[end_to_end_id].payment.message_id

    def statement(self) -> dict[str, Money]:
        """Returns what was truly paid and has not come back, by EndToEndId, in the order of payment."""
        return {key: answer.payment.amount for key, answer in self._answers.items() if self._reason(key) is None}

    def account_statement(self) -> bytes:
        """Returns the account's statement as a camt.053.001.08 file: what left it, and what came back."""
        paid = {key: answer.payment.amount for key, answer in self._answers.items() if answer.reason_code is None}
        return build_camt053(paid, self._returned, self._created_at)

    def _reason(self, end_to_end_id: str) -> str | None:
        return self._returned.get(end_to_end_id, self._answers[end_to_end_id].reason_code)

    def _refuse_changed_amounts(self, payments: Sequence[ReceivedPayment]) -> None:
        known = {one_id: answer.payment.amount for one_id, answer in self._answers.items()}
        for payment in payments:
            if known.setdefault(payment.end_to_end_id, payment.amount) != payment.amount:
                raise DeliveryRefused(f"{payment.end_to_end_id} was sent before with another amount")

    def _decide_once(self, payment: ReceivedPayment) -> None:
        if payment.end_to_end_id in self._answers:
            self.duplicate_deliveries += 1
        else:
            self._answers[payment.end_to_end_id] = Answer(payment, self._rule(payment))


def build_pain002(original_message_id: str, answers: Sequence[Answer], created_at: datetime) -> bytes:
    """Writes a pain.002.001.10 report that answers every payment of one message, group by group."""
    root = document("pain.002.001.10")
    report = add(root, "CstmrPmtStsRpt")
    header = add(report, "GrpHdr")
    add(header, "MsgId", f"S-{original_message_id}"[:ID_LENGTH_MAX])
    add(header, "CreDtTm", in_utc(created_at))
    original = add(report, "OrgnlGrpInfAndSts")
    add(original, "OrgnlMsgId", original_message_id)
    add(original, "OrgnlMsgNmId", "pain.001.001.09")
    statuses = {answer.status for answer in answers}
    add(original, "GrpSts", statuses.pop() if len(statuses) == 1 else "PART")
    for group_id, members in groupby(answers, key=lambda answer: answer.payment.payment_information_id):
        _write_group(report, group_id, members)
    return written(root)


def _write_group(report: ET.Element, group_id: str, answers: Iterator[Answer]) -> None:
    group = add(report, "OrgnlPmtInfAndSts")
    add(group, "OrgnlPmtInfId", group_id)
    for answer in answers:
        transaction = add(group, "TxInfAndSts")
        add(transaction, "OrgnlInstrId", answer.payment.instruction_id)
        add(transaction, "OrgnlEndToEndId", answer.payment.end_to_end_id)
        add(transaction, "TxSts", answer.status)
        if answer.reason_code is not None:
            add(transaction, "StsRsnInf/Rsn/Cd", answer.reason_code)


def build_camt053(paid: Mapping[str, Money], returned: Mapping[str, str], created_at: datetime) -> bytes:
    """Writes a camt.053.001.08 statement: an entry for each payment, and for each that came back, with its reason."""
    root, moment = document("camt.053.001.08"), in_utc(created_at)
    _write_names(add(root, "BkToCstmrStmt/GrpHdr"), "MsgId", moment)
    statement = add(root[0], "Stmt")
    _write_names(statement, "Id", moment)
    add(statement, "FrToDt/FrDtTm", "2000-01-01T00:00:00")  # all that was ever booked there
    add(statement, "FrToDt/ToDtTm", "2100-01-01T00:00:00")
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
    add(entry, "AcctSvcrRef", f"B-{end_to_end_id}"[:ID_LENGTH_MAX])
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


def _payments_in(data: bytes) -> list[ReceivedPayment]:
    root = parsed(data)
    message_id = _read(root, "CstmrCdtTrfInitn/{*}GrpHdr/{*}MsgId")
    return [
        _payment(message_id, _read(group, "PmtInfId"), transfer)
        for group in root.iterfind("{*}CstmrCdtTrfInitn/{*}PmtInf")
        for transfer in group.iterfind("{*}CdtTrfTxInf")
    ]


def _payment(message_id: str, group_id: str, transfer: ET.Element) -> ReceivedPayment:
    amount = transfer.find("{*}Amt/{*}InstdAmt")
    if amount is None:
        raise DeliveryRefused("a payment in the file has no amount")
    return ReceivedPayment(
        message_id=message_id,
        payment_information_id=group_id,
        end_to_end_id=_read(transfer, "PmtId/{*}EndToEndId"),
        instruction_id=_read(transfer, "PmtId/{*}InstrId"),
        amount=Money.parse(f"{amount.text} {amount.get('Ccy')}"),
        creditor_name=_read(transfer, "Cdtr/{*}Nm"),
    )


def _read(parent: ET.Element, path: str) -> str:
    text = parent.findtext("{*}" + path)
    if not text:
        raise DeliveryRefused(f"the file has no {path.replace('{*}', '')}")
    return text
