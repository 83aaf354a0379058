"""When the database does not do it, the caller is told what to do next, and nothing is left half done."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import event

from events.database import Database, make_durable, sqlite_url
from events.errors import EventsError, StoreFull, StoreProblem, StoreReadOnly, StoreUnavailable, as_store_problem
from events.facts import catalogue
from events.log import Log
from events.schema import migrate
from events.verify import verify
from events.world import SystemEntropy
from tests.kit.logs import CASE, LINKED, NOTE, OPENED, SECRET_NAME, a_log, said, shared_keys, tell
from tests.kit.reading import READ_BY_A_TEST
from tests.servers.postgres import Postgres, postgres_server


@pytest.fixture
def file_log(sqlite_file: Path) -> Log:
    database = Database(sqlite_url(sqlite_file))
    migrate(database)
    log = Log(database, catalogue(), shared_keys(), SystemEntropy())
    tell(log, (CASE, OPENED))
    return log


def assert_untouched(log: Log, events: int) -> None:
    report = verify(log)
    assert report.ok, report.findings
    assert report.events == events


def test_a_server_that_is_down_is_unavailable_and_comes_back() -> None:
    with postgres_server(durable=True) as server:
        if not server.ours:
            pytest.skip("this server was lent to us: it may not be stopped")
        url = server.fresh_database()
        migrate(Database(url))
        log = a_log(url)
        tell(log, (CASE, LINKED))
        with pytest.raises(StoreUnavailable, match="try again"), log.writing() as writing:  # noqa: PT012 - a write is a block
            writing.lock([CASE])
            writing.append(CASE, LINKED, said(writing))
            server.kill()
        for attempt in (log.size, log.now, lambda: tell(log, (CASE, LINKED)), lambda: migrate(Database(url))):
            with pytest.raises(StoreUnavailable):
                attempt()
        server.start()
        tell(log, (CASE, LINKED))
        assert_untouched(log, 2)
        log.database.close()


def test_a_connection_the_server_ended_is_unavailable(postgres: Postgres, prepared_pg_url: str) -> None:
    log = a_log(prepared_pg_url)
    with pytest.raises(StoreUnavailable), log.writing() as writing:  # noqa: PT012 - a write is a block
        writing.lock([CASE])
        writing.append(CASE, LINKED, said(writing))
        pid = writing.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with postgres.connect("postgres") as other:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))
    tell(log, (CASE, LINKED))
    assert_untouched(log, 1)
    log.database.close()


def test_an_error_at_commit_is_said_as_plainly_as_any(log: Log) -> None:
    tell(log, (CASE, LINKED))
    if log.database.kind == "sqlite":
        rule = (
            "CREATE TABLE later (id INTEGER PRIMARY KEY, other INTEGER REFERENCES later DEFERRABLE INITIALLY DEFERRED)"
        )
        rows = "(1, 2)"
    else:
        rule = "CREATE TEMPORARY TABLE later (id INTEGER UNIQUE DEFERRABLE INITIALLY DEFERRED)"
        rows = "(1), (1)"
    with pytest.raises(EventsError), log.writing() as writing:  # noqa: PT012 - a write is a block
        writing.connection.exec_driver_sql(rule)
        writing.lock([CASE])
        writing.append(CASE, LINKED, said(writing))
        writing.connection.exec_driver_sql(f"INSERT INTO later VALUES {rows}")
    assert log.size() == 1


def test_a_replica_is_read_only(prepared_pg_url: str) -> None:
    log = a_log(prepared_pg_url)
    tell(log, (CASE, LINKED))
    with pytest.raises(StoreReadOnly), log.writing() as writing:  # noqa: PT012 - a write is a block
        writing.connection.exec_driver_sql("SET TRANSACTION READ ONLY")  # what a replica says to every writer
        writing.lock([CASE])
        writing.append(CASE, LINKED, said(writing))
    assert_untouched(log, 1)
    log.database.close()


def test_a_file_that_may_only_be_read_is_read_only(file_log: Log, sqlite_file: Path) -> None:
    file_log.database.close()
    database = Database(f"sqlite:///file:{sqlite_file}?mode=ro&uri=true")
    log = Log(database, file_log.catalogue, file_log.keys, SystemEntropy())
    assert getattr(log.opened(log.page()[0], ["identity"], READ_BY_A_TEST), "name", None) == SECRET_NAME
    with pytest.raises(StoreReadOnly, match="check the file's permissions"):
        tell(log, (CASE, LINKED))
    migrate(database)
    assert_untouched(log, 1)
    database.close()


def test_a_full_disk_is_said_and_nothing_is_half_done(file_log: Log) -> None:
    limited: list[sqlite3.Connection] = []

    @event.listens_for(file_log.database._writer, "checkout")
    def _no_more_pages(connection: sqlite3.Connection, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 2}")
        limited.append(connection)

    before = file_log.size()
    with pytest.raises(StoreFull, match="free some disk space"):
        tell(file_log, *[(CASE, NOTE)] * 400)
    assert_untouched(file_log, before)
    event.remove(file_log.database._writer, "checkout", _no_more_pages)
    limited[0].execute("PRAGMA max_page_count=1000000")
    tell(file_log, (CASE, NOTE))
    assert_untouched(file_log, before + 1)
    file_log.database.close()


def test_a_writer_waits_for_another_process_that_holds_the_file(file_log: Log, sqlite_file: Path) -> None:
    other = sqlite3.connect(sqlite_file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.rollback).start()
    tell(file_log, (CASE, LINKED))
    assert_untouched(file_log, 2)
    other.close()
    file_log.database.close()


def test_a_new_file_is_waited_for_while_another_process_switches_it_over(sqlite_file: Path) -> None:
    other = sqlite3.connect(sqlite_file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    threading.Timer(0.2, other.rollback).start()
    ours = sqlite3.connect(sqlite_file, timeout=0)
    make_durable(ours)
    assert ours.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ours.close()
    other.close()


def test_a_file_held_for_too_long_is_unavailable(file_log: Log, sqlite_file: Path) -> None:
    with file_log.database._writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    other = sqlite3.connect(sqlite_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="database is locked"):
        tell(file_log, (CASE, LINKED))
    other.close()
    assert_untouched(file_log, 1)
    file_log.database.close()


def test_when_all_connections_are_busy_the_caller_is_told_to_try_again(prepared_pg_url: str) -> None:
    database = Database(prepared_pg_url, pool=1)
    database._writer.pool._timeout = 0.05  # type: ignore[attr-defined]
    held = [database._writer.connect() for _ in range(5)]
    with pytest.raises(StoreUnavailable, match="connections are busy"), database.reading():
        pass
    for connection in held:
        connection.close()
    database.close()


def test_a_file_that_is_no_database_is_a_problem_with_a_name(sqlite_file: Path) -> None:
    sqlite_file.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(StoreProblem, match="file is not a database"):
        migrate(Database(sqlite_url(sqlite_file)))


def test_an_error_quotes_nothing_that_was_stored(log: Log) -> None:
    tell(log, (CASE, LINKED), command_id="c-1")
    with pytest.raises(EventsError) as caught:
        tell(log, (CASE, LINKED), command_id="c-1")
    assert "c-1" not in str(caught.value)
    assert "next_case" not in f"{caught.value} {caught.value.__cause__}"


def test_an_error_without_words_is_named_by_its_kind() -> None:
    assert "OperationalError" in str(as_store_problem(sqlite3.OperationalError()))
