"""A log moved from one kind of database to the other is the same log: every proof holds, nothing is written over."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select, update

from events import tables
from events.database import Database, sqlite_url
from events.erasure_gate import PURPOSE, WORDS, copy_gate, next_word
from events.errors import BackupRefused
from events.facts import catalogue
from events.high_water import raise_mark, refuse_older_copies
from events.log import Log
from events.schema import migrate
from events.table_copy import copy_tables
from events.verify import verify
from events.world import SystemEntropy
from tests.kit.logs import LINKED, NOTE, OTHER, SECRET_STORY, small_history, tell
from tests.kit.reading import READ_BY_A_TEST

SCHEMAS = (tables.metadata,)


@pytest.fixture
def target(log: Log, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of the other kind."""
    if log.database.kind == "postgresql":
        database = Database(sqlite_url(tmp_path / "moved.sqlite"))
    else:
        database = Database(request.getfixturevalue("pg_url"))
    migrate(database)
    yield database
    database.close()


def copied(log: Log, target: Database) -> Log:
    with log.database.reading() as source, target.writing() as connection:
        copy_tables(source, connection, SCHEMAS)
    return Log(target, catalogue(), log.keys, SystemEntropy())


def test_a_log_moved_to_the_other_kind_of_database_proves_itself_as_before(log: Log, target: Database) -> None:
    small_history(log)
    raise_mark(log)
    there = copied(log, target)
    before, after = verify(log), verify(there)
    assert (after.ok, after.head, after.events) == (True, before.head, before.events)
    assert [event.leaf for event in there.stream(OTHER)] == [event.leaf for event in log.stream(OTHER)]
    refuse_older_copies(there)


def test_what_was_sealed_opens_there_and_the_history_goes_on(log: Log, target: Database) -> None:
    small_history(log)
    there = copied(log, target)
    tell(there, (OTHER, LINKED))
    (*_, note, _) = there.stream(OTHER)
    assert there.fact(note).__class__.__name__ == NOTE.__class__.__name__
    assert getattr(there.opened(note, ("story",), READ_BY_A_TEST), "note") == SECRET_STORY  # noqa: B009 - a closed twin's field
    assert verify(there).ok


def test_nothing_is_copied_over_what_is_there(log: Log, target: Database) -> None:
    small_history(log)
    copied(log, target)
    with pytest.raises(BackupRefused, match="name an empty database"):
        copied(log, target)


def test_the_gate_stands_there_where_it_stood(log: Log, target: Database) -> None:
    """A log that goes to another database and back does so with the words that are used up."""
    word = next_word(log.keys, _last_word(log))
    with log.database.writing() as connection:
        if log.database.kind == "postgresql":
            copy_gate(connection, word)
        else:
            connection.execute(update(tables.erasure_gate).values(value=word))
    copied(log, target)
    with target.writing() as connection:
        if target.kind == "postgresql":
            copy_gate(connection, b"x" * 32)  # it is set, and not to be set again
        assert connection.execute(select(tables.erasure_gate.c.value)).scalar_one() == word


def _last_word(log: Log) -> bytes:
    word = log.keys.secret(PURPOSE)
    for _ in range(WORDS):
        word = sha256(word).digest()
    return word
