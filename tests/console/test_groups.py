"""`wayhome group …`: a family opened from a file, looked at, and brought along with one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.command_line import Wayhome, rehearsed

TABLE = """name,birth date,gender,citizenship,relation
Anna,1975-03-02,female,MD,
Ion,1999-05-02,male,MD,child
"""


@pytest.fixture(scope="module")
def wayhome(tmp_path_factory: pytest.TempPathFactory) -> Wayhome:
    return rehearsed(tmp_path_factory.mktemp("groups") / "data")


def opened(wayhome: Wayhome, folder: Path, table: str = TABLE) -> list[str]:
    file = folder / "family.csv"
    file.write_text(table, encoding="utf-8")
    return [row["case"] for row in wayhome.json("group", "open", str(file), "--kind", "family")]


def test_a_family_is_opened_from_a_file_and_shown(wayhome: Wayhome, tmp_path: Path) -> None:
    mother, son = opened(wayhome, tmp_path)
    shown = wayhome.json("group", "show", son)
    assert [(row["case"], row["relation"], row["to"]) for row in shown["members"]] == [
        (mother, "", ""), (son, "child", mother),
    ]  # fmt: skip
    assert "belongs to family" in wayhome.done("case", "show", mother)


def test_a_line_that_is_not_right_is_named_and_nobody_is_opened(wayhome: Wayhome, tmp_path: Path) -> None:
    file = tmp_path / "family.csv"
    file.write_text(TABLE.replace("male,MD,child", "male,Atlantis,") + "Maria,31.2.2001,female,MD,child", "utf-8")
    before = len(wayhome.json("case", "list", "--limit", "1000"))
    refused = wayhome.run("group", "open", str(file), "--kind", "family")
    assert refused.exit_code == 2
    assert "line 3, citizenships" in refused.stderr
    assert "line 4, birth_date" in refused.stderr
    assert "Atlantis" not in refused.output
    assert len(wayhome.json("case", "list", "--limit", "1000")) == before


def test_one_line_holds_beds_for_all_of_them_or_for_none(wayhome: Wayhome, tmp_path: Path) -> None:
    mother, son = opened(wayhome, tmp_path)
    done = wayhome.json("group", "record", mother, "HoldBed", "family=true")
    assert done == {"done": [mother, son], "refused": {}}
    again = wayhome.json("group", "record", mother, "HoldBed", "family=true", code=1)
    assert again["done"] == []
    assert [reason["guard"] for reason in again["refused"][son]] == ["has_no_bed"]
    assert wayhome.json("group", "record", mother, "ReleaseBed", "reason=moved", "--members", son)["done"] == [son]


def test_who_does_not_belong_there_is_refused(wayhome: Wayhome, tmp_path: Path) -> None:
    mother, _ = opened(wayhome, tmp_path)
    other, _ = opened(wayhome, tmp_path)
    assert "does not belong" in wayhome.told_off("group", "record", mother, "HoldBed", "--members", other)
    assert "nothing is called like that" in wayhome.told_off("group", "record", mother, "GiveConsent")
