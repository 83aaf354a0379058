"""Copies taken while everything runs hold every name, and go to two people; a stop leaves nothing beside the files."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from events.backup import copy_file
from tests.kit.command_line import Wayhome
from tests.kit.older_copies import backed_up, copies, opened
from tests.kit.people import ANNA
from tests.kit.web.served import served


def restored(tmp_path: Path, log: Path, keys: Path) -> Wayhome:
    """Return the data as they are on a new machine, put together from two copies and the key-encryption key."""
    folder = tmp_path / "new"
    (folder / "keys").mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    shutil.copy(log, folder / "log.sqlite")
    shutil.copy(keys, folder / "keys" / "keys.sqlite")
    shutil.copytree(tmp_path / "data" / "kek", folder / "kek")
    return Wayhome(folder)


def test_two_copies_taken_while_the_console_runs_hold_every_name(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    with served(wayhome.data):
        cases = opened(wayhome, 12)
        assert (wayhome.data / "keys" / "keys.sqlite-wal").stat().st_size, "what a plain copy of the file would lose"
        found = backed_up(wayhome, log, keys)
    assert found["keys"] >= len(cases)
    assert found["without_key"] == 0
    new = restored(tmp_path, log, keys)
    (new.data / "kek").rename(new.data / "kek-elsewhere")
    assert "no key-encryption key at" in new.told_off("verify", code=4), "the two copies alone open nothing"
    (new.data / "kek-elsewhere").rename(new.data / "kek")
    assert "nothing was changed" in new.done("verify")
    for case in cases[:3]:
        shown = new.json("case", "show", case, "--open", "identity", "--why", "after the fire", "--as", ANNA)
        assert "Nino Test" in shown["opened"].values()


def test_what_is_sealed_between_the_two_copies_is_not_without_its_key(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, keys = copies(tmp_path)

    def copied(source: Path, *rest: Any) -> None:
        copy_file(source, *rest)
        opened(wayhome, 3)

    monkeypatch.setattr("console.copies.copy_file", copied)
    found = backed_up(wayhome, log, keys)
    assert (found["without_key"], found["keys"] > 0) == (0, True)


def test_a_damaged_log_gives_no_copy(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    opened(wayhome, 2)
    with (wayhome.data / "log.sqlite").open("r+b") as file:
        file.seek(4096 * 8)
        file.write(b"\xff" * 4096 * 8)
    told = wayhome.told_off("backup", "--log", str(log), "--keys", str(keys), code=4)
    assert "log.sqlite" in told
    assert [*log.parent.iterdir(), *keys.parent.iterdir()] == []


def test_a_lost_key_is_told_with_the_copy(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    opened(wayhome, 2)
    with closing(sqlite3.connect(wayhome.data / "keys" / "keys.sqlite")) as file, file:
        file.execute("DELETE FROM keys WHERE person = (SELECT min(person) FROM keys WHERE person <> '')")
    result = wayhome.run("backup", "--log", str(log), "--keys", str(keys))
    assert (result.exit_code, "have no key" in result.stderr) == (5, True)


def test_the_copies_are_for_their_owners_eyes_and_nothing_is_written_over(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    assert {stat.S_IMODE(file.stat().st_mode) for file in (log, keys)} == {0o600}
    assert [file.name for file in (*log.parent.iterdir(), *keys.parent.iterdir())] == ["log.sqlite", "keys.sqlite"]
    before = log.read_bytes()
    told = wayhome.told_off("backup", "--log", str(log), "--keys", str(keys), code=4)
    assert "nothing is written over" in told
    assert log.read_bytes() == before


def test_log_and_keys_do_not_go_to_one_place(wayhome: Wayhome, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    words = ("backup", "--log", str(here / "log.sqlite"), "--keys", str(here / "keys.sqlite"))
    assert "name two folders" in wayhome.told_off(*words)
    assert "--log" in wayhome.told_off("backup", "--keys", str(here / "keys.sqlite"))
    assert list(here.iterdir()) == []


def test_with_postgresql_the_keys_are_copied_alone(wayhome: Wayhome, tmp_path: Path) -> None:
    opened(wayhome, 1)
    _, keys = copies(tmp_path)
    there = Wayhome(wayhome.data, {"WAYHOME_DATABASE_URL": "postgresql+psycopg://nobody@localhost/none"})
    assert there.json("backup", "--keys", str(keys))["keys"] >= 1


def test_a_console_that_is_stopped_leaves_nothing_beside_its_files(wayhome: Wayhome) -> None:
    with served(wayhome.data) as (_, process):
        opened(wayhome, 1)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert [file.name for file in wayhome.data.rglob("*-wal")] == []
