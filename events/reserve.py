"""Room kept on the disk for what must be recorded even when it is full: who looks.

It is a file that holds nothing. When the disk is full it is given up, so that reading goes on and still leaves a trace;
commands need more, and are refused as before. It is made again as soon as there is plenty of room.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

RESERVE_BYTES: Final = 512 * 1024  # some hundred looks, with what SQLite needs beside its file
_PLENTY: Final = 4 * RESERVE_BYTES


def keep_reserve(beside: Path) -> None:
    """Make the reserve beside a file, if it is not there and there is plenty of room; with less, there is none."""
    reserve = _reserve(beside)
    with suppress(OSError):  # a folder that is only read has no room to keep
        if not reserve.exists() and shutil.disk_usage(beside.parent).free > _PLENTY:
            with os.fdopen(os.open(reserve, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
                kept.write(bytes(RESERVE_BYTES))


def give_up_reserve(beside: Path) -> bool:
    """Give the reserve up; tell whether there was one."""
    try:
        _reserve(beside).unlink()
    except OSError:
        return False
    return True


def _reserve(beside: Path) -> Path:
    return beside.with_name(f"{beside.name}-reserve")
