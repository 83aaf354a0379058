"""A disk that is full: that is what is said, nothing is recorded, and reading goes on."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from events import database
from events.database import Database, sqlite_url
from events.errors import StoreFull
from events.key_stores import FileKeys
from events.schema import migrate
from events.world import SystemEntropy
from tests.kit.command_line import Wayhome


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", tmp_path], check=False)
    if mounted.returncode:
        pytest.skip("only root may make a disk of its own")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def fill(disk: Path) -> Path:
    file = disk / "filling"
    with file.open("ab", buffering=0) as filling:
        while shutil.disk_usage(disk).free:
            filling.write(bytes(4096))
    return file


def test_on_a_full_disk_that_is_said_and_cases_can_still_be_read(small_disk: Path) -> None:
    wayhome = Wayhome(small_disk / "data")
    wayhome.done("programme", "publish", "moscow", "--as", "staff:operator")
    case = wayhome.json("case", "open", "--as", "staff:anna")["case_id"]
    filling = fill(small_disk)
    assert "no room left" in wayhome.told_off("case", "open", "--as", "staff:anna", code=4)
    assert [row["case_id"] for row in wayhome.json("case", "list", "--as", "staff:anna")] == [case]
    assert wayhome.json("case", "show", case, "--as", "staff:anna")["case_id"] == case
    reads = wayhome.json("case", "reads", case, "--lists", "--as", "staff:anna")
    assert {"wayhome cases.list_cases", "wayhome cases.show"} <= {part for read in reads for part in read["parts"]}
    assert wayhome.json("verify")["ok"]
    fill(small_disk)
    used_up = wayhome.run("case", "list", "--as", "staff:boris")
    assert used_up.exit_code == 4, "what can be recorded nowhere is not shown"
    assert case not in used_up.output
    filling.unlink()
    wayhome.done("case", "open", "--as", "staff:anna")


def test_a_key_that_cannot_be_kept_for_want_of_room_is_not_a_lost_key_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = FileKeys(tmp_path / "keys.sqlite", SystemEntropy())
    known = keys.secret("mine")
    with keys.database._writer.connect() as connection:  # the only one that writes
        connection.exec_driver_sql("PRAGMA max_page_count = 2")
    monkeypatch.setattr(database, "no_room", lambda _: True)
    with pytest.raises(StoreFull, match="no room left"):
        keys.ensure([(f"P-{number}", "identity") for number in range(500)])
    assert keys.secret("mine") == known


def test_an_io_error_on_a_full_disk_is_told_as_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Database(sqlite_url(tmp_path / "log.sqlite"))
    migrate(opened)
    monkeypatch.setattr(database, "no_room", lambda _: True)
    with pytest.raises(StoreFull, match="no room left"), opened.writing() as connection:
        connection.exec_driver_sql("SELECT * FROM there_is_no_such_table")
