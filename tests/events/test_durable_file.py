"""A file that is replaced is the old one or the new one at every moment, and the old one is not left to be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from events.durable_file import replace_whole

OLD, NEW = b"the payee is Nino Test", b"the payee is ERASED"


@pytest.mark.parametrize("step", range(3))
def test_a_disk_that_fails_at_any_step_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    path, done = tmp_path / "payment.xml", list[int]()
    path.write_bytes(OLD)
    sync = os.fsync

    def failing(handle: int) -> None:
        done.append(handle)
        if len(done) > step:
            raise OSError(5, "the disk does not answer")
        sync(handle)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="does not answer"):
        replace_whole(path, NEW)
    assert path.read_bytes() in (OLD, NEW)
    assert [file.name for file in tmp_path.iterdir()] == ["payment.xml"]


def test_what_was_there_is_overwritten_also_for_whoever_still_has_it_open(tmp_path: Path) -> None:
    path = tmp_path / "payment.xml"
    path.write_bytes(OLD)
    with path.open("rb") as before:
        replace_whole(path, NEW)
        assert before.read() == bytes(len(OLD))
    assert path.read_bytes() == NEW
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_was_not_there_is_there_whole(tmp_path: Path) -> None:
    replace_whole(tmp_path / "new", NEW)
    assert (tmp_path / "new").read_bytes() == NEW
