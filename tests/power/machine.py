"""The machine whose power is cut: its disk, the database on it, and the office that works there."""

import os
import selectors
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import psutil
from sqlalchemy import make_url

from tests.power.disk import Disk
from tests.power.heard import Heard
from tests.power.sabotage import IN_THE_WRITER, ON_THE_SERVER
from tests.power.writer import office_at
from tests.servers.binaries import postgres_programs
from tests.servers.postgres import PrivatePostgres
from tests.servers.processes import Account
from workflow.programme.loading import shipped_programme_text

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 60.0
# Small, so that segments turn over and checkpoints fall between cuts.
_SERVER: Final = {"shared_buffers": "16MB", "max_wal_size": "32MB", "min_wal_size": "32MB", "wal_init_zero": "off",
                  "checkpoint_timeout": "30s", "max_connections": "30"}  # fmt: skip


class Machine:
    """One machine, from its first start to the day it is thrown away; ``without`` names what is left out of it."""

    def __init__(self, folder: Path, prepared: "Prepared", seed: str, without: str = "") -> None:
        self.folder, self.kind, self.database = folder, prepared.kind, prepared.database
        self.without = without
        self.heard = Heard()
        self._troubles = folder / "troubles"
        self._seed, self._starts = seed, 0
        self._writer: subprocess.Popen[bytes] | None = None
        self._server: PrivatePostgres | None = None
        self._rest = b""
        self.disk = Disk(folder / "disk.img", folder / "disk")
        shutil.copyfile(prepared.image, self.disk.image)
        self.disk.mount()
        if self.kind == "postgresql":
            self._server = server_on(self.disk, folder / "live", ON_THE_SERVER.get(without, {}))

    @property
    def data(self) -> Path:
        """Return the office's folder on the disk."""
        return self.disk.place / "data"

    def start(self) -> None:
        """Start, or start again after a cut, and return when people are at work."""
        if self._server is not None:
            remove_stale_lock(self.disk)
            self._server.start()
        self._starts += 1
        url = self._server.url(self.database) if self._server else ""
        without = self.without if self.without in IN_THE_WRITER else "-"
        words = [str(self.data), f"{self._seed}/{self._starts}", without]
        self.heard.is_ready = False
        with self._troubles.open("wb") as troubles:
            self._writer = subprocess.Popen(
                [sys.executable, "-m", "tests.power.writer", *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=troubles,
                env=os.environ | {"WAYHOME_DATABASE_URL": url},
            )  # fmt: skip
        self._listen(lambda: self.heard.is_ready)

    def work(self, acks: int, then_s: float) -> None:
        """Let people work until so many more commands are acknowledged, and for some moments more."""
        wanted = len(self.heard.acks) + acks
        self._listen(lambda: len(self.heard.acks) >= wanted)
        end = time.monotonic() + then_s
        self._listen(lambda: time.monotonic() >= end)

    def pause(self) -> None:
        """Stop every process where it is, and hear what was said until then."""
        for process in self._processes():
            process.suspend()
        for process in self._processes():
            while process.status() not in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE):
                threading.Event().wait(0.001)  # it is inside a call of the system's, which ends first
        self._drain()

    def go_on(self) -> None:
        """Let everybody go on."""
        for process in reversed(self._processes()):
            process.resume()

    def go_dark(self) -> None:
        """Cut the power in the middle of what is being written; afterwards nobody is there any more."""
        self.disk.go_dark()
        self.end_processes()
        self.disk.unmount()

    def end_processes(self) -> None:
        """Kill whoever still runs here."""
        if self._writer is not None:
            self._writer.kill()
            self._drain()
            self._writer.wait()
            self._rest, self._writer = b"", None
        if self._server is not None:
            self._server.kill()

    def throw_away(self) -> None:
        """Leave nothing of it."""
        self.end_processes()
        self.disk.unmount()
        self.disk.image.unlink(missing_ok=True)

    def _processes(self) -> list[psutil.Process]:
        """Return the postmaster first, so that it starts nobody meanwhile."""
        found = [psutil.Process(self._writer.pid)] if self._writer else []
        if self._server is not None:
            postmaster = psutil.Process(self._server.pid)
            found += [postmaster, *postmaster.children(recursive=True)]
        return found

    def _listen(self, enough: Callable[[], bool]) -> None:
        assert self._writer is not None
        assert self._writer.stdout is not None
        deadline = time.monotonic() + PATIENCE_S
        with selectors.DefaultSelector() as selector:
            selector.register(self._writer.stdout, selectors.EVENT_READ)
            while not enough():
                if selector.select(0.002):
                    self._hear(os.read(self._writer.stdout.fileno(), 65_536))
                assert self._writer.poll() is None, f"the office ended by itself: {self._troubles.read_text()[-3000:]}"
                assert time.monotonic() < deadline, "nobody is at work any more"

    def _drain(self) -> None:
        """Hear what lies in the pipe; said before the disk is copied, it counts."""
        assert self._writer is not None
        assert self._writer.stdout is not None
        handle = self._writer.stdout.fileno()
        os.set_blocking(handle, False)
        with suppress(BlockingIOError):
            while told := os.read(handle, 65_536):
                self._hear(told)

    def _hear(self, told: bytes) -> None:
        *lines, self._rest = (self._rest + told).split(b"\n")
        for line in lines:
            self.heard.take(line)


class Prepared(NamedTuple):
    """A disk with an office that has everything but people; machines begin with a copy of it."""

    kind: str
    image: Path
    database: str = ""  # on its server; none on SQLite


def prepared(folder: Path, kind: str) -> Prepared:
    """Make a disk, a database on it and an office in that, and take the disk out in good order."""
    disk = Disk.new(folder / f"{kind}.img", folder / "disk")
    server = server_on(disk, folder / "live", {}) if kind == "postgresql" else None
    url = ""
    try:
        if server is not None:
            server.start()
            url = server.fresh_database()
        office = office_at(disk.place / "data", url, create=True)
        office.publish(shipped_programme_text("moscow"), "staff:operator")
        office.close()
    finally:
        if server is not None:
            server.stop()
        disk.unmount()
    return Prepared(kind, disk.image, make_url(url).database or "" if url else "")


def server_on(disk: Disk, sockets: Path, settings: Mapping[str, str]) -> PrivatePostgres:
    """Return a server whose cluster lies on a disk, made there when there is none; its socket lies elsewhere."""
    account, data = Account.unprivileged(), disk.place / "cluster"
    for folder in (sockets, data):
        folder.mkdir(mode=0o700, exist_ok=True)
        account.own(folder)
    return PrivatePostgres(sockets, postgres_programs()[0], durable=True, data=data, settings=_SERVER | dict(settings))


def remove_stale_lock(disk: Disk) -> None:
    """Take away the note of a postmaster that is gone: its number may be somebody else's by now."""
    (disk.place / "cluster" / "postmaster.pid").unlink(missing_ok=True)


def end_at(signals: tuple[signal.Signals, ...]) -> None:
    """Let these signals end the run as Ctrl-C does, so that its disks are taken out."""
    for one in signals:
        signal.signal(one, lambda *_: sys.exit(130))
