"""Copies of a data folder: taken, put back and put in place, as an operator does it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from console.container import Container
from console.settings import Settings
from handlers.commanding.answers import Accepted
from tests.kit.command_line import Wayhome
from tests.kit.people import ANNA
from workflow.subjects.intake.commands import OpenCase

LOG, KEYS = "log.sqlite", "keys/keys.sqlite"
CASE: dict[str, Any] = {"actor": ANNA, "programme": "moscow", "source": "ngo", "age_band": "27-29"}
ACCEPT = ("restore", "accept", "--as", "staff:operator")


def opened(wayhome: Wayhome, count: int = 1) -> list[str]:
    """Open so many cases with a name, as a process of its own does."""
    container = Container(Settings(data=wayhome.data))
    try:
        made = [OpenCase(command_id=container.chance.uuid(), name="Nino Test", **CASE) for _ in range(count)]
        answers = container.service.submit_many(made)
    finally:
        container.close()
    return [answer.case_id for answer in answers if isinstance(answer, Accepted)]


def copies(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("anna", "boris"):
        (tmp_path / name).mkdir()
    return tmp_path / "anna" / "log.sqlite", tmp_path / "boris" / "keys.sqlite"


def backed_up(wayhome: Wayhome, log: Path, keys: Path) -> dict[str, int]:
    found: dict[str, int] = wayhome.json("backup", "--log", str(log), "--keys", str(keys))
    return found


def with_kek(new: Path, kek: Path) -> Wayhome:
    """Return a new folder into which whoever keeps the key-encryption key has brought it."""
    shutil.copytree(kek, new / "kek")
    new.chmod(0o700)
    return Wayhome(new)


def put_in_place(new: Wayhome, log: Path, keys: Path, *more: str) -> Wayhome:
    new.done("restore", "files", "--log", str(log), "--keys", str(keys), *more)
    return new


def to(log: Path, keys: Path) -> tuple[str, ...]:
    return "--log", str(log), "--keys", str(keys)


def files(log: Path, keys: Path) -> tuple[str, ...]:
    return "restore", "files", *to(log, keys)


def kept(wayhome: Wayhome, *names: str) -> dict[str, bytes]:
    return {name: (wayhome.data / name).read_bytes() for name in names}


def put_back(wayhome: Wayhome, older: dict[str, bytes]) -> None:
    for name, data in older.items():
        (wayhome.data / name).write_bytes(data)
