"""The money as an operator sees it: the ledger, the report per funder, and the bank's statement beside our books."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from console.simulation.bank import ReceivedPayment, SimulatedBank
from tests.kit.command_line import Wayhome


def journal(demo: Wayhome, *words: str) -> list[dict[str, Any]]:
    found = demo.json("ledger", *words)
    assert isinstance(found, list)
    return found


def about(demo: Wayhome, fact: str) -> set[str]:
    return {entry["about"] for entry in journal(demo) if entry["fact"] == fact}


def statement(demo: Wayhome, file: Path, *changes: tuple[str, str]) -> str:
    """Return the file with the statement of a bank that paid what ours did, changed as asked."""
    paid, back = about(demo, "FundsDisbursed"), about(demo, "FundsReturned")

    def rule(payment: ReceivedPayment) -> str | None:
        return None if payment.end_to_end_id in paid else "AC04"

    bank = SimulatedBank(datetime(2007, 2, 1, tzinfo=UTC), rule)
    for sent in sorted((demo.data / "bank" / "sent").glob("*.xml")):
        bank.receive(sent.read_bytes())
    for tranche_id in sorted(back):
        bank.give_back(tranche_id, "AC04")
    text = bank.account_statement().decode()
    for old, new in changes:
        text, times = re.subn(old, new, text, count=1)
        assert times == 1
    file.write_text(text)
    return str(file)


def test_the_ledger_balances_to_the_cent(demo: Wayhome) -> None:
    trial = demo.json("ledger", "moscow", "--balance")
    assert trial["balanced"]
    assert Decimal(trial["debit"]) == sum(Decimal(one["debit"]) for one in trial["accounts"])
    said = demo.done("ledger", "--balance")
    assert said.count("promised") == 9  # three lines of three funders


def test_the_journal_of_one_funder_holds_only_its_entries(demo: Wayhome) -> None:
    entries = journal(demo, "--funder", "switzerland")
    assert {entry["funder"] for entry in entries} == {"switzerland"}
    assert {entry["fact"] for entry in entries} >= {"Budget", "FundsCommitted", "FundsDisbursed", "FundsSpent"}
    assert "Journal" in demo.done("ledger", "--funder", "switzerland")


def test_the_report_per_funder_adds_up(demo: Wayhome) -> None:
    found = demo.json("report", "funders")
    for what in ("planned", "committed", "disbursed", "left"):
        total = Decimal(found["total"][what])
        assert total == sum(Decimal(row[what]) for row in found["lines"])
        assert total == sum(Decimal(row[what]) for row in found["funders"])
    assert Decimal(found["total"]["disbursed"]) > 0
    assert "european-commission" in demo.done("report", "funders", "moscow")


def test_a_statement_that_says_what_we_say_agrees(demo: Wayhome, tmp_path: Path) -> None:
    file = statement(demo, tmp_path / "statement.xml")
    found = demo.json("payments", "reconcile", file)
    assert found["agrees"]
    assert set(found["matched"]) == about(demo, "FundsDisbursed")
    assert set(found["returned"]) == about(demo, "FundsReturned")
    paid = sum(Decimal(row["amount"]) for row in journal(demo) if row["fact"] == "FundsDisbursed")
    assert Decimal(found["totals"]["EUR"]["left"]) == paid
    assert "payments agree" in demo.done("payments", "reconcile", file)


def test_a_statement_that_says_something_else_is_taken_apart(demo: Wayhome, tmp_path: Path) -> None:
    tranche = min(about(demo, "FundsDisbursed") - about(demo, "FundsReturned"))
    renamed = (f"<EndToEndId>{tranche}</EndToEndId>", "<EndToEndId>T-STRANGE</EndToEndId>")
    file = statement(demo, tmp_path / "statement.xml", renamed)
    found = demo.json("payments", "reconcile", file, code=1)
    assert found["missing"] == [tranche]
    assert [entry["tranche"] for entry in found["unknown"]] == ["T-STRANGE"]
    said = demo.run("payments", "reconcile", file)
    assert said.exit_code == 1
    assert f"paid by us and not on the statement: {tranche}" in said.stdout


def test_what_is_no_statement_or_no_funder_is_told(demo: Wayhome, tmp_path: Path) -> None:
    strange = tmp_path / "strange.xml"
    strange.write_text("<html/>")
    assert "not a bank statement" in demo.told_off("payments", "reconcile", str(strange))
    assert "there is no file" in demo.told_off("payments", "reconcile", str(tmp_path / "none.xml"))
    assert "there is no funder" in demo.told_off("ledger", "--funder", "atlantis")
    assert "there is no such programme" in demo.told_off("report", "funders", "atlantis")
