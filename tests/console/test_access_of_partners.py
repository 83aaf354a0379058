"""A partner's cases on the command line: its own people see them, to others they are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.command_line import Wayhome

OLGA, ANNA = "redcross:olga", "staff:anna"


@pytest.fixture
def shelter(tmp_path: Path) -> tuple[Wayhome, str]:
    """A folder with one case of the Red Cross."""
    wayhome = Wayhome(tmp_path / "data")
    wayhome.done("programme", "publish", "st-petersburg")
    opened = wayhome.json("case", "open", "--programme", "st-petersburg", "--as", OLGA)
    return wayhome, opened["case_id"]


@pytest.mark.parametrize("verb", [("case", "show"), ("case", "history"), ("next",), ("replay",)])
def test_a_stranger_is_told_there_is_no_such_case(shelter: tuple[Wayhome, str], verb: tuple[str, ...]) -> None:
    wayhome, case = shelter
    assert case in wayhome.done(*verb, case, "--as", OLGA)
    told = wayhome.told_off(*verb, case, "--as", ANNA)
    assert told.replace(case, "") == wayhome.told_off(*verb, "7K3P9-QXM2D", "--as", OLGA).replace("7K3P9-QXM2D", "")


def test_a_stranger_s_list_does_not_hold_it(shelter: tuple[Wayhome, str]) -> None:
    wayhome, case = shelter
    assert [row["case_id"] for row in wayhome.json("case", "list", "--as", OLGA)] == [case]
    assert wayhome.json("case", "list", "--as", ANNA) == []


def test_a_stranger_records_nothing(shelter: tuple[Wayhome, str]) -> None:
    wayhome, case = shelter
    refused = wayhome.json("case", "record", case, "GiveConsent", "purpose=assistance", "--as", ANNA, code=1)
    assert [reason["guard"] for reason in refused["reasons"]] == ["case_exists"]
