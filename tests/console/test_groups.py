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
    return [row["case"] for row in wayhome.json("group", "open", str(file), "--kind", "family", "--all-new")]


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
    said = refused.stderr.splitlines()
    assert said[0] == "wayhome: nobody was opened"
    assert said[1].startswith("wayhome: line 3, citizenships")
    assert said[2].startswith("wayhome: line 4, birth_date")
    assert "Atlantis" not in refused.output
    assert len(wayhome.json("case", "list", "--limit", "1000")) == before


def test_a_table_that_is_no_text_is_told_and_what_would_help(wayhome: Wayhome, tmp_path: Path) -> None:
    file = tmp_path / "family.csv"
    file.write_text("имя;пол\nАнна;ж\n", encoding="cp1251")
    assert "save it in the spreadsheet as CSV (UTF-8)" in wayhome.told_off("group", "open", str(file))
    file.write_text("", encoding="utf-8")
    assert "the table: This is needed." in wayhome.run("group", "open", str(file)).stderr


def test_whoever_may_be_known_here_is_shown_before_anybody_is_opened(wayhome: Wayhome, tmp_path: Path) -> None:
    file = tmp_path / "friends.csv"
    file.write_text("name,birth date\nZarina Odiljonova,1990-01-31\nVera Kim,1991-05-06\n", encoding="utf-8")
    once = ("group", "open", str(file), "--command-id", "0b6f6a3e-4f0c-4a57-9f0a-1d1f7d9a2e10")
    first, _ = (row["case"] for row in wayhome.json(*once))
    assert wayhome.json(*once)[0]["case"] == first, "sent again, they are not strangers who are known"
    file.write_text("name,birth date\nAisha Bekova,1992-07-08\nЗарина Одилжонова,1990-01-31\n", encoding="utf-8")
    before = len(wayhome.json("case", "list", "--limit", "1000"))
    known = wayhome.run("group", "open", str(file))
    assert known.exit_code == 1
    assert f"line 3 may be known here: {first}" in known.stderr
    assert "line 2" not in known.stderr
    assert not any(name in known.output for name in ("Зарина", "Zarina", "Aisha"))
    assert len(wayhome.json("case", "list", "--limit", "1000")) == before
    assert len(wayhome.json("group", "open", str(file), "--all-new")) == 2


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
