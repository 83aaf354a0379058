"""All of a page is read from one state of the database; what its thread writes ends that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import QueuePool, text

from events.database import Database
from events.errors import EventsError

HOW_FAR = text("SELECT size FROM log_head")


def size(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(HOW_FAR).scalar_one())


def goes_on(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE log_head SET size = size + 1"))


def elsewhere(work: object, *given: object) -> object:
    """Return what another thread finds, which has no part in anybody's state."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *given).result(30)  # type: ignore[arg-type]


def test_what_others_write_meanwhile_is_not_seen_in_between(database: Database) -> None:
    with database.one_state():
        before = size(database)
        elsewhere(goes_on, database)
        assert elsewhere(size, database) == before + 1
        assert size(database) == before
    assert size(database) == before + 1


def test_what_is_read_after_a_write_of_ones_own_is_what_was_written(database: Database) -> None:
    with database.one_state():
        before = size(database)
        elsewhere(goes_on, database)
        goes_on(database)
        assert size(database) == before + 2


def test_a_question_that_fails_does_not_spoil_the_next_one(database: Database) -> None:
    with database.one_state():
        before = size(database)
        with pytest.raises(EventsError), database.reading() as connection:
            connection.execute(text("SELECT nothing FROM nowhere"))
        assert size(database) == before


def test_nobody_holds_a_connection_and_waits_for_another(database: Database) -> None:
    assert isinstance(database._reader.pool, QueuePool)
    with database.one_state():
        size(database)
        assert database._reader.pool.checkedout() == 1
        with database.writing():  # PostgreSQL writes with what it reads with
            assert database._reader.pool.checkedout() == (1 if database.kind == "postgresql" else 0)
    assert database._reader.pool.checkedout() == 0
