"""At the command line: a person is erased by two who signed in, and papers are handed over that anybody can check."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from console.container import Container
from console.papers.certificate import signer_of
from console.settings import Settings
from events.facts.erasure import ErasureCompleted, PersonErased
from events.facts.tasks import TaskRequested
from events.instants import instant
from events.notes import LOG, WITNESS, SigningKey
from tests.kit.command_line import AS_ANNA, AS_BORIS, Wayhome
from tests.kit.logs import tell
from tests.kit.people import BORIS
from workers.effects.erasure import NOTHING_PERSONAL, OUTSIDE_STORES

DINA = "staff:dina"
AS_DINA = ("--as", DINA)
NAME, NOTE = "Zlatovlaska Kanarejkina", "a canary sang in the cellar"


@pytest.fixture
def wayhome(tmp_path: Path) -> Wayhome:
    wayhome = Wayhome(tmp_path / "data")
    wayhome.done("programme", "publish", "moscow", *AS_ANNA)
    wayhome.open_account(DINA, "data_protection", "moscow")
    return wayhome


def ended(wayhome: Wayhome) -> str:
    """Return the number of a case that has ended, of somebody whose name is kept."""
    case = str(wayhome.json("case", "open", "--programme", "moscow", "source=ngo", f"name={NAME}", *AS_ANNA)["case_id"])
    wayhome.done("case", "record", case, "AddNote", f"note={NOTE}", *AS_ANNA)
    wayhome.done("case", "advance", case, "withdraw", "--reason", "declined", *AS_ANNA)
    return case


def erase(wayhome: Wayhome, case: str) -> str:
    """Have somebody erased, and return what the second of the two was told."""
    wayhome.signs_in(BORIS)
    wayhome.done("case", "record", case, "RequestErasure", "paper=118/2007", "--mandate", "supervisor")
    proposal = wayhome.json("case", "record", case, "ErasePerson", "--mandate", "supervisor")["proposal"]
    wayhome.signs_in(DINA)
    said = wayhome.done("case", "confirm", case, proposal)
    wayhome.done("sign-out")
    wayhome.done("work", "--until-idle")
    return said


def test_the_certificate_names_act_and_journal_and_nobody_and_is_signed(wayhome: Wayhome, tmp_path: Path) -> None:
    case = ended(wayhome)
    assert "under way" not in erase(wayhome, case)
    paper, key = wayhome.done("erasure", "certificate", case, *AS_BORIS), wayhome.done("erasure", "key").strip()
    for word in (
        case,
        "118/2007",
        "staff:boris",
        "staff:dina (Data-protection officer)",
        "Ciphertexts: 2",
        "PersonErased",
        "EXTRACT OF THE JOURNAL",
    ):
        assert word in paper
    assert NAME not in paper
    assert "Zlatovlaska" not in paper
    file = tmp_path / "certificate.txt"
    wayhome.done("erasure", "certificate", case, "--language", "ru", "--to", str(file), *AS_BORIS)
    assert "АКТ ОБ УНИЧТОЖЕНИИ" in file.read_text(encoding="utf-8")
    assert "genuine" in wayhome.done("erasure", "check", str(file), "--key", key)
    other = str(SigningKey("wayhome/certificates", LOG, b"1" * 32).verifier)
    for wrong in (other, key[:-4], "", str(SigningKey("donor", WITNESS, b"1" * 32).verifier)):
        assert wayhome.run("erasure", "check", str(file), "--key", wrong).exit_code == 5, wrong
    file.write_text(file.read_text(encoding="utf-8").replace("118/2007", "119/2007"), encoding="utf-8")
    assert wayhome.run("erasure", "check", str(file), "--key", key).exit_code == 5


def test_after_it_every_verb_that_reads_a_case_still_answers(wayhome: Wayhome) -> None:
    case = ended(wayhome)
    erase(wayhome, case)
    for words in (
        ("case", "show", case), ("case", "history", case), ("case", "list"), ("case", "reads", case), ("next", case),
        ("replay", case), ("replay",), ("verify", "--rules"), ("verify", "--repair"), ("access", "report", case),
        ("waiting",), ("tasks", "list"),
    ):  # fmt: skip
        assert wayhome.run(*words, *(AS_BORIS if words[0] not in ("verify", "waiting", "tasks") else ())).exit_code == 0
    assert "was erased on" in wayhome.done("case", "show", case, *AS_BORIS)
    assert wayhome.json("case", "show", case, *AS_BORIS)["erased_at"]
    refused = wayhome.run("case", "show", case, "--open", "identity", "--why", "to call her", *AS_BORIS)
    assert NAME not in refused.output
    assert refused.exit_code == 1
    assert "the person of this case was erased on" in refused.output, "why, and not that it could not be recorded"
    assert "wayhome erasure certificate" in refused.output
    opening = ("case", "show", case, "--open", "identity", "--why", "to call her", *AS_BORIS)
    (reason,) = wayhome.json(*opening, code=1)["reasons"]
    assert reason["guard"] == "person_is_not_erased"
    (way,) = [one for one in wayhome.json("next", case, *AS_BORIS) if one["trigger"] == "reopen"]
    assert (way["allowed"], [one["guard"] for one in way["reasons"]]) == (False, ["person_is_not_erased"])
    assert "was erased on" in wayhome.run("case", "why-not", case, "reopen", *AS_BORIS).output


def test_a_certificate_is_refused_before_there_is_one(wayhome: Wayhome) -> None:
    case = ended(wayhome)
    assert "nobody was erased" in wayhome.told_off("erasure", "certificate", case, *AS_BORIS)
    assert "no such language" in wayhome.told_off("erasure", "certificate", case, "--language", "de", *AS_BORIS)


def test_an_erasure_that_somebody_planted_gets_no_certificate(wayhome: Wayhome) -> None:
    case = ended(wayhome)
    container = Container(Settings(data=wayhome.data))
    person = container.cases.at(case).case.person_id  # type: ignore[union-attr]
    erasure = {"person_id": person, "case_id": case, "request_id": "E-1", "asked_by": "person", "paper": "1"}
    about = (("cases", case), ("person_id", person))
    due = container.log.now()
    tell(
        container.log,
        (f"case:{case}", PersonErased.model_validate(erasure | {"cases": (case,), "second": BORIS, "proposal": "D-1"})),
        (f"case:{case}", TaskRequested(task_id="W-1", kind="shred_person", subject=about, due_at=instant(due))),
        (f"case:{case}", ErasureCompleted(task_id="W-1", person_id=person, destroyed=(("keys", 3),))),
    )
    kept = set(container.keys.persons())
    container.close()
    container = Container(Settings(data=wayhome.data))
    assert set(container.keys.persons()) == kept, "nor does it cost anybody their keys when the data are opened again"
    container.close()
    assert "no two people decided" in wayhome.told_off("erasure", "certificate", case, *AS_BORIS)
    said = wayhome.told_off("erasure", "certificate", case, "--language", "ru", *AS_BORIS)
    assert "не решали двое" in said
    with closing(sqlite3.connect(wayhome.data / "log.sqlite")) as file, file:
        file.execute("UPDATE streams SET mac = zeroblob(32) WHERE stream = ?", (f"case:{case}",))
    assert "what Wayhome did not write" in wayhome.told_off("erasure", "certificate", case, *AS_BORIS)


def test_two_names_that_were_typed_erase_nobody(wayhome: Wayhome) -> None:
    case = ended(wayhome)
    wayhome.done("case", "record", case, "RequestErasure", "paper=118/2007", *AS_BORIS)
    assert "somebody_signed_in" in str(wayhome.json("case", "record", case, "ErasePerson", *AS_BORIS, code=1))


def test_a_backup_from_before_the_erasure_opens_without_the_person(wayhome: Wayhome, tmp_path: Path) -> None:
    """The log goes back, the keys are today's: whoever was erased is erased again before anything opens."""
    case, whole = ended(wayhome), ended(wayhome)
    (tmp_path / "apart").mkdir()
    wayhome.done("backup", "--log", str(tmp_path / "log.backup"), "--keys", str(tmp_path / "apart" / "keys.backup"))
    erase(wayhome, case)
    for beside in ("", "-wal", "-shm"):
        (wayhome.data / f"log.sqlite{beside}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "log.backup", wayhome.data / "log.sqlite")
    assert "an older copy" in wayhome.told_off("verify", code=4)
    wayhome.done("restore", "accept", "--as", "staff:operator")
    assert wayhome.json("verify")["findings"] == []
    assert "was erased" in wayhome.run("case", "record", case, "AddNote", "note=she is back", *AS_ANNA).output
    assert wayhome.run("case", "record", whole, "AddNote", "note=he is here", *AS_ANNA).exit_code == 0


def test_the_access_report_tells_when_what_and_why_and_no_name_of_those_who_work_here(wayhome: Wayhome) -> None:
    case = ended(wayhome)
    wayhome.signs_in(BORIS)
    wayhome.done("case", "show", case, "--open", "identity", "--why", "to book a ticket", "--mandate", "supervisor")
    wayhome.done("sign-out")
    paper = wayhome.done("access", "report", case, *AS_BORIS)
    assert "Employee 1 (" in paper
    assert "to book a ticket" in paper
    assert "staff:boris" not in paper
    assert "КТО СМОТРЕЛ" in wayhome.done("access", "report", case, "--language", "ru", *AS_BORIS)
    assert "staff:boris" in wayhome.done("access", "report", case, "--named", *AS_BORIS)
    reads = wayhome.json("case", "reads", case, *AS_BORIS)
    assert any("report" in " ".join(one["parts"]) for one in reads), reads


def test_certificates_of_two_offices_have_two_keys(wayhome: Wayhome, tmp_path: Path) -> None:
    containers = [Container(Settings(data=tmp_path / name), create=True) for name in ("one", "other")]
    assert len({signer_of(one.keys).verifier for one in containers}) == 2
    for one in containers:
        one.close()


def test_every_file_and_folder_of_the_data_is_registered_with_how_a_person_is_taken_out_of_it(demo: Wayhome) -> None:
    registered = {store.name for store in OUTSIDE_STORES} | NOTHING_PERSONAL.keys()
    found = {re.sub(r"(-wal|-shm|-reserve|-\d+)$", "", path.name) for path in demo.data.iterdir()}
    assert {"log.sqlite", "keys", "bank", "post", "orders.sqlite"} <= found
    here = Settings(data=demo.data)
    found |= {path.name for path in (here.policy_file, here.restoring_folder, here.file)}
    assert found - registered == set(), "say in workers/effects/erasure.py how a person is erased there, or why not"
