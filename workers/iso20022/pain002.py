"""Reads the bank's answer to a payment file: an ISO 20022 pain.002 status report.

A report is a stranger's file. It is checked for size and shape before it is believed, and it never
makes a payment look finished that the bank has not called finished.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final
from xml.etree import ElementTree as ET

from workers.iso20022.xml import BankFileError, parsed, text_at

ID_LENGTH_MAX: Final = 35

_ROOT: Final = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.(0[3-9]|1[0-2])\}Document")

# Settled is the only answer that means the money has moved. ACCP, ACTC and ACSP mean "so far so good",
# and a payment may still come back rejected after any of them.
_SETTLED: Final = frozenset({"ACSC", "ACCC"})
_WILL_NOT_BE_PAID: Final = frozenset({"RJCT", "CANC"})


class PaymentOutcome(Enum):
    """What the bank's answer means for one payment."""

    accepted = "accepted"
    rejected = "rejected"
    pending = "pending"


@dataclass(frozen=True, slots=True)
class BankStatus:
    """The bank's answer about one payment, or about one group (PmtInf), which some banks give without details.

    Its free text may repeat a payee's name, and is not read.
    """

    id: str  # EndToEndId or PmtInfId
    status: str
    reason_code: str = ""

    @property
    def outcome(self) -> PaymentOutcome:
        """Says whether it was accepted, rejected, or is still open."""
        return outcome_of_status(self.status)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Everything one report says about one payment file, in the bank's own codes.

    `group_status` is the answer about the whole file, empty when the bank gave none. `groups` holds
    only those groups that were answered as a whole, with no payment listed under them.
    """

    report_id: str
    original_message_id: str
    group_status: str = ""
    reason_code: str = ""
    transactions: tuple[BankStatus, ...] = ()
    groups: tuple[BankStatus, ...] = ()

    @property
    def outcome(self) -> PaymentOutcome:
        """Says what the answer about the whole file means."""
        return outcome_of_status(self.group_status)

    @property
    def applies_to_all(self) -> bool:
        """Tells whether one final answer covers every payment of the file, with none listed apart."""
        one_answer = all(group.outcome is self.outcome for group in self.groups)
        return self.outcome is not PaymentOutcome.pending and not self.transactions and one_answer


def read_pain002(data: bytes) -> StatusReport:
    """Reads a pain.002.001.03 to .12 file, or raises `BankFileError` with what to do next.

    Reading changes nothing and repeats safely. A payment the bank did not answer is simply absent.
    """
    root = parsed(data)
    if not _ROOT.fullmatch(root.tag):
        raise BankFileError(
            "the file is not a status report: ask the bank for pain.002.001.03 to .12, or a statement (camt.053)"
        )
    report = _required(root, "CstmrPmtStsRpt")
    original = _required(report, "OrgnlGrpInfAndSts")
    group_status = text_at(original, "GrpSts")
    return StatusReport(
        report_id=_id(_required(report, "GrpHdr"), "MsgId"),
        original_message_id=_id(original, "OrgnlMsgId"),
        group_status=group_status,
        reason_code=_reason_code(original),
        transactions=_without_repeats(_transactions(report, group_status)),
        groups=tuple(_groups_answered_as_a_whole(report)),
    )


def outcome_of_status(status: str) -> PaymentOutcome:
    """Translates an ISO 20022 status code; every code that is not final, or not known, is pending.

    >>> outcome_of_status("ACSC"), outcome_of_status("ACSP")
    (<PaymentOutcome.accepted: 'accepted'>, <PaymentOutcome.pending: 'pending'>)
    """
    if status in _SETTLED:
        return PaymentOutcome.accepted
    return PaymentOutcome.rejected if status in _WILL_NOT_BE_PAID else PaymentOutcome.pending


def _transactions(report: ET.Element, group_status: str) -> Iterator[BankStatus]:
    for group in report.iterfind("{*}OrgnlPmtInfAndSts"):
        inherited = text_at(group, "PmtInfSts") or group_status
        for transaction in group.iterfind("{*}TxInfAndSts"):
            yield _transaction(transaction, inherited)


def _transaction(element: ET.Element, inherited_status: str) -> BankStatus:
    end_to_end_id = _id(element, "OrgnlEndToEndId")
    # A transaction without its own code has the status of what encloses it, as ISO 20022 provides.
    status = text_at(element, "TxSts") or inherited_status
    if not status:
        raise BankFileError(f"payment {end_to_end_id!r} has no status: ask the bank to report it again")
    return BankStatus(end_to_end_id, status, _reason_code(element))


def _groups_answered_as_a_whole(report: ET.Element) -> Iterator[BankStatus]:
    for group in report.iterfind("{*}OrgnlPmtInfAndSts"):
        status = text_at(group, "PmtInfSts")
        if status and group.find("{*}TxInfAndSts") is None:
            yield BankStatus(_id(group, "OrgnlPmtInfId"), status, _reason_code(group))


def _without_repeats(transactions: Iterator[BankStatus]) -> tuple[BankStatus, ...]:
    by_id: dict[str, BankStatus] = {}
    for transaction in transactions:
        first = by_id.setdefault(transaction.id, transaction)
        if first.status != transaction.status:
            raise BankFileError(f"payment {transaction.id!r} has two different answers: ask the bank which holds")
    return tuple(by_id.values())


def _reason_code(element: ET.Element) -> str:
    return text_at(element, "StsRsnInf/{*}Rsn/{*}Cd") or text_at(element, "StsRsnInf/{*}Rsn/{*}Prtry")


def _required(parent: ET.Element, tag: str) -> ET.Element:
    found = parent.find("{*}" + tag)
    if found is None:
        raise BankFileError(f"the report has no {tag}: ask the bank to send it again")
    return found


def _id(parent: ET.Element, tag: str) -> str:
    text = text_at(parent, tag)
    if not 0 < len(text) <= ID_LENGTH_MAX:
        raise BankFileError(f"the report has no usable {tag}, so it cannot be matched: ask the bank to send it again")
    return text
