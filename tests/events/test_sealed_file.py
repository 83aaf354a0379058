"""A copy sealed with a passphrase opens with that passphrase alone, whole or not at all."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from events import sealed_file
from events.errors import BackupRefused
from events.sealed_file import FIRST_LINE, PIECE, is_sealed, open_file, seal_file
from events.world import SystemEntropy

PASSPHRASE = "four words nobody guesses"
_HEAD = len(FIRST_LINE) + 24


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guesses need not be slow here."""
    monkeypatch.setattr(sealed_file, "_EXPONENT", 4)


def sealed(tmp_path: Path, data: bytes) -> Path:
    (tmp_path / "plain").write_bytes(data)
    seal_file(tmp_path / "plain", tmp_path / "sealed", PASSPHRASE, SystemEntropy())
    return tmp_path / "sealed"


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 17])
def test_whatever_was_sealed_comes_out_again(tmp_path: Path, size: int) -> None:
    data = SystemEntropy().bytes(size)
    copy = sealed(tmp_path, data)
    assert (is_sealed(copy), is_sealed(tmp_path / "plain")) == (True, False)
    open_file(copy, tmp_path / "opened", PASSPHRASE)
    assert (tmp_path / "opened").read_bytes() == data
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("sealed", "opened")} == {0o600}


def test_nothing_of_what_was_sealed_can_be_read_in_it(tmp_path: Path) -> None:
    assert b"Oksana" not in sealed(tmp_path, b"Oksana Unmistakable " * 1000).read_bytes()


def test_a_wrong_passphrase_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    copy = sealed(tmp_path, b"something")
    with pytest.raises(BackupRefused, match="the passphrase is wrong"):
        open_file(copy, tmp_path / "opened", PASSPHRASE + "!")
    assert not (tmp_path / "opened").exists()


TAMPERED: dict[str, Callable[[bytes], bytes]] = {
    "cut short by a byte": lambda data: data[:-1],
    "cut at the end of a piece": lambda data: data[: _HEAD + PIECE + 16],
    "added to": lambda data: data + b"\0",
    "two pieces exchanged": lambda data: data[:_HEAD] + data[_HEAD + PIECE + 16 : _HEAD + 2 * (PIECE + 16)]
    + data[_HEAD : _HEAD + PIECE + 16] + data[_HEAD + 2 * (PIECE + 16) :],
    "a piece left out": lambda data: data[:_HEAD] + data[_HEAD + PIECE + 16 :],
    "another salt": lambda data: data[: len(FIRST_LINE)] + bytes(16) + data[len(FIRST_LINE) + 16 :],
    "a bit of the last piece": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "an exponent to choke on": lambda data: data[: _HEAD - 8] + b"\x1f" + data[_HEAD - 7 :],
    "nothing but its head": lambda data: data[:_HEAD],
    "nothing": lambda _data: b"",
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
def test_a_sealed_file_somebody_was_at_is_not_opened(tmp_path: Path, how: str) -> None:
    copy = sealed(tmp_path, SystemEntropy().bytes(2 * PIECE + 5))
    copy.write_bytes(TAMPERED[how](copy.read_bytes()))
    with pytest.raises(BackupRefused):
        open_file(copy, tmp_path / "opened", PASSPHRASE)
    assert not (tmp_path / "opened").exists()


def test_a_short_passphrase_and_a_name_that_is_taken_are_refused(tmp_path: Path) -> None:
    copy = sealed(tmp_path, b"something")
    with pytest.raises(BackupRefused, match="at least 12"):
        seal_file(tmp_path / "plain", tmp_path / "other", "short", SystemEntropy())
    before = copy.read_bytes()
    with pytest.raises(BackupRefused, match="name another"):
        seal_file(tmp_path / "plain", copy, PASSPHRASE, SystemEntropy())
    assert (copy.read_bytes(), (tmp_path / "other").exists()) == (before, False)
