"""A database is brought to today's schema, once, by whoever comes first; a newer one is left alone."""

import multiprocessing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

import events.schema
import events.tables
import handlers.projections.tables
from events.database import Database, owner_engine, sqlite_url
from events.errors import StoreReadOnly, StoreUnavailable, TooNew
from events.facts import catalogue
from events.log import Log
from events.schema import migrate, newest, schema_revision
from events.world import SystemEntropy
from tests.kit.logs import CASE, LINKED, prepare_at, shared_keys, tell

HEAD = ScriptDirectory(str(Path(events.schema.__file__).parent / "migrations")).get_current_head()


def everything(connection: Connection) -> dict[str, object]:
    found = inspect(connection)
    return {table: [column["name"] for column in found.get_columns(table)] for table in found.get_table_names()}


def test_the_migrated_schema_is_the_one_the_tables_describe(database: Database) -> None:
    metadata = [events.tables.metadata, handlers.projections.tables.metadata]
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []  # type: ignore[arg-type]
        assert schema_revision(connection) == HEAD == newest()


def test_preparing_again_changes_nothing(database: Database) -> None:
    log = Log(database, catalogue(), shared_keys(), SystemEntropy())
    tell(log, (CASE, LINKED))
    migrate(database)
    assert log.size() == 1
    tell(log, (CASE, LINKED))


def test_looks_of_before_are_kept_and_count_as_cases_that_were_opened(empty_database: Database) -> None:
    looks = (("2026-03-02T09:00", "7K3P9-QXM2D", False), ("2026-03-02T09:01", "7K3P9-00000", True))
    names, owner = "account, at, case_id, session, page, refused", owner_engine(empty_database.url)
    with owner.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(events.schema.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        for at, case_id, refused in looks:
            values = f"'staff:anna', '{at}', '{case_id}', 's', 'case', {refused}"
            connection.exec_driver_sql(f"INSERT INTO looks ({names}) VALUES ({values})")
    owner.dispose()
    migrate(empty_database)
    with empty_database.reading() as connection:
        columns = "case_id, page, refused, stops, listed, proof"
        rows = connection.exec_driver_sql(f"SELECT {columns} FROM looks ORDER BY at").all()
    assert [tuple(row) for row in rows] == [
        ("7K3P9-QXM2D", "case", False, False, False, ""),
        ("7K3P9-00000", "case", True, False, False, ""),  # was refused for an hour, and is not stopped now
    ]


def test_a_board_of_before_is_counted_once_as_its_database_is_brought_up_to_date(empty_database: Database) -> None:
    owner = owner_engine(empty_database.url)
    with owner.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(events.schema.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0020")
        texts = "case_id, programme, definition, stage, since, opened_at, source, route, reason, previous_case, office"
        for case_id, stage in (("1", "care"), ("2", "care"), ("3", "closed")):
            said = ", ".join(f"'{one}'" for one in (case_id, "moscow", "d", stage, "", "", "", "", "", "", ":moscow"))
            connection.exec_driver_sql(
                f"INSERT INTO case_board ({texts}, child, ended, version) VALUES ({said}, false, false, 1)"
            )
    owner.dispose()
    migrate(empty_database)
    with empty_database.reading() as connection:
        told = connection.exec_driver_sql("SELECT value, cases FROM board_counts WHERE name = 'stage'").all()
    assert dict(map(tuple, told)) == {"care": 2, "closed": 1}


def test_several_processes_may_prepare_at_once(empty_database: Database) -> None:
    url = empty_database.url.render_as_string(hide_password=False)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.map(prepare_at, [url] * 3, chunksize=1)
    with empty_database.reading() as connection:
        assert schema_revision(connection) == HEAD
        assert connection.exec_driver_sql("SELECT id, size FROM log_head").fetchall() == [(0, 0)]


def test_connections_from_before_the_schema_act_as_the_application_after(pg_url: str) -> None:
    database = Database(pg_url)
    with database.writing() as connection:
        owner = connection.exec_driver_sql("SELECT current_user").scalar_one()
    migrate(database)
    with database.writing() as connection:
        assert connection.exec_driver_sql("SELECT current_user").scalar_one() != owner
    database.close()


def test_data_of_a_newer_wayhome_is_left_alone(empty_database: Database) -> None:
    with empty_database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('9999')")
        before = everything(connection)
    with pytest.raises(TooNew, match="schema 9999, written by a newer Wayhome; install that version"):
        migrate(empty_database)
    with empty_database.reading() as connection:
        assert everything(connection) == before
        assert schema_revision(connection) == "9999"


def test_preparing_what_cannot_be_reached_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        migrate(Database(f"postgresql+psycopg://nobody@/nowhere?host={tmp_path}"))
    with pytest.raises(StoreReadOnly, match="unable to open database file"):
        migrate(Database(sqlite_url(tmp_path / "nowhere" / "wayhome.db")))


def test_no_other_kind_of_database_is_taken() -> None:
    with pytest.raises(AssertionError, match="SQLite and PostgreSQL"):
        Database("mysql://localhost/wayhome")
