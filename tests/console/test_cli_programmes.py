"""Programme files at the command line: checked, drawn and published."""

from __future__ import annotations

from pathlib import Path

from tests.kit.command_line import Wayhome
from tests.kit.command_line_cases import ROOT

FAULTY = (ROOT / "workflow" / "programmes" / "moscow.yaml").read_text(encoding="utf-8")
FAULTY = FAULTY.replace("has_come_home]", "has_come_hoem]").replace("tranches: [100]", "tranches: [90]")


def test_every_fault_of_a_programme_is_listed_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(FAULTY, encoding="utf-8")
    result = Wayhome(tmp_path).run("programme", "check", str(file))
    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("line ") for line in lines)
    assert "unknown guard has_come_hoem" in result.stdout
    faults = Wayhome(tmp_path).json("programme", "check", str(file), code=2)["faults"]
    assert [fault["line"] for fault in faults] == [
        1 + FAULTY[: FAULTY.index(word)].count("\n") for word in ("[90]", "[has_come_hoem]")
    ]
    assert Wayhome(tmp_path).run("programme", "publish", str(file)).exit_code == 2


def test_a_good_programme_is_said_to_be_one(tmp_path: Path) -> None:
    assert Wayhome(tmp_path).json("programme", "check", "moscow")["faults"] == []


def test_a_doubt_is_said_and_taken_for_a_fault_when_asked_strictly(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = (ROOT / "workflow" / "programmes" / "moscow.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("reflection_days: 30", "reflection_days: 14"), encoding="utf-8")
    told = Wayhome(tmp_path).json("programme", "check", str(file))
    assert (told["faults"], len(told["doubts"])) == ([], 1)
    assert "reflection_days is 14" in Wayhome(tmp_path).json("programme", "check", str(file), "--strict", code=2)[
        "faults"
    ][0]["text"]  # fmt: skip


def test_a_programme_nobody_can_leave_freely_is_not_put_into_force(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = (ROOT / "workflow" / "programmes" / "moscow.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("- trigger: withdraw", "- trigger: give_up"), encoding="utf-8")
    refused = Wayhome(tmp_path).run("programme", "publish", str(file))
    assert (refused.exit_code, "nobody can leave from referral" in refused.stderr) == (2, True)


def test_a_journey_is_drawn_in_both_languages(tmp_path: Path) -> None:
    drawn = Wayhome(tmp_path).done("programme", "diagram", "moscow")
    assert drawn.startswith("stateDiagram-v2")
    assert "Размещение" in Wayhome(tmp_path).done("programme", "diagram", "moscow", "--language", "ru")
    assert Wayhome(tmp_path).json("programme", "diagram")["mermaid"] == drawn.rstrip("\n")


def test_publishing_again_changes_nothing(wayhome: Wayhome) -> None:
    before = wayhome.json("verify")["events"]
    wayhome.done("programme", "publish", "moscow", "--as", "staff:operator")
    assert wayhome.json("verify")["events"] == before
