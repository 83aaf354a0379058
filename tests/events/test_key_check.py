"""A log and its keys belong together; other keys would make everybody look erased."""

from pathlib import Path

import pytest

from events.catalogue import Catalogue
from events.database import Database, sqlite_url
from events.errors import KeysMissing, LogMissing
from events.facts import catalogue
from events.key_check import KEYS_STREAM, bind_keys_to_log
from events.keys import MemoryKeys
from events.log import Log
from events.schema import migrate
from events.world import SeededEntropy
from tests.kit.logs import shared_keys

CATALOGUE: Catalogue = catalogue()


def opened(database: Database, seed: int) -> Log:
    chance = SeededEntropy(seed)
    return Log(database, CATALOGUE, shared_keys(chance), chance)


def test_the_keys_a_log_was_begun_with_open_it_again_and_are_noted_once(database: Database) -> None:
    bind_keys_to_log(opened(database, 1))
    bind_keys_to_log(opened(database, 1))
    assert len(opened(database, 1).stream(KEYS_STREAM)) == 1


def test_a_log_is_not_opened_with_the_keys_of_another(database: Database) -> None:
    bind_keys_to_log(opened(database, 1))
    with pytest.raises(KeysMissing, match="belongs to another log"):
        bind_keys_to_log(opened(database, 2))
    assert opened(database, 1).size() == 1


def test_no_second_log_begins_under_the_keys_of_another(tmp_path: Path) -> None:
    keys = shared_keys(SeededEntropy(1))
    bind_keys_to_log(log_in(tmp_path / "office.sqlite", keys))
    with pytest.raises(LogMissing, match=r"there is no log here.*WAYHOME_DATABASE_URL"):
        bind_keys_to_log(log_in(tmp_path / "forgotten.sqlite", keys))
    assert log_in(tmp_path / "forgotten.sqlite", keys).size() == 0
    bind_keys_to_log(log_in(tmp_path / "office.sqlite", keys))


def test_keys_from_before_the_mark_that_sealed_something_begin_no_log(tmp_path: Path) -> None:
    keys = shared_keys(SeededEntropy(1))
    keys.ensure([("P-1", "identity")])
    with pytest.raises(LogMissing):
        bind_keys_to_log(log_in(tmp_path / "forgotten.sqlite", keys))


def test_a_log_that_once_began_with_the_same_keys_is_told_from_the_right_one(tmp_path: Path) -> None:
    keys = shared_keys(SeededEntropy(1))
    bind_keys_to_log(log_in(tmp_path / "office.sqlite", keys))
    other = shared_keys(SeededEntropy(1))  # the same keys, before they were marked
    bind_keys_to_log(log_in(tmp_path / "second.sqlite", other))
    with pytest.raises(LogMissing, match="another log"):
        bind_keys_to_log(log_in(tmp_path / "second.sqlite", keys))


def log_in(file: Path, keys: MemoryKeys) -> Log:
    database = Database(sqlite_url(file))
    migrate(database)
    return Log(database, CATALOGUE, keys, SeededEntropy(3))
