"""What the bank says of a payment, read and tried again at the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from console.simulation.bank import SimulatedBank
from tests.kit.command_line import AS_ANNA, AS_BORIS, AS_CLARA, Wayhome
from tests.kit.command_line_cases import NAME, opened, record
from tests.kit.people import ANNA, BORIS, CLARA


def test_a_refused_payment_is_seen_and_tried_again(wayhome: Wayhome) -> None:
    case, task = instructed(wayhome, spoil=True)
    [dead] = wayhome.json("tasks", "list", "--status", "dead")
    assert dead["task_id"] == task
    assert f"task:{task}" in wayhome.done("case", "show", case)
    (wayhome.data / "bank" / "out" / f"{task}.xml").unlink()
    wayhome.done("tasks", "retry", task, "--as", "staff:operator")
    wayhome.done("work", "--until-idle")
    assert wayhome.json("tasks", "list", "--status", "dead") == []


def instructed(wayhome: Wayhome, *, spoil: bool = False) -> tuple[str, str]:
    """Return a case whose grant is at the bank, and the task that sent it there; or one that could not be sent."""
    case = opened(wayhome)
    record(wayhome, case, "GiveConsent", "purpose=assistance")
    record(wayhome, case, "ChooseStay", "basis=own wish")
    wayhome.done("case", "withdraw", case, *AS_ANNA)
    wayhome.by_two(case, "case", "reopen", case, "--reason", "came_back")
    record(wayhome, case, "GiveConsent", "purpose=assistance")
    wayhome.done("case", "advance", case, "stay", *AS_ANNA)
    wayhome.done("work", "--until-idle")
    request = ("kind=reinstallation", "amount=EUR 200", f"payee_name={NAME}", "payee_account=DE89370400440532013000")
    unsigned = wayhome.json("case", "record", case, "RequestGrant", *request, code=1)
    assert [reason["guard"] for reason in unsigned["reasons"]] == ["somebody_signed_in"]
    wayhome.signs_in(ANNA)
    record(wayhome, case, "RequestGrant", *request)
    [grant] = wayhome.json("case", "show", case)["grants"]
    wayhome.signs_in(BORIS)
    record(wayhome, case, "ApproveGrant", f"grant_id={grant}", *AS_BORIS)
    wayhome.signs_in(CLARA)
    record(wayhome, case, "ReleaseTranche", f"grant_id={grant}", *AS_CLARA)
    wayhome.done("sign-out")
    waiting = wayhome.json("tasks", "list", "--status", "waiting")
    [task] = [row["task_id"] for row in waiting if row["kind"] == "disburse_grant"]
    if spoil:
        (wayhome.data / "bank" / "out" / f"{task}.xml").write_text("something else")
    wayhome.done("work", "--until-idle")
    return case, task


def test_the_banks_answer_is_read_once(wayhome: Wayhome, tmp_path: Path) -> None:
    case, task = instructed(wayhome)
    bank = SimulatedBank(datetime.now(UTC))
    bank.receive((wayhome.data / "bank" / "out" / f"{task}.xml").read_bytes())
    answer = tmp_path / "answer.xml"
    answer.write_bytes(bank.report(task))
    wayhome.signs_in(CLARA)
    assert wayhome.json("payments", "read", str(answer)) == {"recorded": 1, "repeated": 0, "problems": []}
    assert "0 payments recorded, 1 known before" in wayhome.done("payments", "read", str(answer))
    [grant] = wayhome.json("case", "show", case)["grants"].values()
    assert [tranche["status"] for tranche in grant["tranches"].values()] == ["paid"]


def test_an_answer_to_a_payment_nobody_sent_is_told(wayhome: Wayhome, demo: Wayhome) -> None:
    report = next((demo.data / "bank" / "in" / "read").glob("*.xml"))
    assert "sign in first" in wayhome.told_off("payments", "read", str(report))
    wayhome.signs_in(CLARA)
    result = wayhome.run("payments", "read", str(report))
    assert result.exit_code == 1
    assert "no such payment was sent from here" in result.stdout


def test_a_file_that_is_no_bank_report_is_told(wayhome: Wayhome, tmp_path: Path) -> None:
    strange = tmp_path / "strange.xml"
    strange.write_text("<html/>")
    wayhome.signs_in(CLARA)
    assert "not a status report" in wayhome.told_off("payments", "read", str(strange))
