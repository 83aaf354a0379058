"""PostgreSQL on a disk of its own that can fill up, and a Redis of which old dumps are kept."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil
import psycopg
import redis
from psycopg import sql
from sqlalchemy import make_url

from tests.servers.binaries import NoServer, postgres_programs, valkey_programs
from tests.servers.postgres import PrivatePostgres
from tests.servers.processes import Account, private_directory
from tests.servers.valkey import PrivateValkey

DISK_BYTES: Final = 8 << 30
CONNECTIONS: Final = 160
AGAIN_S: Final = 20.0
# Time enough for what a slow machine does, and a journal that is brought into the tables now and then.
SETTINGS: Final = {"max_connections": str(CONNECTIONS), "max_wal_size": "512MB", "shared_buffers": "256MB",
                   "deadlock_timeout": "200ms"}  # fmt: skip


@dataclass
class LogServer:
    """The PostgreSQL of a run and the database of its log."""

    server: PrivatePostgres
    url: str
    socket: Path
    disk: Path | None  # where it is alone on a disk of its own
    _strangers: list[Any] = field(default_factory=list)

    def asked(self, statement: str, *values: Any) -> list[Any]:
        """Return rows, asked directly; raises psycopg.Error while the server is away."""
        address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            return connection.execute(statement, values or None).fetchall()

    def answers(self) -> bool:
        """Tell whether it answers now."""
        with suppress(psycopg.Error):
            return bool(self.asked("SELECT 1"))
        return False

    def kill(self) -> None:
        """Kill every process of it."""
        self.server.kill()

    def stop_at_once(self) -> None:
        """Stop it as ``pg_ctl stop -m immediate`` does: no last checkpoint, and everybody is cut off."""
        process = psutil.Process(self.server.pid)
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGQUIT)
            with suppress(psutil.TimeoutExpired):
                process.wait(10)
        self.server.kill()

    def backends(self) -> list[int]:
        """Return the processes that serve a connection each."""
        try:
            family = psutil.Process(self.server.pid).children()
            return sorted(one.pid for one in family if "wayhome_" in " ".join(one.cmdline()))
        except psutil.Error:
            return []

    def family(self) -> list[int]:
        """Return every process of it."""
        parent = psutil.Process(self.server.pid)
        return [parent.pid, *(one.pid for one in parent.children())]

    def ensure(self) -> None:
        """Have it answer again, whatever became of it: it recovers by itself, or is started."""
        until = time.monotonic() + AGAIN_S
        while not self.answers():
            gone = self.server._process._process is None or self.server._process._process.poll() is not None
            if gone or time.monotonic() > until:
                self.server.kill()
                self.server.start()
                until = time.monotonic() + AGAIN_S
            time.sleep(0.05)

    def put_in_place(self, other: str) -> None:
        """Have another database of this server take the place of the log's, which is gone then, whoever has it open."""
        names = [sql.Identifier(make_url(url).database or "") for url in (self.url, other)]
        with self.server.connect("postgres") as connection:
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(names[0]))
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(names[0]))
            connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(names[1], names[0]))

    def crowd_out(self) -> None:
        """Take every connection that is left, as strangers would."""
        address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with suppress(psycopg.Error):
            for _ in range(CONNECTIONS):
                self._strangers.append(psycopg.connect(address, connect_timeout=5))

    def let_in(self) -> None:
        """Have the strangers go."""
        for one in self._strangers:
            with suppress(psycopg.Error):
                one.close()
        self._strangers.clear()

    def fill(self) -> None:
        """Leave no room on its disk."""
        assert self.disk is not None
        with suppress(OSError), (self.disk / "filling").open("wb", buffering=0) as filling:
            left = shutil.disk_usage(self.disk)
            os.posix_fallocate(filling.fileno(), 0, max(1, left.free - (1 << 20)))
            while True:
                filling.seek(0, os.SEEK_END)
                filling.write(bytes(65_536))

    def clear(self) -> None:
        """Make room again."""
        assert self.disk is not None
        (self.disk / "filling").unlink(missing_ok=True)


@dataclass
class Queue:
    """The Redis of a run; it keeps nothing over a restart, unless an old dump is put in its place."""

    server: PrivateValkey
    folder: Path

    @property
    def client(self) -> redis.Redis:
        """Return a client that asks it directly."""
        return redis.Redis.from_url(self.server.url, socket_timeout=5)

    def remember(self) -> None:
        """Keep a dump of how it is now, to be restored when it is old."""
        with suppress(redis.RedisError, OSError):
            self.client.save()
            (self.folder / "dump.rdb").replace(self.folder / "old.rdb")

    def restart(self, *, from_old: bool) -> None:
        """Start it after a kill, empty or as it was once."""
        (self.folder / "dump.rdb").unlink(missing_ok=True)
        if from_old and (self.folder / "old.rdb").exists():
            shutil.copy(self.folder / "old.rdb", self.folder / "dump.rdb")
        self.server.start()


@contextmanager
def log_server(folder: Path, *, own_disk: bool) -> Iterator[LogServer]:
    """Lend a PostgreSQL that waits for its disk; where we may mount one, the disk is its own. Raises NoServer."""
    found = postgres_programs()
    if not found:
        raise NoServer("no PostgreSQL 15 or newer on this machine or in a wheel")
    account = Account.unprivileged()
    with ExitStack() as stack:
        directory = stack.enter_context(private_directory("wayhome-pg-", account))
        disk = stack.enter_context(_disk(folder)) if own_disk else None
        if disk is not None:
            (disk / "pg").mkdir()
            account.own(disk / "pg")
            folder.chmod(0o711)  # its account has to come through
        data = disk / "pg" / "data" if disk else None
        server = PrivatePostgres(directory, found[0], durable=True, data=data, settings=SETTINGS)
        server.start()
        stack.callback(server.stop)
        yield LogServer(server, server.fresh_database(), directory / ".s.PGSQL.5432", disk)


@contextmanager
def queue() -> Iterator[Queue]:
    """Lend a Redis. Raises NoServer."""
    found = valkey_programs()
    if not found:
        raise NoServer("no Redis 6.2 or Valkey on this machine or in a wheel")
    with private_directory("wayhome-vk-", Account()) as directory:
        server = PrivateValkey(directory, found[0], durable=False)
        server.start()
        try:
            yield Queue(server, directory)
        finally:
            server.stop()


@contextmanager
def _disk(folder: Path) -> Iterator[Path]:
    """Lend an ext4 image, mounted."""
    image, place = folder / "disk.img", folder / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop,noatime", str(image), str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
