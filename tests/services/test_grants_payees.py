"""Who is paid: another payee, a payee on hold, and money that the bank gives back."""

from __future__ import annotations

from decimal import Decimal

from events.facts.grants import (
    BankAnswerConfirmed,
    BankContradicted,
    FundsCommitted,
    FundsFreed,
    FundsReturned,
    GrantApproved,
    GrantDeclined,
    PayeeApproved,
    PayeeChanged,
    PayeePutOnHold,
    PayeeReleased,
    TrancheRejected,
    TrancheReturned,
)
from events.facts.tasks import Escalated, TaskCancelled
from handlers.queries.books import line_balances, total_balance
from tests.kit.grants import DORA, adds_up, definition, home, ready, requested, stored
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import MONEY, bank_says, grant, paid, release
from tests.kit.story import Story
from workflow.subjects.grants.commands import (
    ApproveGrant,
    ChangePayee,
    PutPayeeOnHold,
    ReleasePayee,
    ReleaseTranche,
    RequestGrant,
    ReturnPayment,
)
from workflow.subjects.grants.state import grants_of

OTHER = {"payee_name": "ნინო ბერიძე", "payee_account": "DE89370400440532013000"}

# -- who is paid ------------------------------------------------------------------------------------------------


def test_a_changed_payee_reopens_the_approval(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    case.does(ChangePayee, grant_id=grant_id, actor=BORIS, **OTHER).then(PayeeChanged)
    assert "approve_grant" in {row["kind"] for row in office.rows("work_items", case_id=case.case_id)}
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("grant_is_approved")
    for actor in (ANNA, BORIS):  # who asked for it, and who changed the payee
        case.when(ApproveGrant, grant_id=grant_id, actor=actor).then_refused("approver_is_another")
    case.does(ApproveGrant, grant_id=grant_id, actor=CLARA).then(PayeeApproved)
    for actor in (ANNA, BORIS, CLARA):
        case.when(ReleaseTranche, grant_id=grant_id, actor=actor).then_refused("releaser_is_a_third")
    case.does(ReleaseTranche, grant_id=grant_id, actor=DORA)
    assert sum(office.state("fund:moscow").grants[grant_id].values()) == 1800  # set aside once
    case.when(ChangePayee, grant_id=grant_id, **OTHER).then_refused("bank_has_answered")
    adds_up(office)


def test_a_payee_changed_before_the_approval_is_not_approved_by_who_changed_it(office: Office) -> None:
    case = ready(office)
    grant_id = requested(case)
    case.does(ChangePayee, grant_id=grant_id, actor=BORIS, **OTHER)
    case.when(ApproveGrant, grant_id=grant_id, actor=BORIS).then_refused("approver_is_another")
    case.does(ApproveGrant, grant_id=grant_id, actor=CLARA).then(GrantApproved, FundsCommitted)


def test_a_grant_to_a_payee_on_hold_is_refused(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    release(case, grant_id)
    case.does(PutPayeeOnHold, grant_id=grant_id, reason="name does not match", actor=CLARA)
    case.then_among_others(PayeePutOnHold, TrancheRejected, TaskCancelled)  # not sent yet: stopped
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("payee_is_not_on_hold")
    case.when(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 100"}).then_refused("payee_is_not_on_hold")
    case.when(ReleasePayee, grant_id=grant_id, reason="fine").then_refused("approver_is_another")
    case.does(ReleasePayee, grant_id=grant_id, reason="passport seen", actor=BORIS)
    case.when(ReleasePayee, grant_id=grant_id, reason="again", actor=BORIS).then_refused("payee_is_on_hold")
    release(case, grant_id)
    adds_up(office)


def test_a_request_whose_payee_is_on_hold_is_not_approved(office: Office) -> None:
    case = ready(office)
    grant_id = requested(case)
    case.does(PutPayeeOnHold, grant_id=grant_id, reason="looks strange", actor=CLARA)
    case.when(ApproveGrant, grant_id=grant_id, actor=BORIS).then_refused("payee_is_not_on_hold")
    case.does(ChangePayee, grant_id=grant_id, **OTHER).then(PayeeChanged, PayeeReleased)
    case.does(ApproveGrant, grant_id=grant_id, actor=BORIS)


def test_whoever_is_paid_is_sealed(office: Office) -> None:
    case = ready(office)
    names = ["Ольга Иванова", "Гүлнора Қодирова", "ნინო ბერიძე", "Gulnora Qodirova O‘zbek"]
    grant_id = requested(case, payee_name="Ana Rusu", payee_account="12345678901234")
    for name in names:
        case.does(ChangePayee, grant_id=grant_id, payee_name=name, payee_account="12345678901234")
    found = stored(office)
    assert not [name for name in ["Rusu", "12345678901234", *names] if name in found]


# -- recovery ---------------------------------------------------------------------------------------------------


def returned(case: Story, grant_id: str) -> str:
    tranche_id = release(case, grant_id)
    paid(case, grant_id, tranche_id)
    case.does(ReturnPayment, grant_id=grant_id, tranche_id=tranche_id, reference="AC04", actor=CLARA)
    case.then(TrancheReturned, FundsReturned, Escalated)
    return tranche_id


def test_a_payment_the_bank_gave_back_is_set_aside_again_and_sent_to_another_account(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    first = returned(case, grant_id)
    assert grants_of(case.case).grants[grant_id].paid == 0
    assert "payment_returned" in case.case.escalations
    assert total_balance(line_balances(office.service.log, definition(office))).committed == 1800
    case.when(ReturnPayment, grant_id=grant_id, tranche_id=first, reference="AC04").then()
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("payee_was_changed", "bank_has_answered")
    bank_says(case, grant_id, first, "rejected").then(BankAnswerConfirmed)
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("payee_was_changed")
    case.does(ChangePayee, grant_id=grant_id, **OTHER)
    assert "payment_returned" not in case.case.escalations
    case.does(ApproveGrant, grant_id=grant_id, actor=BORIS)
    again = release(case, grant_id)
    assert str(grants_of(case.case).grants[grant_id].tranches[again].amount) == "900.00"
    paid(case, grant_id, again)
    assert grants_of(case.case).grants[grant_id].paid == 900
    adds_up(office)


def test_the_bank_says_rejected_after_it_had_said_paid(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    paid(case, grant_id, tranche_id)
    bank_says(case, grant_id, tranche_id, "rejected").then(TrancheReturned, FundsReturned, Escalated)
    bank_says(case, grant_id, tranche_id, "rejected").then()
    bank_says(case, grant_id, tranche_id, "paid").then(BankContradicted, Escalated)
    adds_up(office)


def test_a_payment_that_comes_back_after_the_end_is_free_for_others(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    case.finish(case.task(kind="disburse_grant")).accepted().goes("withdraw")
    bank_says(case, grant_id, tranche_id, "paid").accepted()
    bank_says(case, grant_id, tranche_id, "rejected").accepted()
    assert "payment_returned" in case.case.escalations
    total = total_balance(line_balances(office.service.log, definition(office)))
    assert (total.committed, total.disbursed) == (Decimal(0), Decimal(0))
    adds_up(office)


def test_the_last_payment_of_a_closed_case_that_comes_back_is_free_for_others(office: Office) -> None:
    case = home(office)
    grant_id = grant(case, "reinstallation", "EUR 200")
    paid(case, grant_id, tranche_id := release(case, grant_id)).goes("withdraw")
    case.does(ReturnPayment, grant_id=grant_id, tranche_id=tranche_id, reference="AC04")
    case.then_among_others(TrancheReturned, FundsReturned, GrantDeclined, FundsFreed)
    assert grants_of(case.case).grants[grant_id].settled
    adds_up(office)


def test_what_was_never_paid_cannot_come_back(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    back = {"grant_id": grant_id, "reference": "AC04"}
    case.when(ReturnPayment, **back, tranche_id=tranche_id).then_refused("tranche_is_paid")
    case.when(ReturnPayment, **back, tranche_id="T-none").then_refused("tranche_is_known")
    case.when(ReturnPayment, **back | {"grant_id": "G-none"}, tranche_id="T-none").then_refused("tranche_is_known")
