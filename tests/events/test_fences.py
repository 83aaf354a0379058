"""The database itself refuses to change or forget what happened."""

from pathlib import Path

import pytest

from events.database import APPLICATION_ROLE, Database
from events.errors import StoreProblem, StoreReadOnly
from events.log import Log
from tests.kit.logs import a_log, prepare_at, refusal, small_history

FOR_EVER = ("events", "sealed_parts", "commands")
SEALED = ("tree", "checkpoints", "checkpoint_signatures")
COLUMN = {"events": "actor", "sealed_parts": "person", "commands": "answer"}

SEALED_COLUMN = {"tree": "hash", "checkpoints": "root", "checkpoint_signatures": "signature"}


@pytest.mark.parametrize("table", FOR_EVER)
def test_the_owner_cannot_change_what_happened(log: Log, table: str) -> None:
    small_history(log)
    assert "happened; it cannot be changed" in refusal(log.database, f"UPDATE {table} SET {COLUMN[table]} = 'x'")


@pytest.mark.parametrize("table", [*FOR_EVER, "streams", "log_head"])
def test_the_owner_cannot_remove_what_happened(log: Log, table: str) -> None:
    small_history(log)
    assert "happened; it cannot be changed or removed" in refusal(log.database, f"DELETE FROM {table}")


@pytest.mark.parametrize("table", [*FOR_EVER, *SEALED, "streams", "log_head"])
def test_the_owner_cannot_empty_a_table(prepared_pg_url: str, table: str) -> None:
    database = Database(prepared_pg_url)
    assert "happened; it cannot be changed or removed" in refusal(database, f"TRUNCATE {table}")
    database.close()


@pytest.mark.parametrize("table", FOR_EVER)
def test_sqlite_does_not_put_a_row_in_the_place_of_another(sqlite_file: Path, table: str) -> None:
    prepare_at(f"sqlite:///{sqlite_file}")
    log = a_log(f"sqlite:///{sqlite_file}")
    small_history(log)
    assert "happened" in refusal(log.database, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    log.database.close()


def test_the_application_acts_as_a_role_that_can_only_add_and_read(prepared_pg_url: str) -> None:
    database = Database(prepared_pg_url)
    with database.writing() as connection:
        assert connection.exec_driver_sql("SELECT current_user").scalar_one() == APPLICATION_ROLE
    for table in FOR_EVER:
        for statement in (f"UPDATE {table} SET {COLUMN[table]} = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(StoreReadOnly, match="permission denied"), database.writing() as connection:
                connection.exec_driver_sql(statement)
    database.close()


@pytest.mark.parametrize("table", SEALED)
def test_the_application_can_add_to_what_was_sealed_and_change_nothing_of_it(prepared_pg_url: str, table: str) -> None:
    database = Database(prepared_pg_url)
    for statement in (f"UPDATE {table} SET {SEALED_COLUMN[table]} = NULL", f"DELETE FROM {table}"):
        with pytest.raises(StoreReadOnly, match="permission denied"), database.writing() as connection:
            connection.exec_driver_sql(statement)
    database.close()


def test_the_application_cannot_take_the_fences_down(prepared_pg_url: str) -> None:
    database = Database(prepared_pg_url)
    for statement in ("ALTER TABLE events DISABLE TRIGGER USER", "DROP TABLE events", "DROP FUNCTION refuse_change"):
        with pytest.raises(StoreProblem), database.writing() as connection:
            connection.exec_driver_sql(statement)
    database.close()


def test_a_transaction_left_open_is_ended_by_the_server(prepared_pg_url: str) -> None:
    database = Database(prepared_pg_url)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one() == "1min"
    database.close()
