"""Paying grants: one ISO 20022 file for each tranche, written once whatever crashes; and reading the bank's answer.

File and message are named after the task, the payment after the tranche, the date is that of the first
attempt: a second attempt makes the same bytes, finds the file there and says so.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from events.facts.grants import GrantRequested, PayeeChanged, TrancheReleased
from events.ids import case_stream
from events.money import Money
from handlers.queries.receipts import ClaimedTask
from handlers.queries.reconciliation import BankStatement
from workers.errors import DifferentContent, Refused, Unavailable
from workers.iso20022.pain001 import BankAccount, Payment, PaymentFileError, PaymentOrder, pain001
from workers.iso20022.pain002 import PaymentOutcome, StatusReport
from workers.iso20022.sent_payments import pays_the_same
from workers.running.durable_file import write_once
from workers.running.jobs import NOT_DONE_REFERENCE, Adapters, Effect, Job, one_by_one
from workflow.programme.programme import Programme
from workflow.subjects.grants.tranches import TranchePayment
from workflow.values.bank_accounts import is_iban
from workflow.values.bank_names import in_bank_letters

_ABOUT_PAYING = ("CaseOpened", "GrantRequested", "PayeeChanged", "TrancheReleased")


class BankAnswer(NamedTuple):
    """What the bank says of one tranche: which task's message, which tranche, paid or rejected, and its words."""

    message_id: str
    tranche_id: str
    outcome: str
    reference: str
    amount: Money | None = None  # where the bank tells it


def disburse_grant(job: Job[TranchePayment], outside: Adapters) -> str:
    """Write the payment file and return its message id."""
    try:
        data = pain001(_order(job, outside))
    except PaymentFileError as unfit:
        raise Refused("the payment cannot be written as it stands; look at payee and account") from unfit
    file, fetched = _files(job, outside)
    try:
        if not _went_out(fetched, data):
            write_once(file, data)
    except DifferentContent as other:
        if not _went_out(file, data):
            raise Refused("another payment stands under this name; do not send either before looking") from other
    except OSError as problem:
        raise Unavailable("the folder for the bank cannot be written now") from problem
    return job.task_id


def _went_out(file: Path, data: bytes) -> bool:
    """Tell whether this payment lies there, perhaps of another day: a restored log asks for it once more.

    Raises Refused when it is another payment.
    """
    if not file.exists():
        return False
    if not pays_the_same(file.read_bytes(), data):
        raise Refused("another payment stands under this name; do not send either before looking")
    return True


def ask_about_payment(job: Job[TranchePayment], outside: Adapters) -> str | None:
    """Return whether the payment file is there, or was fetched by the bank's gateway and perhaps renamed.

    Raises Unavailable where a folder is missing, as one not mounted: that says of no payment that it never left.
    """
    if not all(Path(folder).is_dir() for folder in (outside.folders.bank_out, outside.folders.bank_sent)):
        raise Unavailable("the folders for the bank are not there")
    there = any(file.exists() for file in _files(job, outside)) or _was_renamed(job, outside)
    return job.task_id if there else NOT_DONE_REFERENCE


def _was_renamed(job: Job[TranchePayment], outside: Adapters) -> bool:
    """Tell whether a fetched file holds this payment's message; the money of one that does not lie there is free."""
    message = job.task_id.encode()
    return any(message in file.read_bytes() for file in Path(outside.folders.bank_sent).glob("*.xml"))


def bank_answers(report: StatusReport) -> Iterator[BankAnswer]:
    """Yield what a status report settles; what it calls pending is left for the bank's next report.

    Each of our files holds one payment, so an answer about the whole file or its only group is about that one;
    its tranche is then left empty.
    """
    for transaction in report.transactions:
        said = transaction.reason_code or transaction.status
        yield from _answer(report, transaction.id, transaction.outcome, said)
    if not report.transactions:
        alone = report.groups[0] if len(report.groups) == 1 else None
        outcome = report.outcome if report.applies_to_all else alone.outcome if alone else PaymentOutcome.pending
        yield from _answer(report, "", outcome, report.reason_code or report.group_status or "group")


def booked_answers(statement: BankStatement) -> Iterator[BankAnswer]:
    """Yield what a statement settles: what left the account was paid, what came back was not, in this order.

    Some banks never say more than "accepted" and book it then. A statement names payments only, and no messages.
    """
    booked = [entry for entry in statement.entries if entry.booked and entry.end_to_end_id]
    for one in sorted(booked, key=lambda entry: entry.came_in):
        if not one.came_in:
            yield BankAnswer("", one.end_to_end_id, "paid", one.bank_reference or "booked", one.amount)
        elif one.returned:
            yield BankAnswer("", one.end_to_end_id, "rejected", one.reason_code or "returned", one.amount)


def _answer(report: StatusReport, tranche_id: str, outcome: PaymentOutcome, said: str) -> Iterator[BankAnswer]:
    if outcome is not PaymentOutcome.pending:
        paid = "paid" if outcome is PaymentOutcome.accepted else "rejected"
        yield BankAnswer(report.original_message_id, tranche_id, paid, said)


def _files(job: Job[TranchePayment], outside: Adapters) -> tuple[Path, Path]:
    """Return where the payment file is written, and where it is once the bank's gateway has fetched it."""
    folders = outside.folders
    return Path(folders.bank_out) / f"{job.task_id}.xml", Path(folders.bank_sent) / f"{job.task_id}.xml"


def _order(job: Job[TranchePayment], outside: Adapters) -> PaymentOrder:
    payee, released, programme = _grant(job, outside)
    if not isinstance(payee.payee_name, str) or not isinstance(payee.payee_account, str):
        raise Refused("the payee's account is not readable here; it may have been erased")
    payment = Payment(
        end_to_end_id=released.tranche_id,
        instruction_id=job.task_id,
        amount=released.amount,
        creditor_name=in_bank_letters(payee.payee_name),
        creditor_account=_account(payee.payee_account),
        purpose=released.tranche_id,
    )
    return PaymentOrder(
        message_id=job.task_id,
        created_at=job.begun_at,
        execution_date=programme.day(job.begun_at),
        debtor_name=programme.office.payer_name,
        debtor_account=_account(programme.office.account, programme.office.bic),
        payments=(payment,),
    )


def _grant(
    job: Job[TranchePayment], outside: Adapters
) -> tuple[GrantRequested | PayeeChanged, TrancheReleased, Programme]:
    """Return what the case's history says about the payment; payee fields are opened here and nowhere else."""
    log = outside.log
    programme, payee, released = "", None, None
    for event in log.of_types(case_stream(job.case_id), _ABOUT_PAYING):
        fact = log.fact(event)
        programme = getattr(fact, "programme", programme)
        if isinstance(fact, GrantRequested | PayeeChanged) and fact.grant_id == job.about.grant_id:
            payee = log.opened(event, ("money",), ClaimedTask(job.task_id, job.epoch))
        if isinstance(fact, TrancheReleased) and fact.tranche_id == job.about.tranche_id:
            released, definition = fact, event.envelope.definition
            break  # whoever is chosen later is not who was approved for this part
    if payee is None or released is None:
        raise Refused("the grant is not in the case's history")
    assert isinstance(payee, GrantRequested | PayeeChanged)
    return payee, released, outside.definitions.of(programme, definition).programme


def _account(text: str, bic: str | None = None) -> BankAccount:
    """Return an IBAN as such; whatever else is an account number of the bank's own country."""
    return BankAccount(iban=text, bic=bic) if is_iban(text) else BankAccount(other=text, bic=bic)


EFFECTS = (Effect("disburse_grant", "money", one_by_one(disburse_grant), ask_about_payment),)
