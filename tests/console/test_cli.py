"""The command line as people and scripts meet it: what it prints, how it ends, what it never shows."""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from console.cli import app
from console.ctdc.layouts import GLOBAL
from console.ctdc.records import CtdcError, CtdcRecord, read_ctdc
from console.settings import settings
from console.simulation.bank import SimulatedBank
from console.verbs import imports
from docs.make_reference import verbs
from events.ids import case_id_of
from tests.kit.command_line import AS_ANNA, AS_BORIS, AS_CLARA, Wayhome
from tests.kit.people import ANNA, BORIS, CLARA
from workflow.rights.machine_ids import MachineIds, former_id
from workflow.subjects.intake.commands import OpenCase
from workflow.values.days import by_clock

NAME = "Мария Примерова"
ROOT = Path(__file__).parents[2]
COMMAND_ID = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"
NOBODY = "AAAAA-AAAAA"


COMMANDS = verbs()


def opened(wayhome: Wayhome, *fields: str) -> str:
    case = wayhome.json("case", "open", *(fields or ("birth_date=1990-05-01", "citizenships=MD")), *AS_ANNA)["case_id"]
    assert isinstance(case, str)
    return case


def record(wayhome: Wayhome, case: str, name: str, *words: str) -> Any:
    return wayhome.json("case", "record", case, name, *words, *(() if "--as" in words else AS_ANNA))


def received(wayhome: Wayhome) -> str:
    """Return a case that is in reception, with the pick-up asked for at once."""
    case = opened(wayhome)
    record(wayhome, case, "GiveConsent", "purpose=assistance")
    record(wayhome, case, "AssessRisk", "level=low", "safe_to_return=true")
    lands = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
    record(wayhome, case, "PlanArrival", f"at={lands}", "place=Sheremetyevo", "means=flight", "number=SU 1846")
    wayhome.done("case", "advance", case, "receive", *AS_ANNA)
    return case


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


def change(wayhome: Wayhome, statement: str, rows: int = 1) -> None:
    """Change the log behind Wayhome's back, as somebody who holds the file can."""
    with sqlite3.connect(wayhome.data / "log.sqlite") as file:
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {trigger}")
        assert file.execute(statement).rowcount == rows
    file.close()


# -- one clear line on bad input ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["case", "show", NOBODY], "there is no case"),
        (["case", "show", "Мария"], "is not a case number"),
        (["case", "record", NOBODY, "FlyAway"], "nothing is called"),
        (["case", "record", NOBODY, "GiveConsent", "colour=red"], "has no field colour"),
        (["case", "record", NOBODY, "GiveConsent", "purpose"], "write fields as name=value"),
        (["case", "record", NOBODY, "GiveConsent"], "purpose: is needed"),
        (["case", "record", NOBODY, "AssessRisk", "level=low", "safe_to_return=perhaps"], "true or false"),
        (["case", "open", "colour=red"], "has no field colour"),
        (["case", "open", "birth_date=1850-01-01"], "before 1900"),
        (["case", "open", "birth_date=2.4.1998"], "write it like"),
        (["case", "open", "birth_date=1998-02-30"], "birth_date"),
        (["case", "open", "name=a\x1b[31mb"], "U+001B"),
        (["case", "open", "name=a\u202eb"], "U+202E"),
        (["case", "open", "name="], "name"),
        (["case", "open", "phone=89161234567"], "write it like +74957978722"),
        (["case", "open", "citizenships=ZZ"], "is not a country"),
        (["case", "open", "source=banana"], "source"),
        (["case", "open", "--as", "Anna"], "write it like staff:anna"),
        (["case", "record", NOBODY, "PlanArrival", "at=tomorrow", "place=x", "means=y"], "is not a time"),
        (["case", "record", NOBODY, "PlanArrival", "at=2026-03-01T10:00", "place=x", "means=y"], "needs its zone"),
        (["case", "record", NOBODY, "PlanArrival", "at=20260-03-01T10:00Z", "place=x", "means=y"], "at:"),
        (["replay", "--at", "yesterday"], "is not a time"),
        (["replay", NOBODY], "there is no case AAAAA-AAAAA"),
        (["tasks", "list", "--status", "busy"], "a task is waiting, claimed"),
        (["tasks", "retry", "W-0"], "there is no task"),
        (["tasks", "cancel", "W-0", "--reason", "x"], "there is no task"),
        (["timers", "list", "--status", "busy"], "a timer is set, fired"),
        (["payments", "read", "/no/such/file.xml"], "there is no file"),
        (["import", "ctdc", "/no/such/file.csv"], "there is no file"),
        (["programme", "check", "/no/such/file.yaml"], "there is no file"),
        (["programme", "diagram", "--language", "fr"], "en or ru"),
    ],
)
def test_bad_input_is_told_in_one_line(wayhome: Wayhome, words: list[str], said: str) -> None:
    assert said in wayhome.told_off(*words, code=2)


def test_a_name_of_ten_megabytes_is_refused_and_not_repeated(wayhome: Wayhome) -> None:
    line = wayhome.told_off("case", "open", "name=" + "x" * 10_000_000)
    assert len(line) < 200


def test_a_name_that_was_typed_wrongly_is_not_repeated(wayhome: Wayhome) -> None:
    assert "Примерова" not in wayhome.told_off("case", "open", f"name={NAME}\u202e")


def test_a_birth_date_in_the_future_is_refused(wayhome: Wayhome) -> None:
    assert wayhome.json("case", "open", "birth_date=2999-01-01", code=1)["reasons"][0]["guard"] == "birth_date_is_past"


@pytest.mark.parametrize("address", ["nonsense", "mysql://host/name", "://"])
def test_an_address_of_no_known_database_is_told(tmp_path: Path, address: str) -> None:
    result = Wayhome(tmp_path).run("case", "list", WAYHOME_DATABASE_URL=address)
    assert result.exit_code == 2
    assert "WAYHOME_DATABASE_URL" in result.stderr


def test_a_queue_that_is_down_stops_nobody(wayhome: Wayhome) -> None:
    office = Wayhome(wayhome.data, {"WAYHOME_REDIS_URL": "redis://127.0.0.1:1/0"})
    assert received(office)


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


def test_a_programme_nobody_published_is_told(wayhome: Wayhome) -> None:
    assert "publish it first" in wayhome.told_off("case", "open", "programme=paris", code=4)


# -- data that cannot be used ------------------------------------------------------------------------------


def test_data_of_a_newer_wayhome_is_left_alone(wayhome: Wayhome) -> None:
    with sqlite3.connect(wayhome.data / "log.sqlite") as file:
        file.execute("UPDATE alembic_version SET version_num = 'ffff'")
    file.close()
    assert "install that version" in wayhome.told_off("case", "list", code=4)


@pytest.mark.parametrize("words", [("case", "list"), ("programme", "publish", "moscow")])
def test_lost_keys_are_told_and_never_replaced(wayhome: Wayhome, words: tuple[str, ...]) -> None:
    keys = wayhome.data / "keys" / "keys.sqlite"
    keys.unlink()
    assert "restore it from its own backup" in wayhome.told_off(*words, code=4)
    assert not keys.exists()


def test_a_data_folder_that_others_may_read_is_closed(wayhome: Wayhome) -> None:
    wayhome.data.chmod(0o755)
    wayhome.run("case", "list")
    assert stat.S_IMODE(wayhome.data.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(wayhome: Wayhome) -> None:
    for path in (wayhome.data, *wayhome.data.rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        wayhome.told_off("case", "list", code=4)
    finally:
        for path in (wayhome.data, *wayhome.data.rglob("*")):
            path.chmod(0o700)


def test_a_file_that_is_no_database_is_told(wayhome: Wayhome) -> None:
    for path in wayhome.data.glob("log.sqlite*"):
        path.unlink()
    (wayhome.data / "log.sqlite").write_bytes(b"not a database, but long enough to look like a file" * 100)
    wayhome.told_off("case", "list", code=4)


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


# -- what is sealed ----------------------------------------------------------------------------------------


def test_a_name_is_shown_only_after_the_opening_is_recorded(wayhome: Wayhome) -> None:
    case = opened(wayhome, f"name={NAME}", "story=Она рассказала")
    shown = wayhome.done("case", "show", case, "--open", "identity", "--why", "prepare ticket", *AS_BORIS)
    assert NAME in shown
    assert "Она рассказала" not in shown  # another compartment stays closed
    last = wayhome.json("case", "history", case)[-1]
    assert (last["type"], last["actor"]) == ("SealedOpened", "staff:boris")
    assert last["body"] == {"compartments": ["identity"], "why": "prepare ticket", "file_id": ""}


def test_nothing_is_opened_without_a_reason(wayhome: Wayhome) -> None:
    case = opened(wayhome, f"name={NAME}")
    result = wayhome.run("case", "show", case, "--open", "identity")
    assert result.exit_code == 2
    assert "--why" in result.stderr
    assert NAME not in result.output
    assert "no compartment" in wayhome.told_off("case", "show", case, "--open", "shoes", "--why", "look")


def test_nothing_is_opened_when_the_opening_cannot_be_recorded(wayhome: Wayhome) -> None:
    case = opened(wayhome, f"name={NAME}")
    with sqlite3.connect(wayhome.data / "log.sqlite") as file:
        file.execute("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room'); END")
    file.close()
    result = wayhome.run("case", "show", case, "--open", "identity", "--why", "look")
    assert result.exit_code != 0
    assert NAME not in result.output


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_names_never_appear_where_nobody_asked_for_them(wayhome: Wayhome, form: tuple[str, ...]) -> None:
    case = opened(wayhome, f"name={NAME}", "phone=+74957978722", "birth_date=1990-05-01", "story=Тайна")
    record(wayhome, case, "AddNote", "note=Тайна")
    looks: list[tuple[str, ...]] = [("case", verb, case) for verb in ("show", "history")]
    looks += [("case", "list"), ("next", case), ("replay", case), ("replay",), ("tasks", "list"), ("timers", "list")]
    looks += [("case", "why-not", case, "receive")]
    for words in looks:
        output = wayhome.run(*words, *form).output
        for secret in (NAME, "4957978722", "1990-05-01", "Тайна"):
            assert secret not in output, words


# -- the work ----------------------------------------------------------------------------------------------


def test_work_until_idle_does_what_is_due_and_stops(wayhome: Wayhome) -> None:
    case = received(wayhome)
    assert wayhome.json("work", "--until-idle") == {"done": 1}
    record(wayhome, case, "MeetPerson")
    assert "airport_reception" in wayhome.json("case", "show", case)["provided"]
    assert "tasks: 1 done" in wayhome.done("work", "--until-idle")


def test_work_until_idle_is_not_for_a_queue_elsewhere(wayhome: Wayhome) -> None:
    result = wayhome.run("work", "--until-idle", WAYHOME_REDIS_URL="redis://127.0.0.1:1/0")
    assert result.exit_code == 2


def test_tasks_and_timers_are_listed(wayhome: Wayhome) -> None:
    case = received(wayhome)
    [task] = wayhome.json("tasks", "list", "--status", "waiting", "--case", case)
    assert task["kind"] == "book_pickup"
    kinds = {timer["kind"] for timer in wayhome.json("timers", "list", "--case", case)}
    assert kinds >= {"idle", "no_show"}
    assert task["task_id"] in wayhome.done("tasks", "list")
    assert "no_show" in wayhome.done("timers", "list", "--case", case)


def test_a_task_can_be_taken_back_before_it_is_begun(wayhome: Wayhome) -> None:
    [task] = wayhome.json("tasks", "list", "--case", received(wayhome))
    cancel = ("tasks", "cancel", task["task_id"], "--reason", "provider closed", *AS_ANNA)
    assert wayhome.json(*cancel)["facts"] == ["TaskCancelled"]
    assert wayhome.json(*cancel, code=1)["reasons"][0]["guard"] == "task_is_open"


def test_a_task_that_is_not_stuck_is_not_retried(wayhome: Wayhome) -> None:
    [task] = wayhome.json("tasks", "list", "--case", received(wayhome))
    retried = wayhome.json("tasks", "retry", task["task_id"], *AS_ANNA, code=1)
    assert retried["reasons"][0]["guard"] == "task_is_stuck"


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


# -- programmes --------------------------------------------------------------------------------------------

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


# -- records from elsewhere: every row here is invented ------------------------------------------------------

CONDENSED = (
    (
        "yearOfRegistration,Datasource,gender,citizenship,isForcedLabour,ControlCategory,"
        "RecruiterCategory,ExploitType,Labor_Type,ageCategories"
    ),
    "2014,Hotline,Male,RO,1,Threats,Family/Relative,Forced Labor,Domestic Work,Age 24-26",
    "2014,Hotline,Male,RO,1,Threats,Family/Relative,Forced Labor,Domestic Work,Age 24-26",
    "2015,Case Management,Female,MD,0,,Other,Sexual Exploitation,,Age 18-20",
)
SEVENTEEN = (
    (
        "registration_year,datasource,gender,age_range,majority_status,majority_status_at_exploit,majority_entry,"
        "citizenship,country_of_exploitation,control_financial,control_threats,control_physical,"
        "control_limit_necessities,control_other,labor,victim_purpose,trafficker_relationship"
    ),
    "2016,Case Management,Female,9--17,Minor,Minor,-99,UA,NA,1,-99,0,1,-99,5,0,3",
    "2016,Hotline,Male,30--38,Adult,Adult,-99,UZ,RU,1,-99,0,1,-99,5,0,3",
)
_OFFICIAL = dict.fromkeys(GLOBAL.columns(), "") | {
    "yearOfRegistration": "2009",
    "gender": "Female",
    "citizenship": "KG",
}
OFFICIAL = (
    ";".join(["Terms of use apply", *GLOBAL.columns()]),
    ";".join(["", *_OFFICIAL.values()]),
    ";".join(["", *(_OFFICIAL | {"isForcedLabour": "1"}).values()]),
)


def written(folder: Path, *lines: str) -> str:
    file = folder / "records.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("lines", [CONDENSED, SEVENTEEN, OFFICIAL], ids=["condensed", "17 columns", "official"])
def test_records_of_each_layout_become_referrals_once(wayhome: Wayhome, tmp_path: Path, lines: tuple[str, ...]) -> None:
    file, rows = written(tmp_path, *lines), len(lines) - 1
    assert wayhome.json("import", "ctdc", file) == {"new": rows, "known": 0, "bad": []}
    assert wayhome.json("import", "ctdc", file) == {"new": 0, "known": rows, "bad": []}
    assert wayhome.json("import", "ctdc", file, *AS_BORIS) == {"new": 0, "known": rows, "bad": []}  # a colleague
    cases = wayhome.json("case", "list")
    assert [case["stage"] for case in cases] == ["referral"] * rows


@pytest.mark.parametrize("before", ["an older Wayhome", "somebody who took the ids beforehand"])
def test_an_import_knows_the_rows_an_older_wayhome_brought_in_and_no_others(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    file, rows = written(tmp_path, *CONDENSED), len(CONDENSED) - 1
    with monkeypatch.context() as guessable:
        guessable.setattr(MachineIds, "for_people", lambda _ids, what: former_id(what))
        wayhome.done("import", "ctdc", file)
    if before == "an older Wayhome":
        change(wayhome, "UPDATE events SET place = NULL, answered = NULL WHERE type = 'CaseOpened'", rows)
    known = rows if before == "an older Wayhome" else 0
    assert wayhome.json("import", "ctdc", file) == {"new": rows - known, "known": known, "bad": []}


def test_bad_rows_are_told_with_their_lines_and_the_rest_goes_in(wayhome: Wayhome, tmp_path: Path) -> None:
    bad = CONDENSED[1].replace("Hotline", "Telepathy")
    file = written(tmp_path, *CONDENSED, bad, "2014,Hotline")
    result = wayhome.run("import", "ctdc", file)
    assert result.exit_code == 1
    assert "3 new referrals, 0 known before, 2 rows left out" in result.stdout
    assert "line 5: Datasource" in result.stdout
    assert "line 6: " in result.stdout
    assert "Telepathy" not in result.output


def test_a_file_that_is_no_ctdc_file_is_told(wayhome: Wayhome, tmp_path: Path) -> None:
    assert "layouts known" in wayhome.told_off("import", "ctdc", written(tmp_path, "a,b,c", "1,2,3"))


def test_a_file_that_stops_being_readable_is_left_out_whole_and_said_to_be(wayhome: Wayhome, tmp_path: Path) -> None:
    rows = [CONDENSED[1].replace("2014", str(1990 + number % 25)) for number in range(450)]
    file = Path(written(tmp_path, CONDENSED[0], *rows))
    good = file.read_bytes()
    file.write_bytes(good + "2014,Hotline,Женский,RO,1,,,,,\n".encode("cp1251"))
    told = wayhome.told_off("import", "ctdc", str(file))
    assert "Line 452 is not UTF-8 text" in told
    assert "Nothing of the file was taken" in told
    assert wayhome.json("case", "list") == []
    file.write_bytes(good + CONDENSED[3].encode() + b"\n")
    assert wayhome.json("import", "ctdc", str(file)) == {"new": 451, "known": 0, "bad": []}


def test_a_file_that_is_changed_while_it_is_taken_in_says_what_was_taken(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, CONDENSED[0], *(CONDENSED[1] for _ in range(7)))
    read = []

    def changed(source: Path) -> Iterator[object]:
        read.append(source)
        yield from itertools.islice(read_ctdc(source), 5 if len(read) > 1 else None)
        if len(read) > 1:
            raise CtdcError("Line 7 is not UTF-8 text: save it anew.")

    monkeypatch.setattr(imports, "BATCH", 2)
    with monkeypatch.context() as once:
        once.setattr(imports, "read_ctdc", changed)
        told = wayhome.told_off("import", "ctdc", file)
    assert "4 new referrals are stored and 0 were known before" in " ".join(told.split())
    assert "only the rest is taken" in " ".join(told.split())
    assert wayhome.json("import", "ctdc", file) == {"new": 3, "known": 4, "bad": []}


def test_a_row_that_the_rules_refuse_is_told_and_the_others_go_in(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, *CONDENSED)
    referral = imports.referral

    def contradicting(record: CtdcRecord, *about: Any) -> OpenCase:
        made = referral(record, *about)
        return made.model_copy(update={"majority": "minor"}) if record.line_number == 3 else made

    monkeypatch.setattr(imports, "referral", contradicting)
    result = wayhome.run("import", "ctdc", file)
    assert result.exit_code == 1
    assert "2 new referrals, 0 known before, 1 rows left out" in result.stdout
    assert "line 3: the majority does not agree with the age band" in result.stdout


def test_records_for_a_programme_that_is_over_are_refused_in_words(wayhome: Wayhome, tmp_path: Path) -> None:
    programme = (ROOT / "workflow" / "programmes" / "moscow.yaml").read_text(encoding="utf-8")
    over = tmp_path / "over.yaml"
    over.write_text(programme.replace("since: 2006-12-01", "since: 2006-12-01, until: 2009-11-30"), encoding="utf-8")
    wayhome.done("programme", "publish", str(over), "--as", "staff:operator")
    assert "does not run on this day" in wayhome.told_off("import", "ctdc", written(tmp_path, *CONDENSED))


def test_an_import_that_was_stopped_goes_on_where_it_was(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, CONDENSED[0], *(CONDENSED[1] for _ in range(7)))

    read = []

    def interrupted(source: Path) -> Iterator[object]:
        read.append(source)
        yield from itertools.islice(read_ctdc(source), 5 if len(read) > 1 else None)  # the second time it is taken in
        if len(read) > 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(imports, "BATCH", 2)
    with monkeypatch.context() as once:
        once.setattr(imports, "read_ctdc", interrupted)
        stopped = CliRunner().invoke(app, ["import", "ctdc", file, "--data", str(wayhome.data)])
    assert stopped.exit_code == 130
    assert len(wayhome.json("case", "list")) == 4
    assert wayhome.json("import", "ctdc", file) == {"new": 3, "known": 4, "bad": []}


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


def test_planned_and_actual_stand_side_by_side(demo: Wayhome) -> None:
    years = demo.json("report", "arrivals", "moscow")
    assert [(year["year"], year["target"]) for year in years] == [(2006, 350), (2007, 350)]
    assert sum(year["arrived"] for year in years) == 30


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


def test_what_waits_for_a_person_is_listed_oldest_first(demo: Wayhome) -> None:
    rows = demo.json("waiting", "--limit", "1000")
    assert [row["since"] for row in rows] == sorted(row["since"] for row in rows)
    kinds = {row["kind"] for row in rows}
    assert all({row["kind"] for row in demo.json("waiting", "--kind", kind)} == {kind} for kind in kinds)
    assert demo.json("waiting", "--kind", "nothing_of_the_kind") == []


def test_what_a_record_tells_of_the_harm_is_kept_and_sealed(wayhome: Wayhome, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text(
        "yearOfRegistration,Datasource,gender,citizenship,isForcedLabour,ControlCategory,RecruiterCategory,"
        "ExploitType,Labor_Type,ageCategories\n"
        "2016,Case Management,Female,MD,1,Threats,Friend/Acquaintance,Forced Labor,Construction,Age 21-23\n"
    )
    wayhome.json("import", "ctdc", str(file))
    (case,) = wayhome.json("case", "list")
    assert "Construction" not in wayhome.run("case", "history", case["case_id"], "--json").stdout
    opened = wayhome.json("case", "show", case["case_id"], "--open", "story", "--why", "statistics")["opened"]
    assert "Construction" in str(opened)
    assert "Threats" in str(opened)


def test_what_has_a_verb_of_its_own_cannot_be_recorded_by_name(wayhome: Wayhome) -> None:
    for name in ("AdvanceCase", "RetryTask", "CancelTask", "BreakGlass", "OpenSealed", "DiscloseReferral"):
        assert "nothing is called" in wayhome.told_off("case", "record", "7K3P9-QXM2D", name)


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
