"""What is told about grants, costs and the funders' money; shares name the lines that bear them."""

from datetime import date

from events.catalogue import Fact, Financial, TaskOutcome
from events.money import Money

Shares = tuple[tuple[str, Money], ...]  # account (funder/line), how much of it


class GrantRequested(Fact):
    """Somebody asked for a grant for the person; the payee is sealed."""

    person_id: str
    grant_id: str
    kind: str
    amount: Money
    return_id: str = ""  # the trip it is for; nothing when the person stays
    payee_name: Financial = None
    payee_account: Financial = None


class GrantApproved(Fact):
    """Somebody else approved it, and each funder's share of it is set aside."""

    grant_id: str
    shares: Shares


class GrantDeclined(Fact):
    """Somebody decided against the grant, or it is not needed any more."""

    grant_id: str
    reason: str


class TrancheReleased(Fact):
    """A third person let a part of the grant go to the bank."""

    grant_id: str
    tranche_id: str
    number: int
    amount: Money
    delivery: str = "cash"  # or in_kind


class TrancheInstructed(TaskOutcome):
    """The bank was told to pay, in a file with this message id."""

    grant_id: str
    tranche_id: str
    message_id: str


class TranchePaid(Fact):
    """The bank says it paid; ``shares`` says which lines bore it."""

    grant_id: str
    tranche_id: str
    reference: str
    shares: Shares = ()
    source: str = ""  # bank: its file; upload: a file somebody brought; hand: somebody's word; empty in older facts
    file_hash: str = ""


class TrancheRejected(Fact):
    """The bank says it did not pay, and why (ISO 20022 external status reason)."""

    grant_id: str
    tranche_id: str
    reason: str
    source: str = ""
    file_hash: str = ""
    approve_anew: bool = False  # the grant goes on only after it was approved again; older facts never asked for it


class GrantApprovedAnew(Fact):
    """After the bank refused a part the grant was looked at and approved again; what is set aside stays as it is."""

    grant_id: str


class BankFileUploaded(Fact):
    """Somebody brought a file that is said to be the bank's: what it says of a payment; the file's name is sealed."""

    person_id: str
    grant_id: str
    tranche_id: str
    outcome: str
    file_hash: str
    file_name: Financial = None


class BankAnswerConfirmed(Fact):
    """What one person had recorded of the bank's answer is what the bank's own file, or a second person's, says."""

    grant_id: str
    tranche_id: str
    source: str
    file_hash: str


class BankContradicted(Fact):
    """The bank says another thing of a payment than before: nothing more goes out until that is settled."""

    grant_id: str
    tranche_id: str
    before: str
    now: str
    reference: str
    source: str
    file_hash: str = ""


class StrangeAnswerRead(Fact):
    """A file of the bank speaks of a payment that nobody sent from here; it waits until somebody has asked the bank."""

    answer_id: str
    message_id: str
    tranche_id: str
    outcome: str
    source: str
    file_hash: str


class StrangeAnswerSettled(Fact):
    """Somebody asked the bank about a payment nobody had sent, and says what it was."""

    answer_id: str
    reason: str


class BankAnswerSettled(Fact):
    """The bank was asked, and two people say which of its answers holds: paid or rejected."""

    grant_id: str
    tranche_id: str
    outcome: str
    reason: str
    second: str = ""  # who proposed it, and under which id; in older logs it was one person's word
    proposal: str = ""


class FundsCommitted(Fact):
    """Money of each funder is set aside for a grant."""

    case_id: str
    grant_id: str
    shares: Shares


class FundsFreed(Fact):
    """Money set aside is free again."""

    case_id: str
    grant_id: str
    shares: Shares


class FundsDisbursed(Fact):
    """Money set aside has been paid."""

    case_id: str
    grant_id: str
    tranche_id: str
    shares: Shares


class EvidenceRecorded(Fact):
    """It was shown what a part of a grant was used for; the paper's own number is sealed."""

    person_id: str
    grant_id: str
    tranche_id: str
    kind: str
    reference: Financial = None


class PayeeChanged(Fact):
    """Somebody else is to be paid: nothing goes out before a person who did not ask for this has approved it."""

    person_id: str
    grant_id: str
    payee_name: Financial = None
    payee_account: Financial = None


class PayeeApproved(Fact):
    """The changed payee was looked at and approved; what is set aside stays as it is."""

    grant_id: str


class PayeePutOnHold(Fact):
    """Nothing is paid to this payee until somebody has looked."""

    grant_id: str
    reason: str


class PayeeReleased(Fact):
    """The payee was looked at and may be paid."""

    grant_id: str
    reason: str


class TrancheReturned(Fact):
    """The bank gave a payment back after it had paid it, and why (ISO 20022 return reason)."""

    grant_id: str
    tranche_id: str
    reason: str
    source: str = ""
    file_hash: str = ""


class CostRecorded(Fact):
    """Something was bought for the person; ``shares`` says which lines bear it, ``service`` what it was for."""

    person_id: str
    cost_id: str
    kind: str
    amount: Money
    day: date
    shares: Shares
    service: str = ""
    reference: Financial = None


class CostReversed(Fact):
    """A cost was recorded by mistake, or given back: it counts no more."""

    cost_id: str
    reason: str


class FundsSpent(Fact):
    """The fund's side of a cost: paid at once, never set aside."""

    case_id: str
    cost_id: str
    shares: Shares


class FundsUnspent(Fact):
    """The fund's side of a cost reversed."""

    case_id: str
    cost_id: str
    shares: Shares


class FundsReturned(Fact):
    """Money paid came back from the bank and is set aside for its grant again."""

    case_id: str
    grant_id: str
    tranche_id: str
    shares: Shares
