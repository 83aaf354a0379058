"""Files at the command line: attached, listed, saved, checked, swept, copied and put back."""

from __future__ import annotations

import json
import shutil
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from console.file_copies import unpack_files
from events.errors import BackupRefused
from events.file_stores import FolderFiles, MemoryFiles
from tests.kit.command_line import AS_ANNA, Wayhome
from tests.kit.papers import GPS_TAG, PHOTO, SCAN

WHY = ("--why", "her lawyer asked")


@pytest.fixture
def case(wayhome: Wayhome) -> str:
    opened = wayhome.json("case", "open", "programme=moscow", "source=ngo", "age_band=27-29", *AS_ANNA)
    number = str(opened["case_id"])
    wayhome.done("case", "record", number, "GiveConsent", "purpose=assistance", *AS_ANNA)
    return number


def attached(wayhome: Wayhome, case: str, data: bytes = SCAN, *more: str) -> str:
    paper = wayhome.data.parent / "Иванова.pdf"
    paper.write_bytes(data)
    wayhome.done("case", "attach", case, str(paper), *more, *AS_ANNA)
    return str(wayhome.json("case", "files", case)["files"][0]["file_id"])


def stored(wayhome: Wayhome) -> list[Path]:
    return sorted((wayhome.data / "files").iterdir())


def test_a_paper_is_attached_listed_and_saved_at_the_command_line(wayhome: Wayhome, case: str, tmp_path: Path) -> None:
    (fact,) = wayhome.json("case", "files", case)["provable"]
    assert fact["fact"] == "ConsentGiven"
    file_id = attached(wayhome, case, SCAN, "--kind", "consent", "--proves", str(fact["version"]))
    (listed,) = wayhome.json("case", "files", case)["files"]
    assert (listed["kind"], listed["compartment"], listed["proves"]) == ("consent", "legal", "ConsentGiven")
    assert "ConsentGiven" in wayhome.done("case", "files", case)
    saved = tmp_path / "saved.pdf"
    told = wayhome.done("case", "file", case, file_id, "--to", str(saved), *WHY, *AS_ANNA)
    assert "Иванова" not in told
    assert saved.read_bytes() == SCAN
    assert saved.stat().st_mode & 0o777 == 0o600
    wayhome.told_off("case", "file", case, file_id, "--to", str(saved), *WHY, *AS_ANNA)
    assert "one file of it" in wayhome.done("access", "report", case)


def test_what_lies_in_the_folder_is_a_ciphertext_for_its_owner_only(wayhome: Wayhome, case: str) -> None:
    attached(wayhome, case, PHOTO, "--kind", "photo")
    (file,) = stored(wayhome)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert len(file.name) == 64
    for telling in (b"Canon", GPS_TAG, PHOTO[-40:], "Иванова".encode()):
        assert telling not in file.read_bytes()
    assert "Иванова" not in (wayhome.data / "log.sqlite").read_bytes().decode(errors="replace")


def test_a_bad_file_and_a_bad_word_are_refused_and_leave_nothing(wayhome: Wayhome, case: str, tmp_path: Path) -> None:
    page = tmp_path / "Иванова.pdf"
    page.write_bytes(b"<html><script>alert(1)</script>")
    assert "Save it as PDF or PNG" in wayhome.told_off("case", "attach", case, str(page), *AS_ANNA)
    page.write_bytes(SCAN)
    for more in (("--kind", "poem"), ("--sealed-with", "poem"), ("--proves", "0")):
        assert "Иванова" not in wayhome.told_off("case", "attach", case, str(page), *more, *AS_ANNA)
    assert "Иванова" not in wayhome.told_off("case", "attach", case, str(tmp_path / "Иванова.png"), *AS_ANNA)
    assert not (wayhome.data / "files").exists()


def test_who_may_not_open_the_part_does_not_get_the_file(wayhome: Wayhome, case: str, tmp_path: Path) -> None:
    file_id = attached(wayhome, case, SCAN, "--kind", "medical_paper")
    line = ("case", "file", case, file_id, "--to", str(tmp_path / "x"), *WHY, *AS_ANNA)
    assert wayhome.run(*line).exit_code == 1
    assert not (tmp_path / "x").exists()
    wayhome.done(*line, "--mandate", "medical")


# -- what a thief of the folder did ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("harm", "said"), [("gone", "is not in the store"), ("changed", "is not what was attached")])
def test_verify_names_a_file_that_is_gone_or_was_changed(wayhome: Wayhome, case: str, harm: str, said: str) -> None:
    file_id = attached(wayhome, case)
    assert "I16 ok" in wayhome.done("verify", "--rules")
    (file,) = stored(wayhome)
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    found = wayhome.run("verify", "--rules")
    assert found.exit_code == 5
    assert f"{file_id}: {said}" in found.output


def test_two_files_exchanged_are_noticed(wayhome: Wayhome, case: str) -> None:
    attached(wayhome, case), attached(wayhome, case, PHOTO)
    one, other = stored(wayhome)
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)
    assert wayhome.run("verify", "--rules").output.count("is not what was attached") == 2


def test_what_no_case_names_is_swept_after_a_day_and_not_before(wayhome: Wayhome, case: str) -> None:
    import os

    attached(wayhome, case)
    (file,) = stored(wayhome)
    left = file.with_name("0" * 64)  # as a process leaves it that died before it recorded it
    left.write_bytes(b"x")
    assert wayhome.json("files", "sweep", "--remove") == {"over": 0, "nobodys": 0, "removed": 0}
    os.utime(left, (0, 0))
    os.utime(file, (0, 0))
    assert wayhome.json("files", "sweep") == {"over": 0, "nobodys": 1, "removed": 0}
    assert wayhome.json("files", "sweep", "--remove") == {"over": 0, "nobodys": 1, "removed": 1}
    assert stored(wayhome) == [file]


# -- copies ---------------------------------------------------------------------------------------------------------


def test_files_are_copied_put_back_and_held_to_the_log(wayhome: Wayhome, case: str, tmp_path: Path) -> None:
    file_id = attached(wayhome, case)
    for name in ("anna", "boris"):
        (tmp_path / name).mkdir()
    log, keys, files = tmp_path / "anna" / "log", tmp_path / "boris" / "keys", tmp_path / "anna" / "files"
    assert "the attached files are not in these copies" in wayhome.run(
        "backup", "--log", str(tmp_path / "anna" / "l"), "--keys", str(tmp_path / "boris" / "k")
    ).output  # fmt: skip
    secret = tmp_path / "passphrase"
    secret.write_text("four words of somebody\n")
    secret.chmod(0o600)
    sealed = ("--log-passphrase", str(secret))
    found = wayhome.json("backup", "--log", str(log), "--keys", str(keys), "--files", str(files), *sealed)
    assert (found["files"], found["files_damaged"]) == (1, 0)
    assert stored(wayhome)[0].name.encode() not in files.read_bytes(), "sealed like the log's copy"
    late = attached(wayhome, case, PHOTO)  # after the copy was taken
    new = Wayhome(tmp_path / "new")
    new.data.mkdir(mode=0o700)
    shutil.copytree(wayhome.data / "kek", new.data / "kek")
    told = new.json("restore", "files", "--log", str(log), "--keys", str(keys), "--files", str(files), *sealed)
    assert (told["files"], told["files_missing"]) == (1, 0)
    new.done("restore", "accept", "--as", "staff:operator")
    new.done("case", "file", case, file_id, "--to", str(tmp_path / "again.pdf"), *WHY, *AS_ANNA)
    assert (tmp_path / "again.pdf").read_bytes() == SCAN
    assert "I16 ok" in new.run("verify", "--rules").output
    assert late not in new.done("case", "files", case)


def test_a_copy_of_the_log_without_the_files_says_how_many_are_missing(
    wayhome: Wayhome, case: str, tmp_path: Path
) -> None:
    attached(wayhome, case)
    for name in ("anna", "boris"):
        (tmp_path / name).mkdir()
    log, keys = tmp_path / "anna" / "log", tmp_path / "boris" / "keys"
    wayhome.json("backup", "--log", str(log), "--keys", str(keys))
    new = Wayhome(tmp_path / "new")
    new.data.mkdir(mode=0o700)
    shutil.copytree(wayhome.data / "kek", new.data / "kek")
    told = new.json("restore", "files", "--log", str(log), "--keys", str(keys))
    assert (told["files"], told["files_missing"]) == (0, 1)


def test_a_damaged_file_holds_up_no_copy_and_is_told(wayhome: Wayhome, case: str, tmp_path: Path) -> None:
    attached(wayhome, case)
    (file,) = stored(wayhome)
    file.write_bytes(b"x")
    (tmp_path / "anna").mkdir()
    found = wayhome.run(
        "backup", "--log", str(tmp_path / "log"), "--keys", str(tmp_path / "anna" / "keys"),
        "--files", str(tmp_path / "files"), "--json",
    )  # fmt: skip
    assert json.loads(found.stdout)["files_damaged"] == 1
    assert "1 attached files are not what they were" in found.output


@pytest.mark.parametrize("name", ["../../somewhere", "0" * 64, "x"])
def test_a_forged_copy_of_files_puts_nothing_anywhere(tmp_path: Path, name: str) -> None:
    forged = tmp_path / "files"
    with tarfile.open(forged, "w") as archive:
        told = tarfile.TarInfo(name)
        told.size = 1
        archive.addfile(told, BytesIO(b"x"))
    with pytest.raises(BackupRefused):
        unpack_files(forged, FolderFiles(tmp_path / "store"))
    forged.write_bytes(b"no archive")
    with pytest.raises(BackupRefused):
        unpack_files(forged, MemoryFiles())
