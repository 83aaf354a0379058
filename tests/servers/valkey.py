"""Starts a private Valkey for tests and benches, or borrows the one an environment variable names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.servers.binaries import NoServer, valkey_programs
from tests.servers.processes import Account, NotOurs, ServerProcess, private_directory

REDIS_URL_VARIABLE = "WAYHOME_TEST_REDIS_URL"


class Keyspace:
    """One logical database of a Valkey; the common part of a private and a borrowed one."""

    ours: bool

    def __init__(self, url: str) -> None:
        self.url = url

    def flush(self) -> None:
        """Empties this database, and no other of the same server."""
        with redis.Redis.from_url(self.url) as client:
            client.flushdb()


class BorrowedValkey(Keyspace):
    """Someone else's server: its named database is emptied before each test, the server stays."""

    ours = False

    def start(self) -> None:
        """Refuses."""
        raise NotOurs(REDIS_URL_VARIABLE)

    stop = kill = start

    @property
    def pid(self) -> int:
        """Refuses."""
        raise NotOurs(REDIS_URL_VARIABLE)


class PrivateValkey(Keyspace):
    """A Valkey of our own on a Unix socket; unless durable, a restart has forgotten everything."""

    ours = True

    def __init__(self, directory: Path, program: Path, *, durable: bool) -> None:
        socket = directory / "valkey.sock"
        command: list[str | Path] = [
            program,
            "--port",
            "0",
            "--unixsocket",
            socket,
            "--unixsocketperm",
            "700",
        ]
        command += ["--dir", directory, "--loglevel", "warning", "--save", ""]
        command += ["--appendonly", "yes" if durable else "no"]
        self._process = ServerProcess(directory, Account(), command)
        super().__init__(f"unix://{socket}?db=0")

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def start(self) -> None:
        """Starts it and returns once it answers."""
        self._process.start(self._answers)

    def stop(self) -> None:
        """Stops it in good order."""
        self._process.stop()

    def kill(self) -> None:
        """Kills it, as when its machine is lost."""
        self._process.kill()

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.BusyLoadingError):
            return False


Valkey = PrivateValkey | BorrowedValkey


@contextmanager
def valkey_server(*, durable: bool = False, program: Path | None = None) -> Iterator[Valkey]:
    """Lends a Valkey until the block ends: the one in WAYHOME_TEST_REDIS_URL, else a private one.

    The database that the variable names is emptied; name one that nobody else uses. Raises NoServer.
    """
    borrowed = os.environ.get(REDIS_URL_VARIABLE)
    if borrowed and program is None:
        yield BorrowedValkey(borrowed)
        return
    with private_directory("wayhome-vk-", Account()) as directory:
        server = PrivateValkey(directory, program or _best_program(), durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _best_program() -> Path:
    found = valkey_programs()
    if not found:
        raise NoServer(f"no Redis 6.2 or Valkey on this machine or in a wheel, and {REDIS_URL_VARIABLE} is not set")
    return found[0]
