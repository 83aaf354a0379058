"""Whose a case is, emergencies, who read what, and finding somebody: at the command line."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from console.cli import app
from tests.kit.command_line import AS_ANNA, AS_BORIS, Wayhome

WHY = "She fainted at the station."


def opened(wayhome: Wayhome, *fields: str) -> str:
    return str(wayhome.json("case", "open", "age_band=27-29", *fields, *AS_ANNA)["case_id"])


def typed(wayhome: Wayhome, said: str, *words: str) -> tuple[int, str]:
    """Return how a command ends that asks something, and what it prints; what is typed is echoed before it."""
    result = CliRunner().invoke(app, words, input=said, env={"WAYHOME_DATA": str(wayhome.data)}, prog_name="wayhome")
    return result.exit_code, result.stdout


def test_a_case_is_given_to_somebody_else(wayhome: Wayhome) -> None:
    case = opened(wayhome)
    assert wayhome.json("case", "show", case)["access"]["owner"] == "staff:anna"
    wayhome.done("case", "assign", case, "staff:boris", "--team", "shelter", *AS_ANNA)
    access = wayhome.json("case", "show", case)["access"]
    assert (access["owner"], access["team"]) == ("staff:boris", "shelter")
    assert wayhome.run("case", "assign", case, "staff:boris", "--team", "shelter", *AS_ANNA).exit_code == 1


def test_an_emergency_is_told_in_a_sentence_and_stands_in_the_list_of_who_read_what(wayhome: Wayhome) -> None:
    case = opened(wayhome)
    words = ("case", "break-glass", case, "--reason", "medical_emergency", "--mandate", "medical", *AS_BORIS)
    assert typed(wayhome, "help\n", *words)[0] == 2
    code, said = typed(wayhome, f"{WHY}\n", *words)
    assert code == 0
    assert "GlassBroken" in said
    wayhome.done("case", "show", case, "--open", "identity", "--why", "name for the hospital", *AS_BORIS)
    reads = wayhome.json("case", "reads", case, *AS_BORIS)
    assert [(read["what"], read["account"]) for read in reads] == [
        ("glass", "staff:boris"), ("page", "operator:staff.boris"), ("opened", "staff:boris"),
        ("page", "operator:staff.boris"),
    ]  # fmt: skip
    pages = [read["parts"] for read in reads if read["what"] == "page"]
    assert pages == [["wayhome cases.show"], ["wayhome access.reads"]]
    assert WHY not in wayhome.done("case", "reads", case)
    kinds = {row["kind"] for row in wayhome.json("waiting")}
    assert kinds >= {"glass_broken", "review_access"}
    wayhome.signs_in("staff:anna")
    wayhome.done("case", "record", case, "ReviewAccess", "account=staff:boris", "outcome=justified", *AS_ANNA)
    wayhome.done("sign-out")
    wayhome.done("case", "record", case, "MendGlass", *AS_BORIS)
    assert wayhome.json("waiting") == []


def test_the_glass_is_not_broken_by_recording_it(wayhome: Wayhome) -> None:
    wayhome.told_off("case", "record", opened(wayhome), "BreakGlass", "reason=danger_to_life", f"why={WHY}")


def test_somebody_is_found_by_a_name_in_another_script_that_is_no_argument(wayhome: Wayhome) -> None:
    who = ("name=Иванова Юлия", "birth_date=1990-02-03", "phone=+79161234567")
    case = str(wayhome.json("case", "open", *who, *AS_ANNA)["case_id"])
    code, said = typed(wayhome, "Yulia Ivanova\n\n\n", "case", "find", "--json", *AS_ANNA)
    assert code == 0
    assert [match["case_id"] for match in json.loads(said[said.index("[") :])] == [case]
    code, said = typed(wayhome, "\n\n+7 916 123-45-67\n", "case", "find", *AS_ANNA)
    assert case in said
    assert "Иванова" not in said.partition("Cases that fit")[2]
    code, said = typed(wayhome, "Yulia Petrova\n\n\n", "case", "find", "--json", *AS_ANNA)
    assert (code, said[said.index("[") :]) == (0, "[]\n")
    assert typed(wayhome, "Ivanova\nyesterday\n\n", "case", "find", *AS_ANNA)[0] == 2
