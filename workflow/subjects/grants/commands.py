"""Commands about grants and payments."""

from datetime import date
from typing import Literal

from pydantic import Field

from workflow.command import CaseCommand, OfficeCommand
from workflow.subjects.grants.definition import Amount
from workflow.values.bank_accounts import AccountNumber
from workflow.values.bank_names import PayeeName
from workflow.values.text import CodeWord, ProviderText, ReferenceToken, ShortText


class RequestGrant(CaseCommand, acts=("money.request",), sealed=True):
    """Ask for a grant for the person."""

    kind: CodeWord
    amount: Amount
    payee_name: PayeeName
    payee_account: AccountNumber


class ApproveGrant(CaseCommand, acts=("money.approve",)):
    """Approve a grant, or its changed payee; somebody who neither asked for it nor changed the payee does this."""

    grant_id: ReferenceToken


class DeclineGrant(CaseCommand, acts=("money.approve",)):
    """Decide against a grant, or against what is left of it."""

    grant_id: ReferenceToken
    reason: ShortText


class ReleaseTranche(CaseCommand, acts=("money.release",)):
    """Let the next part of an approved grant go to the bank; a third person does this."""

    grant_id: ReferenceToken
    delivery: Literal["", "cash", "in_kind"] = ""  # nothing said: as the kind of grant is given


class RecordEvidence(CaseCommand, acts=("money.record",), sealed=True):
    """Record a receipt or another paper that shows what a paid part was used for."""

    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    kind: CodeWord
    reference: ShortText


class ChangePayee(CaseCommand, acts=("money.request",), sealed=True):
    """Have somebody else, or another account, paid; the grant must then be approved anew."""

    grant_id: ReferenceToken
    payee_name: PayeeName
    payee_account: AccountNumber


class PutPayeeOnHold(CaseCommand, acts=("money.approve",)):
    """Let nothing go to a grant's payee until somebody has looked."""

    grant_id: ReferenceToken
    reason: ShortText


class ReleasePayee(CaseCommand, acts=("money.approve",)):
    """Say that a payee on hold may be paid; not by whoever chose the payee."""

    grant_id: ReferenceToken
    reason: ShortText


class RecordPayment(CaseCommand, acts=("money.record",)):
    """Record by hand what the bank says about a tranche; nothing more goes out before the bank's own file says it."""

    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    outcome: Literal["paid", "rejected"]
    reference: ShortText


class ReturnPayment(CaseCommand, acts=("money.record",)):
    """Record that the bank gave a payment back that it had made."""

    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    reference: ShortText


class RecordBankAnswer(CaseCommand, is_recorded=False):
    """Record what a file of the bank says about a tranche: one from its folder, or one that the actor brought."""

    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    outcome: Literal["paid", "rejected"]
    reference: ProviderText
    source: Literal["bank", "upload"]
    file_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    file_name: ProviderText = ""
    amount: Amount | None = None  # as the file has it; nothing where it names none


class SettleBankAnswer(CaseCommand, acts=("money.approve",)):
    """Say which of the bank's contradicting answers about a tranche holds, after asking the bank."""

    grant_id: ReferenceToken
    tranche_id: ReferenceToken
    outcome: Literal["paid", "rejected"]
    reason: ShortText


class RecordStrangeAnswer(OfficeCommand, is_recorded=False):
    """Record that a file of the bank speaks of a payment nobody sent from here."""

    message_id: ProviderText
    tranche_id: ProviderText
    outcome: Literal["paid", "rejected"]
    source: Literal["bank", "upload"]
    file_hash: str = Field(pattern=r"^[0-9a-f]{64}$")

    @property
    def stream(self) -> str:
        """Return the stream of the programme's money."""
        return f"fund:{self.programme}"


class SettleStrangeAnswer(OfficeCommand, acts=("office.close",)):
    """Say what the bank's answer about a payment nobody had sent was, after asking the bank."""

    answer_id: ReferenceToken
    reason: ShortText

    @property
    def stream(self) -> str:
        """Return the stream of the programme's money."""
        return f"fund:{self.programme}"


class RecordCost(CaseCommand, acts=("money.record",), sealed=True):
    """Record what something cost, on the day it was bought; the funders' lines bear it by weight."""

    kind: CodeWord
    amount: Amount
    day: date
    reference: ShortText
    service: CodeWord | None = None


class ReverseCost(CaseCommand, acts=("money.record",)):
    """Take back a cost recorded by mistake, or given back; both stay in the history."""

    cost_id: ReferenceToken
    reason: ShortText
