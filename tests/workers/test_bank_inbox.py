"""The bank's answers: read once, believed only about what was sent from here, never cause of a second payment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from console.simulation.bank import SimulatedBank
from events.facts.grants import TranchePaid
from events.ids import CaseId
from events.money import Money
from handlers.commanding.answers import Accepted
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import agree_plan, bring, grant, release, shown
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop, at_once
from workers.iso20022.bank_folder import BankFolder
from workers.iso20022.bank_inbox import Upload
from workers.iso20022.pain002 import read_pain002
from workers.running.sweeper import SweepResult
from workers.running.worker_pool import WorkerPool
from workflow.reasons import Refused
from workflow.rights.machine_ids import former_id
from workflow.subjects.grants.commands import ApproveGrant, ChangePayee, SettleStrangeAnswer
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import AddNote


class Sent:
    """A grant whose next tranche is at the bank, and the bank."""

    def __init__(self, shop: Workshop, crew: WorkerPool, case: Story, grant_id: str, refuse: str | None) -> None:
        self.shop, self.crew, self.case, self.grant_id, self.refuse = shop, crew, case, grant_id, refuse
        self.bank = SimulatedBank(shop.office.now, lambda _payment: self.refuse)
        self.send()

    def send(self) -> str:
        """Have the next tranche let go and written, and the file brought to the bank."""
        self.tranche_id = release(self.case, self.grant_id)
        self.crew.settle()
        (self.file,) = Path(self.shop.folders.bank_out).glob("*.xml")
        self.bank.receive(self.file.read_bytes())
        self.file.replace(Path(self.shop.folders.bank_sent) / self.file.name)
        return self.tranche_id

    def answer(self, name: str = "report", **changed: str) -> bytes:
        """Put the bank's report into the folder, changed as asked, and have it read."""
        data = self.bank.report(self.file.stem)
        for tag, text in changed.items():
            data = re.sub(rf"<{tag}>[^<]*</{tag}>".encode(), f"<{tag}>{text}</{tag}>".encode(), data)
        self.put(data, name)
        self.crew.settle()
        return data

    def put(self, data: bytes, name: str = "report") -> None:
        (Path(self.shop.folders.bank_in) / f"{name}.xml").write_bytes(data)

    def sent_file(self) -> str:
        """Return the payment file as the bank has it."""
        return (Path(self.shop.folders.bank_sent) / self.file.name).read_text(encoding="utf-8")

    def told(self) -> list[str]:
        return self.shop.told(self.case, "TranchePaid", "TrancheRejected")

    def status(self) -> str:
        return grants_of(self.case.case).grants[self.grant_id].tranches[self.tranche_id].status

    def aside(self, kind: str) -> list[str]:
        return sorted(path.name for path in (Path(self.shop.folders.bank_in) / kind).glob("*"))


@contextmanager
def at_the_bank(shop: Workshop, *, kind: str = "reinstallation", refuse: str | None = None) -> Iterator[Sent]:
    """Lend a grant whose first tranche was sent; the crew is at work only from then on."""
    case = bring(story(shop.office), "reintegration")
    if kind == "reintegration":
        agree_plan(case)
    grant_id = grant(case, kind, "EUR 200" if kind == "reinstallation" else "EUR 1800")
    with shop.crew() as crew:
        yield Sent(shop, crew, case, grant_id, refuse)


def test_what_the_bank_paid_is_recorded_and_its_report_set_aside(shop: Workshop) -> None:
    with at_the_bank(shop) as sent:
        sent.answer()
    (paid,) = shop.facts(sent.case, "TranchePaid")
    assert (paid.tranche_id, sent.status(), sent.aside("read")) == (sent.tranche_id, "paid", ["report.xml"])
    assert grants_of(sent.case.case).grants[sent.grant_id].settled
    assert sent.told() == ["TranchePaid"]


def test_nothing_put_in_its_way_keeps_what_the_bank_paid_from_being_recorded(shop: Workshop) -> None:
    """Whoever knew the words could once work out the id of the bank's answer, and use it first for a note."""
    with at_the_bank(shop) as sent:
        message_id = read_pain002(sent.bank.report(sent.file.stem)).original_message_id
        guessed = former_id(f"bank/{message_id}/{sent.tranche_id}/paid")
        sent.case.when(AddNote(command_id=guessed, actor=ANNA, case_id=CaseId(sent.case.case_id), note="n")).accepted()
        sent.answer()
    assert sent.told() == ["TranchePaid"]


def test_a_closed_account_is_recorded_with_the_banks_reason(shop: Workshop) -> None:
    with at_the_bank(shop, refuse="AC04") as sent:
        sent.answer()
    (rejected,) = shop.facts(sent.case, "TrancheRejected")
    assert (rejected.reason, sent.bank.statement()) == ("AC04", {})
    assert "approve_grant" in shop.items(sent.case), "somebody has to look at the account and approve it anew"


def test_after_a_rejection_the_next_payment_has_a_name_of_its_own(shop: Workshop) -> None:
    with at_the_bank(shop, refuse="AC04") as sent:
        sent.answer("first")
        first = sent.tranche_id
        sent.refuse = None
        sent.case.does(ApproveGrant, grant_id=sent.grant_id, actor=BORIS)
        assert sent.send() != first
        sent.answer("second")
    assert sent.told() == ["TrancheRejected", "TranchePaid"]
    assert sent.bank.statement() == {sent.tranche_id: Money.parse("EUR 200")}


@pytest.mark.parametrize("pending", ["ACSP", "PDNG", "ACCP", "WHAT"])
def test_an_answer_that_is_not_final_settles_nothing_yet(shop: Workshop, pending: str) -> None:
    with at_the_bank(shop) as sent:
        sent.answer("first", TxSts=pending, GrpSts="PART")
        assert (sent.told(), sent.status()) == ([], "instructed")
        sent.answer("second")
    assert (sent.told(), sent.aside("read")) == (["TranchePaid"], ["first.xml", "second.xml"])


def test_hearing_the_same_again_changes_nothing(shop: Workshop) -> None:
    with at_the_bank(shop) as sent:
        data = sent.answer("first")
        size = shop.office.service.log.size()
        sent.answer("again")
        read = sent.crew.bank_mail.read_report(data, Upload(ANNA, "case_manager"))
    assert (read.recorded, read.repeated, read.needs_a_look) == (0, 1, False)
    assert (shop.office.service.log.size(), sent.told()) == (size, ["TranchePaid"])


def test_a_bank_that_contradicts_itself_is_written_down_and_nothing_is_paid_until_somebody_settles_it(
    shop: Workshop,
) -> None:
    with at_the_bank(shop) as sent:
        sent.answer("first", TxSts="RJCT")
        sent.answer("then", TxSts="ACSC")
        sent.answer("once more", TxSts="ACSC")
    (told,) = shop.facts(sent.case, "BankContradicted")
    assert (told.tranche_id, told.before, told.now, told.source) == (sent.tranche_id, "rejected", "paid", "bank")
    assert {"escalation", "settle_bank_answer"} <= shop.items(sent.case)
    assert "release_tranche" not in shop.items(sent.case)
    assert (sent.told(), len(shop.payments())) == (["TrancheRejected"], 1)


def test_a_payment_that_comes_back_after_it_was_paid_is_set_aside_again(shop: Workshop) -> None:
    with at_the_bank(shop) as sent:
        sent.answer("paid")
        sent.bank.give_back(sent.tranche_id, "AC04")
        sent.answer("back")
        sent.answer("again")
    (back,) = shop.facts(sent.case, "TrancheReturned")
    assert (back.reason, sent.status(), sent.bank.statement()) == ("AC04", "returned", {})
    assert sum(shop.office.state("fund:moscow").grants[sent.grant_id].values()) == 200
    assert {"escalation", "release_tranche"} <= shop.items(sent.case)
    with pytest.raises(LookupError, match="has not paid"):
        sent.bank.give_back(sent.tranche_id, "AC04")


def test_what_is_paid_goes_to_whoever_was_approved_for_that_part(shop: Workshop) -> None:
    with at_the_bank(shop, kind="reintegration") as sent:
        assert "Ana Rusu" in sent.sent_file()
        sent.answer("1")
        shown(sent.case, sent.grant_id, sent.tranche_id)
        other = {"payee_name": "ნინო ბერიძე", "payee_account": "GB82WEST12345698765432"}
        sent.case.does(ChangePayee, grant_id=sent.grant_id, **other)
        sent.case.does(ApproveGrant, grant_id=sent.grant_id, actor=BORIS)
        sent.send()
        assert "<Nm>Nino Beridze</Nm>" in sent.sent_file()
        assert "GB82WEST12345698765432" in sent.sent_file()


def test_a_payment_nobody_sent_from_here_is_written_down_once_until_somebody_settles_it(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    office = shop.office
    with at_the_bank(shop) as sent:
        sent.answer("strange tranche", OrgnlEndToEndId="T-SOMEBODY-ELSES")
        sent.answer("strange message", OrgnlMsgId="W-SOMEBODY-ELSES")
        sent.answer("the same in another file", OrgnlMsgId="W-SOMEBODY-ELSES", MsgId="S-2")
    assert sent.status() == "instructed"
    strange = office.state("fund:moscow").strange
    assert {tranche_id for _, tranche_id, _ in strange.values()} == {"T-SOMEBODY-ELSES", sent.tranche_id}
    assert len(strange) == 2
    assert "T-SOMEBODY-ELSES: no such payment was sent from here" in caplog.text
    for answer_id in strange:
        settled = office.submit(SettleStrangeAnswer, programme="moscow", answer_id=answer_id, reason="another office's")
        assert isinstance(settled, Accepted)
    assert not office.state("fund:moscow").strange
    again = office.submit(SettleStrangeAnswer, programme="moscow", answer_id=answer_id, reason="again")
    assert isinstance(again, Refused)


def test_a_report_that_cannot_be_read_is_set_aside_where_it_is_seen(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    with at_the_bank(shop) as sent:
        sent.put(b"<Document>Kanarejkina", "broken")
        sent.put(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "hostile")
        sent.answer("good")
    aside = [name for name in sent.aside("unreadable") if not name.endswith(".reason.txt")]
    assert (aside, sent.aside("read")) == (["broken.xml", "hostile.xml"], ["good.xml"])
    assert (sent.told(), "Kanarejkina" in caplog.text) == (["TranchePaid"], False)


@pytest.mark.parametrize("name", ["ANSWER.XML", "answer.p02", "answer", "Ответ банка.xml", "a b;c.txt"])
def test_an_answer_is_read_under_whichever_name_the_bank_gives_it(shop: Workshop, name: str) -> None:
    with at_the_bank(shop) as sent:
        (Path(shop.folders.bank_in) / name).write_bytes(sent.bank.report(sent.file.stem))
        sent.crew.settle()
    assert (sent.told(), sent.aside("read")) == (["TranchePaid"], [name])


def test_what_is_no_file_stops_no_answer_and_is_shown(shop: Workshop) -> None:
    folder = Path(shop.folders.bank_in)
    (folder / "x.xml").mkdir()
    (folder / "a link.xml").symlink_to(folder / "nowhere")
    (folder / "half.xml.part").write_bytes(b"<Docu")
    (folder / ".hidden").write_bytes(b"")
    with at_the_bank(shop) as sent:
        sent.put(b"<Document>Kanarejkina", "broken")
        sent.answer()
    assert (sent.told(), sent.aside("read"), sent.aside("unreadable")) == (
        ["TranchePaid"], ["report.xml"], ["broken.xml", "broken.xml.reason.txt"],
    )  # fmt: skip
    shown = {(one.name, one.state) for one in BankFolder(folder).unread()}
    assert shown == {
        ("x.xml", "no_file"), ("a link.xml", "no_file"), ("half.xml.part", "draft"), (".hidden", "draft"),
        ("broken.xml", "unreadable"),
    }  # fmt: skip
    assert ["stops being XML" in one.reason for one in BankFolder(folder).unread() if one.reason] == [True]


def test_a_bank_that_gives_every_answer_one_name_writes_over_none(shop: Workshop) -> None:
    with at_the_bank(shop) as sent:
        first = sent.answer("answer", TxSts="ACSP", GrpSts="PART")
        second = sent.answer("answer")
    kept = [(Path(shop.folders.bank_in) / "read" / name).read_bytes() for name in sent.aside("read")]
    assert sorted(kept) == sorted([first, second])


@pytest.mark.parametrize("encoding", ["windows-1251", "cp1251", "utf-16", "utf-32", "koi8-r", "utf-8"])
def test_an_answer_in_the_encoding_it_declares_is_read_and_a_doctype_in_it_is_refused(
    shop: Workshop, encoding: str
) -> None:
    with at_the_bank(shop) as sent:
        said = sent.bank.report(sent.file.stem).decode().partition("?>")[2]
        head = f'<?xml version="1.0" encoding="{encoding}"?><!-- Счёт -->'
        sent.put(f'{head}<!DOCTYPE a [<!ENTITY b "c">]>{said}'.encode(encoding), "hostile")
        sent.put(f"{head}{said}".encode(encoding), "good")
        sent.crew.settle()
    assert (sent.told(), sent.aside("read")) == (["TranchePaid"], ["good.xml"])
    assert "DOCTYPE" in (Path(shop.folders.bank_in) / "unreadable" / "hostile.xml.reason.txt").read_text()


def test_what_a_statement_books_is_recorded_where_the_bank_never_said_more_than_accepted(shop: Workshop) -> None:
    with at_the_bank(shop) as sent:
        sent.put(sent.bank.account_statement(), "statement")
        sent.crew.settle()
        assert (sent.told(), sent.status()) == (["TranchePaid"], "paid")
        sent.bank.give_back(sent.tranche_id, "AC04")
        sent.put(sent.bank.account_statement(), "the next")
        sent.crew.settle()
    (back,) = shop.facts(sent.case, "TrancheReturned")
    assert (back.reason, back.source, sent.status()) == ("AC04", "bank", "returned")
    assert sent.aside("read") == ["statement.xml", "the next.xml"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<Cd>BOOK</Cd>", b"<Cd>PDNG</Cd>"),
        (b"200.00</Amt><CdtDbtInd>DBIT", b"200.01</Amt><CdtDbtInd>DBIT"),
        (b"40702810900000000001", b"40702810900000000009"),
    ],
    ids=["pending", "another amount", "another account"],
)
def test_a_statement_that_does_not_say_that_this_payment_left_records_nothing(
    shop: Workshop, before: bytes, after: bytes
) -> None:
    with at_the_bank(shop) as sent:
        data = sent.bank.account_statement()
        assert before in data
        sent.put(data.replace(before, after), "statement")
        sent.crew.settle()
        assert (sent.told(), sent.status()) == ([], "instructed")


def test_two_offices_reading_one_report_record_it_once(either_shop: Workshop) -> None:
    shop = either_shop
    with at_the_bank(shop) as sent:
        sent.put(sent.bank.report(sent.file.stem))
    hands = [shop.worker("one"), shop.worker("two")]
    swept: list[SweepResult] = at_once(*(hand.sweeper.sweep for hand in hands))
    assert (sum(one.answers for one in swept), sent.told()) == (1, ["TranchePaid"])
    assert sent.aside("read") == ["report.xml"]


def test_what_the_history_calls_paid_is_what_the_bank_truly_paid(shop: Workshop) -> None:
    with at_the_bank(shop, kind="reintegration") as sent:
        sent.answer("1")
        shown(sent.case, sent.grant_id, sent.tranche_id)
        for refuse in ("AC04", None, "AG01", None):
            sent.refuse = refuse
            if grants_of(sent.case.case).grants[sent.grant_id].refused:
                sent.case.does(ApproveGrant, grant_id=sent.grant_id, actor=BORIS)
            sent.send()
            # The file may reach the bank twice; it pays once.
            sent.bank.receive((Path(shop.folders.bank_sent) / sent.file.name).read_bytes())
            sent.answer(sent.file.stem)
            if refuse is None:
                shown(sent.case, sent.grant_id, sent.tranche_id)
    assert sent.told().count("TranchePaid") == 3
    assert paid_by_history(shop, sent.case) == sent.bank.statement()
    assert sum(money.amount for money in sent.bank.statement().values()) == 1800


def paid_by_history(shop: Workshop, case: Story) -> dict[str, Money]:
    released = {fact.tranche_id: fact.amount for fact in shop.facts(case, "TrancheReleased")}
    paid: list[TranchePaid] = shop.facts(case, "TranchePaid")
    return {fact.tranche_id: released[fact.tranche_id] for fact in paid}


@pytest.mark.parametrize(("group", "told"), [("ACSC", "TranchePaid"), ("RJCT", "TrancheRejected")])
def test_an_answer_about_the_whole_file_is_about_its_one_payment(shop: Workshop, group: str, told: str) -> None:
    with at_the_bank(shop) as sent:
        report = sent.bank.report(sent.file.stem)
        report = re.sub(rb"<OrgnlPmtInfAndSts>.*</OrgnlPmtInfAndSts>", b"", report, flags=re.DOTALL)
        report = re.sub(rb"<GrpSts>[^<]*</GrpSts>", f"<GrpSts>{group}</GrpSts>".encode(), report)
        sent.put(report)
        sent.crew.settle()
        assert sent.told() == [told]
