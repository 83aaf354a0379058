"""The past at the command line: replays, proofs, and a rehearsal that adds up."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.kit.command_line import AS_ANNA, Wayhome
from tests.kit.command_line_cases import change, received, record
from workflow.values.days import by_clock

# -- the past ----------------------------------------------------------------------------------------------


def test_replay_shows_a_case_as_it_was(demo: Wayhome) -> None:
    case = demo.json("case", "list")[0]["case_id"]
    events = demo.json("case", "history", case)
    first = events[0]
    then = demo.json("replay", case, "--position", str(first["position"]))
    assert (then["stage"], then["version"]) == ("referral", 0)
    later = demo.json("replay", case, "--at", events[-1]["recorded_at"])
    assert later["stage"] == demo.json("case", "show", case)["stage"]
    assert "did not exist then" in demo.told_off("replay", case, "--at", "2000-01-01")


def test_replay_of_everything_equals_what_is_there_now(demo: Wayhome) -> None:
    found = demo.json("replay")
    assert found["stages"] == found["stages_now"]
    assert demo.json("replay", "--at", "2000-01-01")["stages"] == {}
    assert "cases" in demo.done("replay", "--at", "2006-12-15")


def test_verify_proves_a_rehearsal(demo: Wayhome) -> None:
    proof = demo.json("verify", "--rules")
    assert proof["ok"] is True
    assert {check["name"] for check in proof["checks"]} >= {"I1", "I4", "I5", "I6", "I8", "I10"}
    assert all(check["ok"] for check in proof["checks"])


def test_verify_repairs_the_tables_people_look_at(demo: Wayhome, tmp_path: Path) -> None:
    spoilt = demo.copied_to(tmp_path / "spoilt")
    case = spoilt.json("case", "list")[0]["case_id"]
    change(spoilt, f"UPDATE case_board SET stage = 'closed' WHERE case_id = '{case}'")
    assert spoilt.run("verify", "--rules").exit_code == 5
    assert spoilt.run("verify", "--rules", "--repair").exit_code == 0


# -- the rehearsal -----------------------------------------------------------------------------------------


def test_a_rehearsal_adds_up(demo: Wayhome, tmp_path: Path) -> None:
    found = Wayhome(tmp_path).json("demo", "--data", str(tmp_path / "again"), "--days", "20", "--arrivals", "12")
    assert sum(found["stages"].values()) == 12
    assert found["beds_used"] <= found["beds_most"] <= found["beds"]
    assert found["events"] == Wayhome(tmp_path / "again").json("verify")["events"]
    cases = [demo.json("case", "show", row["case_id"]) for row in demo.json("case", "list")]
    assert len(cases) == 30
    paid = sum(
        float(t["amount"])
        for c in cases
        for g in c["grants"].values()
        for t in g["tranches"].values()
        if t["status"] == "paid"
    )
    assert paid == pytest.approx(paid_by_funder(demo))


def paid_by_funder(wayhome: Wayhome) -> float:
    """Return what all funders paid for grants and did not get back, from the log itself."""
    found = {}
    with sqlite3.connect(wayhome.data / "log.sqlite") as file:
        for kind in ("FundsDisbursed", "FundsReturned"):
            bodies = file.execute("SELECT body FROM events WHERE type = ?", (kind,)).fetchall()
            found[kind] = sum(float(money["amount"]) for (body,) in bodies for _, money in json.loads(body)["shares"])
    file.close()
    return found["FundsDisbursed"] - found["FundsReturned"]


def test_a_rehearsal_tells_what_to_look_at(tmp_path: Path) -> None:
    said = Wayhome(tmp_path).done("demo", "--data", str(tmp_path / "d"), "--days", "3", "--arrivals", "2", "--no-serve")
    for word in ("Cases", "Tasks", "Grants and costs, EUR", "together", "Beds:", "History of", "verify --rules"):
        assert word in said


def test_a_rehearsal_does_not_mix_with_other_data(wayhome: Wayhome, tmp_path: Path) -> None:
    assert "is not empty" in wayhome.told_off("demo", "--data", str(wayhome.data))
    file = tmp_path / "file"
    file.touch()
    wayhome.told_off("demo", "--data", str(file))


# -- as a program of its own -------------------------------------------------------------------------------


def test_planned_and_actual_stand_side_by_side(demo: Wayhome) -> None:
    years = demo.json("report", "arrivals", "moscow")
    assert [(year["year"], year["target"]) for year in years] == [(2006, 350), (2007, 350)]
    assert sum(year["arrived"] for year in years) == 30


def test_a_history_names_its_clock_and_says_what_was_written_down_late(wayhome: Wayhome) -> None:
    case = received(wayhome)
    record(wayhome, case, "HoldBed")
    earlier = datetime.now(UTC) - timedelta(hours=3)
    record(wayhome, case, "TakeBed", f"occurred_at={earlier.isoformat()}")
    said = wayhome.done("case", "history", case, *AS_ANNA)
    moscow = by_clock(earlier, "Europe/Moscow")
    assert "(times: Europe/Moscow)" in said
    assert f"happened {moscow:%Y-%m-%d %H:%M}" in said
    to_come = ("case", "advance", case, "accommodate", "--happened-at", "2199-01-01T10:00Z", *AS_ANNA)
    assert "it_has_happened" in [one["guard"] for one in wayhome.json(*to_come, code=1)["reasons"]]
