"""`wayhome replay`, `diff`, `fsck`, `verify --noted` and `drill` as they are typed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from console.drills.tamper import TamperDrill, tamper_drill
from tests.kit.command_line import Wayhome
from tests.kit.people import ANNA

AS_ANNA = ("--as", ANNA)
LATE = "2000-01-01"


@pytest.fixture
def case(wayhome: Wayhome) -> str:
    return str(wayhome.json("case", "open", "citizenships=MD", *AS_ANNA)["case_id"])


def changed(wayhome: Wayhome, statement: str) -> None:
    file = sqlite3.connect(wayhome.data / "log.sqlite")
    with file:
        file.execute(statement)
    file.close()


def test_a_case_is_shown_by_what_had_happened_and_by_what_was_known(wayhome: Wayhome, case: str) -> None:
    assert wayhome.json("replay", case, *AS_ANNA)["stage"] == "referral"
    for option in ("--at", "--known"):
        assert "did not exist then" in wayhome.told_off("replay", case, option, LATE, *AS_ANNA)
    said = wayhome.done("replay", case, "--at", "2099-01-01", "--known", "2099-01-01", *AS_ANNA)
    assert "what had happened by 2099-01-01 00:00, as known by 2099-01-01 00:00 (UTC)" in said


@pytest.mark.parametrize("table", ["board", "items", "tasks", "timers", "beds", "accounts", "ledger"])
def test_every_read_model_is_shown_as_of_a_moment(wayhome: Wayhome, case: str, table: str) -> None:
    now, before = (wayhome.json("replay", "--show", table, "--at", at, *AS_ANNA) for at in ("2099-01-01", LATE))
    assert before == []
    if table in ("board", "timers"):
        assert {row["case_id"] for row in now} == {case}
    if table == "ledger":
        assert {row["programme"] for row in now} == {"moscow"}


def test_a_table_nobody_knows_is_said_with_those_there_are(wayhome: Wayhome) -> None:
    assert "one of board, items, tasks" in wayhome.told_off("replay", "--show", "secrets", *AS_ANNA)


def test_what_is_different_between_two_moments(wayhome: Wayhome, case: str) -> None:
    found = wayhome.json("diff", case, "--from", LATE, *AS_ANNA)
    assert {"field": "stage", "was": None, "is": "referral"} in found["changes"]
    assert found["events"][0]["type"] == "CaseOpened"
    board = wayhome.json("diff", "--from", LATE, *AS_ANNA)
    assert board == [{"case": case, "column": "", "was": "(not there)", "is": "there"}]
    assert wayhome.json("diff", case, "--from", "2099-01-01", *AS_ANNA)["changes"] == []
    assert "from when?" in wayhome.told_off("diff", case, *AS_ANNA)


def test_what_was_written_down_late_is_the_difference_between_known_then_and_known_now(
    wayhome: Wayhome, case: str
) -> None:
    found = wayhome.json("diff", case, "--known-before", LATE, *AS_ANNA)
    assert found["events"]


# -- fsck ----------------------------------------------------------------------------------------------------------


def test_a_row_that_is_not_as_the_log_says_is_named_and_put_right(wayhome: Wayhome, case: str) -> None:
    assert wayhome.json("fsck")["ok"]
    changed(wayhome, "UPDATE case_board SET stage = 'closed'")
    found = wayhome.run("fsck", "--json")
    assert found.exit_code == 5
    assert f'"key": "{case}"' in found.stdout
    said = wayhome.run("fsck").stdout
    assert "1 values differ" in said
    repaired = wayhome.json("fsck", "--repair", "--as", "staff:operator")
    assert [(one["table"], one["expected"], one["actual"]) for one in repaired["repaired"]] == [
        ("case_board", "referral", "closed")
    ]
    assert (repaired["ok"], repaired["differences"]) == (True, [])
    assert "everything beside the log says what the log says" in wayhome.done("fsck")


def test_nothing_is_repaired_from_a_log_that_is_not_as_it_was_written(wayhome: Wayhome, case: str) -> None:
    changed(wayhome, "UPDATE streams SET mac = x'00' WHERE stream LIKE 'case:%'")
    changed(wayhome, "UPDATE case_board SET stage = 'closed'")
    found = wayhome.run("fsck", "--repair")
    assert found.exit_code == 5
    assert "nothing is repaired from it" in found.stderr
    assert "1 values differ" in found.stdout
    assert wayhome.run("case", "record", case, "AddNote", "note=seen", *AS_ANNA).exit_code == 4
    vouched = wayhome.run_as_typed("fsck", "--repair", "--vouch", f"case:{case}", answers=["y"])
    assert "LEFT BY NO COMMAND" in vouched.stdout
    assert "goes on from version" in vouched.stdout
    assert "the operator decided this alone" in vouched.stdout
    assert wayhome.json("fsck")["ok"]
    assert "there is no such history" in wayhome.told_off("fsck", "--vouch", "case:nobody")


def test_a_head_noted_elsewhere_holds_the_log(wayhome: Wayhome, case: str) -> None:
    noted = wayhome.json("verify")
    head = f"{noted['events']}:{noted['place']}"
    wayhome.json("case", "open", "citizenships=MD", *AS_ANNA)
    assert wayhome.json("verify", "--noted", head)["ok"]
    other = wayhome.run("verify", "--noted", f"{noted['events']}:{'00' * 32}")
    assert (other.exit_code, "are not all those that were there" in other.stdout) == (5, True)
    later = wayhome.run("verify", "--noted", f"{noted['events'] + 999}:{noted['place']}")
    assert (later.exit_code, "when its end was noted elsewhere" in later.stdout) == (5, True)
    assert "a noted head is a number" in wayhome.told_off("verify", "--noted", "yesterday")


# -- the drill -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> TamperDrill:
    return tamper_drill(tmp_path_factory.mktemp("drill"), 300, 2006, 30, lambda _what, _done, _all: None)


def test_every_way_of_tampering_is_found_where_it_was_done_and_nothing_else_is(drill: TamperDrill) -> None:
    assert drill.missed == ()
    assert (drill.n, drill.detected, drill.located) == (300, 300, 300)
    assert (drill.untouched, drill.false_alarms) == (30, 0)
    assert all(done for done, _, _ in drill.ways.values()), "each way was tried"
    assert drill.line.startswith("drill tamper n=300 detected=300 located=300 ")


def test_the_drill_is_typed_and_ends_with_its_line(tmp_path: Path) -> None:
    said = Wayhome(tmp_path / "none").done("drill", "tamper", "--n", "10")
    assert said.splitlines()[-1].startswith("drill tamper n=10 detected=10 located=10 ")
    assert not (tmp_path / "none").exists(), "no data are touched"
