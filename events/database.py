"""One database, SQLite file or PostgreSQL, behind two verbs: reading and writing.

SQLite gets an engine that only reads and one that only writes (``BEGIN IMMEDIATE``: a transaction that
begins by reading and then wants to write fails at once however long the time-out is). PostgreSQL gets one
engine; if the role ``wayhome_app`` exists and we may, we act as it: it cannot change or delete a fact.
"""

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url

from events.errors import StoreFull, StoreProblem, StoreUnavailable, as_store_problem
from events.reserve import give_up_reserve, keep_reserve

APPLICATION_ROLE = "wayhome_app"
LOCKED_TRIES_MAX = 200
PAUSE_SECONDS = 0.02
ROOM_MIN: Final = 64 * 1024  # bytes; SQLite needs as much beside a file to open it
NO_ROOM: Final = "there is no room left on the disk: nothing was recorded, what is there can be read; free some space"
_SQLITE_NOW = "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'"
_POSTGRESQL_NOW = "to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"


class _Held(threading.local):
    """The connection from which a thread reads one state, while it does."""

    connection: Connection | None = None
    stack: ExitStack | None = None

    def hold(self, opened: AbstractContextManager[Connection]) -> None:
        self.stack = ExitStack()
        self.connection = self.stack.enter_context(opened)

    def let_go(self) -> None:
        stack, self.stack, self.connection = self.stack, None, None
        if stack is not None:
            stack.close()


class Database:
    """Opens connections the right way for each kind of database and says its errors in our words.

    Whatever is done in ``reading`` or ``writing`` raises a StoreProblem when the database does not do it, and
    StreamMoved when another process got in between. Nobody waits longer than 60 seconds for a connection.
    """

    def __init__(self, url: str | URL, *, pool: int = 8, overwrites: bool = False) -> None:
        """Open nothing yet; with ``overwrites`` SQLite writes zeros over what is deleted."""
        self.url = make_url(url)
        self.kind = self.url.get_backend_name()
        self._file: tuple[int, int] | None = None
        self._held = _Held()
        assert self.kind in ("sqlite", "postgresql"), f"Wayhome runs on SQLite and PostgreSQL, not {self.kind}"
        if self.kind == "sqlite":
            self._reader, self._writer = _sqlite(self.url, pool, reads=True), _sqlite(self.url, 1)
            if overwrites:
                event.listen(self._writer, "connect", lambda file, _: file.execute("PRAGMA secure_delete=ON"))
        else:
            self._writer = _postgresql(self.url, pool)
            # Said with BEGIN, so that it costs no question of its own.
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def now_sql(self) -> str:
        """Return the expression for the database's own clock, in the log's text form; SQLite's counts milliseconds."""
        return _SQLITE_NOW if self.kind == "sqlite" else _POSTGRESQL_NOW

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of the database for as long as it is held."""
        held = self._held.connection
        if held is None:
            with self._said_plainly(), self._reader.begin() as connection:
                self._begin(connection, "DEFERRED")  # touches nothing yet, and is said before every look
                yield connection
            return
        try:
            with self._said_plainly():
                yield held
        except BaseException:
            self._held.let_go()  # whatever went wrong with it, what is read next is read by another
            raise

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """Let all that this thread reads until the block ends be read from one state, without asking for each anew.

        What it writes meanwhile ends that: what is read after it is as it is then. Nothing that is begun in the block
        may go on reading behind it.
        """
        assert self._held.connection is None, "one state is asked for once"
        with ExitStack() as stack:
            stack.callback(self._held.let_go)
            self._held.hold(self.reading())
            yield

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that commits at the end, or not at all."""
        self._held.let_go()  # nobody holds a connection and waits for another one
        with self._said_plainly(), self._writer.begin() as connection:
            self._begin(connection, "IMMEDIATE")
            yield connection

    def _begin(self, connection: Connection, how: str) -> None:
        """Say to SQLite's own connection what PostgreSQL's driver says by itself.

        An engine that listens for its transactions could say it too, but one that listens for anything asks at each
        step of each statement whether somebody hears it.
        """
        if self.kind == "sqlite":
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute(f"BEGIN {how}")

    def empty_journal(self) -> bool:
        """Bring what lies beside a SQLite file into it, and tell whether nothing is left beside it.

        False while somebody still reads an older state; PostgreSQL reuses its own journal in its own time.
        """
        if self.kind != "sqlite":
            return True
        with self._said_plainly(), self._writer.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def was_replaced(self) -> bool:
        """Tell whether another file lies where this database's did when this was first asked: ours was moved away."""
        if self.kind != "sqlite":
            return False
        try:
            found = Path(self.url.database or "").stat()
        except FileNotFoundError:
            return self._file is not None
        self._file = self._file or (found.st_dev, found.st_ino)
        return self._file != (found.st_dev, found.st_ino)

    def keep_reserve(self) -> None:
        """Keep room beside the file for what must be recorded on a full disk too; PostgreSQL's disk is its own."""
        if self.kind == "sqlite":
            keep_reserve(Path(self.url.database or ""))

    def give_up_reserve(self) -> bool:
        """Give up the room that was kept, after a StoreFull; tell whether there was any."""
        return self.kind == "sqlite" and give_up_reserve(Path(self.url.database or ""))

    def close(self) -> None:
        """Let go of all connections."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except exc.TimeoutError as problem:
            raise StoreUnavailable("all database connections are busy; try again") from problem
        except (exc.DBAPIError, self._writer.dialect.loaded_dbapi.Error) as problem:
            found = as_store_problem(problem)
            if isinstance(found, StoreProblem) and self.kind == "sqlite" and no_room(Path(self.url.database or "")):
                raise StoreFull(NO_ROOM) from problem
            raise found from problem


def sqlite_url(path: Path) -> URL:
    """Return the address of a SQLite file."""
    return URL.create("sqlite", database=str(path))


def no_room(file: Path) -> bool:
    """Tell whether the disk a file is on is full: SQLite says so in many ways, or speaks of an I/O error."""
    try:
        return shutil.disk_usage(file.parent).free < ROOM_MIN
    except OSError:
        return False


def opened_for_reading(file: Path) -> sqlite3.Connection:
    """Return a SQLite file of which all is in one place, where there is no room for the files beside it.

    Raises sqlite3.Error when something lies beside it that would have to be read too.
    """
    beside = file.with_name(f"{file.name}-wal")
    if beside.exists() and beside.stat().st_size:
        raise sqlite3.OperationalError("database or disk is full")
    address = f"file:{quote(str(file.absolute()))}?immutable=1"
    return sqlite3.connect(address, uri=True, timeout=30, check_same_thread=False)


def make_durable(file: sqlite3.Connection) -> None:
    """Let a SQLite file be read while it is written, and wait for the disk; raises sqlite3.Error when it cannot.

    The first to open a new file switches it over. SQLite's own time-out does not cover that moment, so whoever
    comes second waits here.
    """
    for left in reversed(range(LOCKED_TRIES_MAX)):
        try:
            file.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or not left:
                raise
            time.sleep(PAUSE_SECONDS)
    file.execute("PRAGMA synchronous=FULL")


def _sqlite(url: URL, pool: int, *, reads: bool = False) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,  # what is written must not end in an error's text
        connect_args={"timeout": 30, "check_same_thread": False},
    )

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Any, _record: Any, address: Any, options: Any) -> sqlite3.Connection:
        return _opened(dialect.connect(*address, **options), Path(url.database or ""), reads)

    # recursive_triggers: without it INSERT OR REPLACE removes a row behind the back of its triggers.
    pragmas = ["foreign_keys=ON", "recursive_triggers=ON"]
    # secure_delete: what is removed is overwritten, so that nothing of an erased person stays in a free page.
    pragmas += ["query_only=ON"] if reads else ["secure_delete=ON"]

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _opened(file: sqlite3.Connection, path: Path, reads: bool) -> sqlite3.Connection:  # noqa: FBT001 - as its engine does
    try:
        make_durable(file)
    except sqlite3.Error:
        file.close()
        if reads and no_room(path):  # what is there can still be read
            return opened_for_reading(path)
        raise
    return file


def _postgresql(url: URL, pool: int) -> Engine:
    # A forgotten open transaction would hold the head of the log; the server ends it after a minute.
    settings = "-c idle_in_transaction_session_timeout=60000 -c timezone=UTC -c random_page_cost=1.1"
    engine = create_engine(
        url,
        pool_size=pool,
        max_overflow=4,
        hide_parameters=True,
        connect_args={"options": settings, "prepare_threshold": 2},
    )

    @event.listens_for(engine, "connect")
    def _act_as_application(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname FROM pg_roles WHERE rolname = %s AND pg_has_role(current_user, oid, 'MEMBER') "
                "AND to_regclass('events') IS NOT NULL",
                (APPLICATION_ROLE,),
            )
            if cursor.fetchone():
                cursor.execute(f"SET ROLE {APPLICATION_ROLE}")
        connection.commit()

    return engine


def owner_engine(url: URL) -> Engine:
    """Return an engine that acts as the owner of the tables: for migrations only."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, hide_parameters=True)
    engine = _sqlite(url, 1)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
