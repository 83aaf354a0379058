"""Backups of the running office, made now and then with the product's own program, and kept for a while."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.chaos.place import Place
from tests.chaos.players import ROOT
from tests.kit.web.served import PROGRAM

KEPT_MAX: Final = 4  # copies: of more, the oldest or the second goes
EVERY_S: Final = 4.0
SELDOM: Final = 3  # times as long as a copy takes passes before the next


class Backup(NamedTuple):
    """A copy of log and keys, in two folders, and when it was begun."""

    folder: Path
    begun: int

    @property
    def log(self) -> Path:
        """Return the copy of the log."""
        return self.folder / "log" / "log.sqlite"

    @property
    def keys(self) -> Path:
        """Return the copy of the keys."""
        return self.folder / "keys" / "keys.sqlite"


class Backups:
    """Has the office copied now and then, by the product's own program, while everything else goes on."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._running: subprocess.Popen[bytes] | None = None
        self._not_before = time.monotonic() + EVERY_S
        self._made = 0
        self.kept: list[Backup] = []

    def look(self) -> None:
        """Begin a copy if it is time, or take up one that is ready."""
        if self._running is None:
            if time.monotonic() >= self._not_before:
                self._begin()
        elif self._running.poll() is not None:
            self._ended(ok=self._running.returncode == 0)

    def end(self) -> None:
        """Break off what is being copied."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._ended(ok=False)

    def _begin(self) -> None:
        self._made += 1
        self._next = Backup(self._place.folder / "copies" / str(self._made), time.monotonic_ns())
        for file in (self._next.log, self._next.keys):
            file.parent.mkdir(parents=True)
        words = ["backup", "--log", str(self._next.log), "--keys", str(self._next.keys), "--json"]
        self._running = wayhome(self._place, words, {"WAYHOME_DATABASE_URL": self._place.database})

    def _ended(self, *, ok: bool) -> None:
        self._running = None
        took = (time.monotonic_ns() - self._next.begun) / 1e9
        self._not_before = time.monotonic() + max(EVERY_S, took * SELDOM)
        if ok:
            self.kept.append(self._next)
        else:
            shutil.rmtree(self._next.folder)
        if len(self.kept) > KEPT_MAX:
            shutil.rmtree(self.kept.pop(self._made % 2).folder)


def wayhome(place: Place, words: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Begin the product's own program on the office of a run; what it says goes to a file."""
    told = os.environ | {"WAYHOME_ALLOW_OWNER": "yes"} | environment
    with said_by_operator(place).open("ab") as said:
        return subprocess.Popen(
            [*PROGRAM, words[0], "--data", str(place.data), *words[1:]], cwd=ROOT, env=told, stdout=said, stderr=said
        )


def said_by_operator(place: Place) -> Path:
    """Return the file with what the product's own program said."""
    return place.folder / "said-operator.txt"
