"""A log moved from one kind of database to the other is the same log: every proof holds, nothing is written over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from events import tables
from events.database import Database, sqlite_url
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
