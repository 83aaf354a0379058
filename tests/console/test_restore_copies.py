"""Copies that are put in place prove themselves; those that are not what they should be leave nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from events import sealed_file
from tests.console.test_erasure import DINA, ended, erase
from tests.kit.command_line import Wayhome
from tests.kit.older_copies import ACCEPT, KEYS, LOG, backed_up, copies, files, kept, opened, put_in_place, to, with_kek
from tests.kit.web.served import served


def test_nothing_is_put_in_place_over_data(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    before = kept(wayhome, LOG, KEYS)
    told = wayhome.told_off("restore", "files", "--log", str(log), "--keys", str(keys))
    assert "nothing is written over" in told
    assert kept(wayhome, LOG, KEYS) == before


def test_nor_while_a_console_runs_on_them(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    with served(wayhome.data):
        backed_up(wayhome, log, keys)
        assert "nothing is written over" in wayhome.told_off("restore", "files", "--log", str(log), "--keys", str(keys))


def test_a_log_and_the_keys_of_another_office_are_not_put_together(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    other = Wayhome(tmp_path / "other")
    other.done("programme", "publish", "moscow", "--as", "staff:operator")
    (tmp_path / "clara").mkdir()
    (tmp_path / "dora").mkdir()
    backed_up(other, tmp_path / "clara" / "log.sqlite", tmp_path / "dora" / "keys.sqlite")
    new = with_kek(tmp_path / "new", other.data / "kek")
    assert "another log" in new.told_off(*files(log, tmp_path / "dora" / "keys.sqlite"), code=4)
    assert not (tmp_path / "new" / LOG).exists()


@pytest.mark.parametrize("which", ["log", "keys"])
def test_a_copy_that_is_half_there_is_refused_and_leaves_nothing(wayhome: Wayhome, tmp_path: Path, which: str) -> None:
    opened(wayhome, 2)
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    half = log if which == "log" else keys
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    new = with_kek(tmp_path / "new", wayhome.data / "kek")
    new.told_off(*files(log, keys), code=4)
    assert [file.name for file in new.data.rglob("*.sqlite")] == []


def test_copies_sealed_for_two_people_open_with_each_ones_own_passphrase(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed_file, "_EXPONENT", 4)
    opened(wayhome, 2)
    log, keys = copies(tmp_path)
    hers, his = tmp_path / "hers", tmp_path / "his"
    hers.write_text("anna walks by the river\n")
    his.write_text("boris feeds nine pigeons\n")
    sealed = ("--log-passphrase", str(hers), "--keys-passphrase", str(his))
    told = wayhome.told_off("backup", *to(log, keys), *sealed, code=4)
    assert "may be read by others" in told
    for one in (hers, his):
        one.chmod(0o600)
    found = wayhome.json("backup", *to(log, keys), *sealed)
    assert (found["without_key"], found["keys"] > 0) == (0, True)
    assert not any(b"SQLite" in file.read_bytes() for file in (log, keys))
    assert list(wayhome.data.rglob("*to-be-sealed*")) == []
    new = with_kek(tmp_path / "new", wayhome.data / "kek")
    words = files(log, keys)
    swapped = ("--log-passphrase", str(his), "--keys-passphrase", str(hers))
    assert "the passphrase is wrong" in new.told_off(*words, *swapped, code=4)
    assert new.json(*words, *sealed)["events"] == found["events"]
    assert [file.name for file in new.data.rglob(".*")] == []


def test_one_passphrase_for_both_copies_is_refused(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    one = tmp_path / "one"
    one.write_text("one for both of them\n")
    one.chmod(0o600)
    words = (
        "backup",
        "--log",
        str(log),
        "--keys",
        str(keys),
        "--log-passphrase",
        str(one),
        "--keys-passphrase",
        str(one),
    )
    assert "let each person choose" in wayhome.told_off(*words)
    assert not log.exists()


def test_with_a_database_setting_the_files_are_not_put_beside_it(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    there = Wayhome(tmp_path / "new", {"WAYHOME_DATABASE_URL": "postgresql+psycopg://nobody@localhost/none"})
    assert "wayhome move" in there.told_off("restore", "files", "--log", str(log), "--keys", str(keys))


def test_a_folder_moved_away_under_nobody_s_feet_can_be_restored_beside(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    shutil.move(wayhome.data, tmp_path / "old")
    new = with_kek(wayhome.data, tmp_path / "old" / "kek")
    assert put_in_place(new, log, keys).json(*ACCEPT)["cause"] == "older_log"


def test_a_restore_that_is_refused_changes_no_key_encryption_key(wayhome: Wayhome, tmp_path: Path) -> None:
    """The keys are from before an erasure, with the key-encryption key of then; the log knows of the erasure."""
    wayhome.open_account(DINA, "data_protection", "moscow")
    case, (log, keys) = ended(wayhome), copies(tmp_path)
    backed_up(wayhome, tmp_path / "before.sqlite", keys)
    shutil.copytree(wayhome.data / "kek", tmp_path / "kek")
    erase(wayhome, case)
    (tmp_path / "apart").mkdir()
    backed_up(wayhome, log, tmp_path / "apart" / "newest.sqlite")
    new = with_kek(tmp_path / "new", tmp_path / "kek")
    kek = new.data / "kek" / "kek.json"
    before = kek.read_bytes()
    assert "kept.txt" in new.told_off(*files(log, keys), "--checkpoint", str(tmp_path / "kept.txt"), code=4)
    assert kek.read_bytes() == before
    new.done(*files(log, keys))
    assert kek.read_bytes() == before, "and one that is not changes none either, until it is accepted"
    new.done(*ACCEPT)
    assert kek.read_bytes() != before, "then the keys of whoever was erased are destroyed again"


def test_a_log_that_was_sealed_after_its_copy_was_taken_is_put_in_place_with_the_keys_that_came_after(
    wayhome: Wayhome, tmp_path: Path
) -> None:
    """The sealer goes on between the two copies: what it noted beside the keys is of a longer log."""
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, tmp_path / "sooner.sqlite")
    opened(wayhome)
    wayhome.done("seal")
    backed_up(wayhome, tmp_path / "later.sqlite", keys)
    new = put_in_place(with_kek(tmp_path / "new", wayhome.data / "kek"), log, keys)
    assert new.json(*ACCEPT)["cause"] == "older_log"


def test_a_restored_office_does_not_share_the_key_encryption_key_of_the_one_that_runs(
    wayhome: Wayhome, tmp_path: Path
) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    beside = Wayhome(tmp_path / "new", {"WAYHOME_KEK_FILE": str(wayhome.data / "kek" / "kek.json")})
    assert "one blinds the other" in beside.told_off(*files(log, keys))
    assert not (tmp_path / "new" / LOG).exists()


def test_a_copy_that_lost_what_was_signed_is_not_put_in_place_against_a_checkpoint_that_was_kept(
    wayhome: Wayhome, tmp_path: Path
) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    opened(wayhome)
    wayhome.done("seal", "--to", str(tmp_path / "checkpoint"))
    newest = tmp_path / "newest.sqlite"
    shutil.copyfile(wayhome.data / KEYS, newest)
    new = with_kek(tmp_path / "new", wayhome.data / "kek")
    told = new.told_off(*files(log, newest), "--checkpoint", str(tmp_path / "checkpoint"), code=4)
    assert "take another copy" in told
    assert not (new.data / LOG).exists()
