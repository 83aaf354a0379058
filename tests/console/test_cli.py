"""The command line as people and scripts meet it: how it helps, how it ends, and as a program of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from console.settings import settings
from docs.make_reference import verbs
from events.ids import case_id_of
from tests.kit.command_line import AS_ANNA, Wayhome
from tests.kit.command_line_cases import NAME, NOBODY, ROOT, change, opened, record

COMMAND_ID = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"
COMMANDS = verbs()

# -- help --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_explains_itself_with_an_example(words: str) -> None:
    result = Wayhome(Path("nowhere")).run(*words.split(), "--help")
    assert result.exit_code == 0
    assert "Example:" in result.stdout
    assert "wayhome" in result.stdout


@pytest.mark.parametrize("words", [words for words in COMMANDS if words != "serve"])  # it speaks to browsers
def test_every_command_can_speak_to_scripts(words: str) -> None:
    assert "--json" in {name for option in COMMANDS[words].params for name in option.opts}


def test_without_a_command_the_help_is_shown() -> None:
    assert "case" in Wayhome(Path("nowhere")).run().output


def test_the_fields_of_a_command_are_explained_in_words(tmp_path: Path) -> None:
    said = Wayhome(tmp_path).done("case", "record", NOBODY, "AssessRisk", "help")
    assert "low, medium, high" in said
    assert "true or false" in said
    assert "class" not in said


def test_what_can_be_recorded_is_listed(tmp_path: Path) -> None:
    said = Wayhome(tmp_path).done("case", "record", NOBODY, "help")
    assert "GiveConsent" in said
    assert "PlanTrip" in said


# -- exit codes --------------------------------------------------------------------------------------------


def test_0_when_it_is_done(wayhome: Wayhome) -> None:
    assert "done: CaseOpened" in wayhome.done("case", "open", f"name={NAME}", *AS_ANNA)


def test_1_when_a_rule_refuses_with_every_reason_and_what_helps(wayhome: Wayhome) -> None:
    case = opened(wayhome)
    result = wayhome.run("case", "advance", case, "receive", *AS_ANNA)
    assert result.exit_code == 1
    assert result.stdout.startswith("refused:")
    assert result.stdout.count("→") == 3
    answer = wayhome.json("case", "advance", case, "receive", *AS_ANNA, code=1)
    assert {reason["guard"] for reason in answer["reasons"]} == {
        "consent_to_assistance",
        "risk_is_assessed",
        "arrival_is_planned",
    }


def test_2_when_what_was_typed_cannot_be_used(wayhome: Wayhome) -> None:
    wayhome.told_off("case", "show", "bla", code=2)


def test_3_when_somebody_was_quicker_and_it_shows_what_happened(wayhome: Wayhome) -> None:
    case = opened(wayhome)
    seen = wayhome.json("case", "show", case)["version"]
    record(wayhome, case, "GiveConsent", "purpose=travel")
    stale = ("case", "record", case, "AssessRisk", "level=low", "safe_to_return=true", "--expect", str(seen), *AS_ANNA)
    result = wayhome.run(*stale)
    assert result.exit_code == 3
    assert "the case has moved on" in result.stderr
    assert "ConsentGiven" in result.stdout
    answer = wayhome.json(*stale, code=3)
    assert [event["type"] for event in answer["since"]] == ["ConsentGiven"]


def test_4_when_there_is_no_data(tmp_path: Path) -> None:
    line = Wayhome(tmp_path / "empty").told_off("case", "list", code=4)
    assert "wayhome demo" in line
    assert not (tmp_path / "empty").exists()


def test_4_when_the_database_cannot_be_reached(wayhome: Wayhome) -> None:
    address = "postgresql+psycopg://wayhome:hidden-word@127.0.0.1:1/wayhome"
    result = wayhome.run("case", "list", WAYHOME_DATABASE_URL=address)
    assert result.exit_code == 4
    assert len(result.stderr.splitlines()) == 1
    assert "hidden-word" not in result.output


def test_5_when_a_byte_was_changed(demo: Wayhome, tmp_path: Path) -> None:
    spoilt = demo.copied_to(tmp_path / "spoilt")
    case = demo.json("case", "list", "--limit", "1")[0]["case_id"]
    history = demo.json("case", "history", case)
    position = next(event["position"] for event in history if event["type"] == "RiskAssessed")
    change(spoilt, f"UPDATE events SET body = replace(body, 'low', 'lov') WHERE position = {position}")
    result = spoilt.run("verify")
    assert result.exit_code == 5
    assert f"event {position} (case:{case}@" in result.stdout
    assert "): its leaf does not match its content" in result.stdout
    finding = spoilt.json("verify", code=5)["findings"][0]
    assert (finding["position"], finding["stream"], finding["code"]) == (position, f"case:{case}", "leaf")


def test_5_when_somebodys_keys_were_deleted(demo: Wayhome, tmp_path: Path) -> None:
    spoilt = demo.copied_to(tmp_path / "spoilt")
    with sqlite3.connect(spoilt.data / "keys" / "keys.sqlite") as file:
        (person,) = file.execute("SELECT person FROM keys WHERE person != '' AND compartment = 'identity'").fetchone()
        file.execute("DELETE FROM keys WHERE person = ?", (person,))
    file.close()
    proof = spoilt.json("verify", code=5)
    assert {finding["code"] for finding in proof["findings"]} == {"key"}
    assert all(finding["stream"].startswith("case:") for finding in proof["findings"])
    assert "its key is missing" in spoilt.run("verify").stdout


# -- one clear line on bad input ---------------------------------------------------------------------------


def test_a_list_that_goes_on_says_how_much_there_is_and_how_to_go_on(demo: Wayhome) -> None:
    lists: dict[tuple[str, ...], str] = {
        ("case", "list"): "--offset 2",
        ("tasks", "list"): "--limit",
        ("timers", "list"): "--limit",
    }
    lists |= {("waiting",): "--limit"}
    for words, more in lists.items():
        result = demo.run(*words, "--limit", "2", "--json")
        assert "2 of " in result.stderr
        assert more in result.stderr
        assert len(json.loads(result.stdout)) <= 2
        total = int(result.stderr.split(" of ")[1].split()[0])
        assert total > 2
        assert "are listed" not in demo.run(*words, "--limit", str(total)).stderr


def test_a_command_answers_with_the_ids_the_next_one_needs(wayhome: Wayhome) -> None:
    case = wayhome.json("case", "open", "--as", "staff:anna")["case_id"]
    record = ("case", "record", case, "AddNote", "note=seen", "--as", "staff:anna")
    assert wayhome.json(*record)["ids"] == {}
    planned = (
        "case", "record", case, "PlanArrival", "at=2030-01-01T10:00+03:00", "place=SVO", "means=flight", "number=SU1",
        "--as", "staff:anna", "--command-id", "6f1c0000-0000-4000-8000-000000000001",
    )  # fmt: skip
    answer = wayhome.json(*planned)
    assert answer["ids"]["arrival_id"]
    again = wayhome.json(*planned)
    assert (again["repeated"], again["ids"]) == (True, answer["ids"])
    assert f"arrival_id={answer['ids']['arrival_id']}" in wayhome.done(*planned)


# -- saying a thing twice ----------------------------------------------------------------------------------


def test_a_command_given_again_is_carried_out_once(wayhome: Wayhome) -> None:
    words = ("case", "open", f"name={NAME}", "--command-id", COMMAND_ID, *AS_ANNA)
    first = wayhome.json(*words)
    assert first["case_id"] == case_id_of(UUID(COMMAND_ID))
    assert "it had been carried out before" in wayhome.done(*words)
    assert wayhome.json(*words)["repeated"] is True
    assert len(wayhome.json("case", "list")) == 1


def test_a_command_id_with_other_content_is_refused(wayhome: Wayhome) -> None:
    wayhome.done("case", "open", f"name={NAME}", "--command-id", COMMAND_ID, *AS_ANNA)
    line = wayhome.told_off("case", "open", "name=Other", "--command-id", COMMAND_ID, *AS_ANNA)
    assert "make a new id" in line


# -- as a program of its own -------------------------------------------------------------------------------


def program(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", "from console.cli import main; main()", *words]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "WAYHOME_DATA": str(data)}
    return subprocess.run(call, capture_output=True, text=True, check=False, env=environment, timeout=60)


def test_the_program_calls_itself_by_its_name(tmp_path: Path) -> None:
    assert "Usage: wayhome" in program(tmp_path, "--help").stdout


def test_json_is_all_there_is_on_standard_output(demo: Wayhome) -> None:
    assert json.loads(program(demo.data, "replay", "--json").stdout)["position"] > 0


def test_progress_does_not_get_into_a_pipe(demo: Wayhome) -> None:
    assert program(demo.data, "verify").stdout.splitlines()[0].endswith("nothing was changed, left out or added")


def test_an_id_is_never_cut_in_a_pipe(demo: Wayhome) -> None:
    task = demo.json("tasks", "list")[0]
    printed = program(demo.data, "tasks", "list").stdout
    assert f"{task['task_id']}   {task['case_id']}   {task['kind']}" in printed


def test_nobody_needs_to_say_who_they_are(tmp_path: Path) -> None:
    assert program(tmp_path, "programme", "publish", "moscow").returncode == 0
    events = json.loads(program(tmp_path, "case", "open", "--json").stdout)
    history = json.loads(program(tmp_path, "case", "history", events["case_id"], "--json").stdout)
    assert history[0]["actor"] == "staff:somebody"


def test_a_folder_on_the_command_line_wins_over_the_environment(tmp_path: Path) -> None:
    assert settings(tmp_path, {"WAYHOME_DATA": "elsewhere"}).data == tmp_path
    assert settings(None, {}).data == Path("wayhome-data")


def test_what_has_a_verb_of_its_own_cannot_be_recorded_by_name(wayhome: Wayhome) -> None:
    for name in ("AdvanceCase", "RetryTask", "CancelTask", "BreakGlass", "OpenSealed", "DiscloseReferral"):
        assert "nothing is called" in wayhome.told_off("case", "record", "7K3P9-QXM2D", name)
