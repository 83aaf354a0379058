"""Rows 15 and 16, what only the bank can say: whose word an answer is, and what follows when answers contradict."""

from collections.abc import Callable
from typing import Any

import pytest

from events.facts.decisions import DecisionConfirmed, DecisionProposed
from events.facts.grants import (
    BankAnswerConfirmed,
    BankAnswerSettled,
    BankContradicted,
    BankFileUploaded,
    FundsDisbursed,
    FundsFreed,
    GrantApprovedAnew,
    GrantDeclined,
    TranchePaid,
    TrancheRejected,
)
from events.facts.tasks import Escalated, TimerCancelled, TimerSet
from handlers.checks.walk import check_lines, check_log
from tests.kit.grants import stored
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import agree_plan, bank_says, bring, grant, release, shown
from tests.kit.story import Story
from workflow.case.proposals import proposals_of
from workflow.command import CaseCommand, ConfirmDecision
from workflow.reasons import Refused
from workflow.rights.acts import OPERATOR
from workflow.subjects.grants.commands import (
    ApproveGrant,
    ChangePayee,
    RecordBankAnswer,
    RecordPayment,
    ReleasePayee,
    ReleaseTranche,
    RequestGrant,
    ReturnPayment,
    SettleBankAnswer,
)
from workflow.subjects.grants.state import Grant, grants_of

DORA, ELENA = "staff:dora", "staff:elena"
OTHER = {"payee_name": "Nino Beridze", "payee_account": "DE89370400440532013000"}


class AtTheBank:
    """A grant of three parts whose first is at the bank."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.case = agree_plan(bring(Story(office), "reintegration"))
        self.grant_id = grant(self.case)
        self.send()

    def send(self) -> str:
        self.part = release(self.case, self.grant_id)
        self.case.finish(self.case.task(kind="disburse_grant", tranche_id=self.part)).accepted()
        return self.part

    @property
    def grant(self) -> Grant:
        return grants_of(self.case.case).grants[self.grant_id]

    def bank(self, outcome: str) -> Story:
        return bank_says(self.case, self.grant_id, self.part, outcome)

    def hand(self, outcome: str, actor: str = ANNA) -> Story:
        return self._when(RecordPayment, outcome=outcome, reference="said so", actor=actor)

    def upload(self, outcome: str, actor: str = ANNA, name: str = "answer.xml") -> Story:
        return self._when(
            RecordBankAnswer, outcome=outcome, reference="ACSC", actor=actor, source="upload",
            file_hash="a" * 64, file_name=name,
        )  # fmt: skip

    def settle(self, outcome: str, actor: str = DORA) -> Story:
        """Let somebody say which answer holds, and a colleague confirm it where it may be proposed."""
        proposed = self._when(SettleBankAnswer, outcome=outcome, reason="the bank was asked", actor=actor)
        return proposed if isinstance(proposed.last, Refused) else proposed.confirmed()

    def again(self, actor: str = CLARA) -> Story:
        return self.case.when(ReleaseTranche, grant_id=self.grant_id, actor=actor)

    def holds(self) -> None:
        """An auditor's checks find nothing."""
        checks = check_log(self.office.service.log, now=self.office.now)
        assert all(one.ok for one in checks), check_lines(checks)

    def _when(self, kind: Any, **fields: Any) -> Story:
        return self.case.when(kind, grant_id=self.grant_id, tranche_id=self.part, **fields)


@pytest.fixture
def sent(office: Office) -> AtTheBank:
    return AtTheBank(office)


def test_one_person_cannot_have_a_part_paid_again_and_again(sent: AtTheBank) -> None:
    sent.hand("rejected", CLARA).then_among_others(TrancheRejected)
    sent.again().then_refused("bank_has_answered", "grant_is_approved")
    sent.case.does(ApproveGrant, grant_id=sent.grant_id, actor=BORIS).then(GrantApprovedAnew)
    sent.again().then_refused("bank_has_answered")  # approved, and still only her word
    sent.again(DORA).then_refused("bank_has_answered")
    sent.bank("rejected").then(BankAnswerConfirmed)
    sent.again().accepted()
    sent.holds()


def test_after_the_bank_refused_a_part_it_goes_out_only_after_a_new_approval(sent: AtTheBank) -> None:
    sent.bank("rejected").then_among_others(TrancheRejected)
    assert "approve_grant" in {row["kind"] for row in sent.office.rows("work_items", case_id=sent.case.case_id)}
    sent.again().then_refused("grant_is_approved")
    sent.case.when(ApproveGrant, grant_id=sent.grant_id, actor=ANNA).then_refused("approver_is_another")
    sent.case.does(ApproveGrant, grant_id=sent.grant_id, actor=BORIS).then(GrantApprovedAnew)
    sent.again().accepted()
    sent.holds()


def test_whoever_once_chose_a_payee_does_not_approve_it_when_another_changed_it_since(sent: AtTheBank) -> None:
    sent.bank("paid").accepted()
    for actor in (BORIS, DORA):
        sent.case.does(ChangePayee, grant_id=sent.grant_id, actor=actor, **OTHER)
    for actor in (ANNA, BORIS, DORA):
        sent.case.when(ApproveGrant, grant_id=sent.grant_id, actor=actor).then_refused("approver_is_another")
    sent.case.does(ApproveGrant, grant_id=sent.grant_id, actor=ELENA)
    shown(sent.case, sent.grant_id, sent.part)
    sent.again(ELENA).then_refused("releaser_is_a_third")
    sent.again().accepted()


@pytest.mark.parametrize("word", [AtTheBank.hand, AtTheBank.upload], ids=["by hand", "uploaded"])
@pytest.mark.parametrize("outcome", ["paid", "rejected"])
def test_one_persons_word_lets_nothing_more_go_out_until_the_banks_own_file_says_it(
    sent: AtTheBank, word: Callable[[AtTheBank, str], Story], outcome: str
) -> None:
    word(sent, outcome).accepted()
    if outcome == "paid":
        shown(sent.case, sent.grant_id, sent.part)
    else:
        sent.case.does(ApproveGrant, grant_id=sent.grant_id, actor=BORIS)
    sent.again().then_refused("bank_has_answered")
    sent.bank(outcome).then(BankAnswerConfirmed)
    sent.bank(outcome).then()
    sent.again().accepted()


def test_an_uploaded_file_is_its_uploaders_word_and_stands_when_a_second_person_brings_it(sent: AtTheBank) -> None:
    sent.upload("paid", ANNA, "Ответ Ивановой.xml").then_among_others(TranchePaid, FundsDisbursed, BankFileUploaded)
    (brought,) = sent.case.now_told(BankFileUploaded)
    assert (brought.file_hash, brought.outcome) == ("a" * 64, "paid")
    assert "Ивановой" not in stored(sent.office), "a file's name may be somebody's, and is sealed"
    sent.upload("paid", ANNA).then()  # the same person again is nobody new
    assert sent.grant.unconfirmed
    sent.upload("paid", CLARA).then(BankFileUploaded)  # who released it is not the second
    assert sent.grant.unconfirmed
    sent.upload("paid", BORIS).then(BankFileUploaded, BankAnswerConfirmed)
    assert not sent.grant.unconfirmed


def test_a_contradiction_blocks_the_grant_until_somebody_settles_it(sent: AtTheBank) -> None:
    sent.bank("rejected")
    sent.bank("paid").then(BankContradicted, Escalated)
    sent.bank("paid").then()
    sent.case.when(ApproveGrant, grant_id=sent.grant_id, actor=BORIS).then_refused("bank_is_of_one_mind")
    sent.again().then_refused("bank_is_of_one_mind", "grant_is_approved")
    sent.case.when(ChangePayee, grant_id=sent.grant_id, **OTHER).then_refused("bank_has_answered")
    sent.settle("paid", CLARA).then_refused("settler_is_another")  # she released it
    sent.settle("paid").then(DecisionConfirmed, TimerCancelled, TranchePaid, FundsDisbursed, BankAnswerSettled)
    assert "bank_contradicts" not in sent.case.case.escalations
    assert (str(sent.grant.paid), sent.grant.awaits_approval) == ("900.00", False)
    sent.settle("paid").then_refused("bank_answer_is_disputed")
    shown(sent.case, sent.grant_id, sent.part)
    sent.again().accepted()
    sent.holds()


def test_settled_as_not_paid_a_part_goes_out_again_only_after_a_new_approval(sent: AtTheBank) -> None:
    sent.bank("rejected")
    sent.bank("paid")
    sent.settle("rejected").then(DecisionConfirmed, TimerCancelled, BankAnswerSettled)
    sent.again().then_refused("grant_is_approved")
    sent.case.does(ApproveGrant, grant_id=sent.grant_id, actor=BORIS)
    sent.again().accepted()
    sent.holds()


def test_one_person_settles_nothing_and_whoever_let_it_go_stands_behind_nothing(sent: AtTheBank) -> None:
    sent.bank("rejected")
    sent.bank("paid")
    sent._when(SettleBankAnswer, outcome="paid", reason="the bank was asked", actor=DORA).then(
        DecisionProposed, TimerSet
    )
    assert sent.grant.disputed
    (key,) = proposals_of(sent.case.case).pending
    for name in (DORA, CLARA):
        sent.office.has_account(name)
    sent.case.when(ConfirmDecision, actor=DORA, proposal_id=key).then_refused("second_person_agreed")
    sent.case.when(ConfirmDecision, actor=CLARA, proposal_id=key).then_refused("settler_is_another")
    sent.case.confirmed().then(DecisionConfirmed, TimerCancelled, TranchePaid, FundsDisbursed, BankAnswerSettled)
    assert not sent.grant.disputed
    sent.holds()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (RequestGrant, {"kind": "reinstallation", "amount": "EUR 200", **OTHER}),
        (ApproveGrant, {}), (ChangePayee, OTHER), (ReleasePayee, {"reason": "it is right"}), (ReleaseTranche, {}),
        (RecordPayment, {"outcome": "paid", "reference": "said so"}),
        (RecordBankAnswer, {"outcome": "paid", "reference": "x", "source": "upload", "file_hash": "a" * 64}),
        (ReturnPayment, {"reference": "came back"}),
    ],
)  # fmt: skip
def test_a_name_that_was_only_typed_is_none_of_the_hands_of_money(
    sent: AtTheBank, kind: type[CaseCommand], fields: dict[str, str]
) -> None:
    about = {"grant_id": sent.grant_id, "tranche_id": sent.part}
    named = {name: value for name, value in about.items() if name in kind.model_fields}
    sent.case.when(kind, actor=BORIS, mandate=OPERATOR, **named, **fields).then_refused("somebody_signed_in")


def test_whoever_brought_one_of_the_files_does_not_settle_what_they_say(sent: AtTheBank) -> None:
    sent.bank("rejected")
    sent.upload("paid", BORIS).then(BankContradicted, BankFileUploaded, Escalated)
    sent.settle("paid", BORIS).then_refused("settler_is_another")
    sent.settle("rejected").accepted()


def test_a_typed_word_against_the_banks_is_refused(sent: AtTheBank) -> None:
    sent.bank("rejected")
    sent.hand("paid").then_refused("bank_is_of_one_mind")


@pytest.mark.parametrize("outcome", ["paid", "rejected"])
def test_a_contradiction_is_settled_after_the_case_ended_and_the_money_is_not_lost(
    sent: AtTheBank, outcome: str
) -> None:
    sent.bank("rejected")
    sent.bank("paid")
    sent.case.goes("withdraw")
    sent.settle(outcome).accepted()
    if outcome == "rejected":
        sent.case.then(DecisionConfirmed, TimerCancelled, BankAnswerSettled, GrantDeclined, FundsFreed)
    assert not sent.grant.disputed
    sent.holds()


def test_a_grant_given_up_whose_money_is_free_is_not_settled_as_paid(sent: AtTheBank) -> None:
    sent.case.goes("withdraw")
    sent.bank("rejected").accepted()
    sent.bank("paid").then(BankContradicted, Escalated)
    sent.settle("paid").then_refused("money_is_set_aside")
    sent.settle("rejected").accepted()
    sent.holds()
