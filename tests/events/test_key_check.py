"""A log and its keys belong together; other keys would make everybody look erased."""

from __future__ import annotations

import pytest

from events.catalogue import Catalogue
from events.database import Database
from events.errors import KeysMissing
from events.facts import catalogue
from events.key_check import KEYS_STREAM, bind_keys_to_log
from events.keys import MemoryKeys
from events.log import Log
from events.world import SeededEntropy

CATALOGUE: Catalogue = catalogue()


def opened(database: Database, seed: int) -> Log:
    chance = SeededEntropy(seed)
    return Log(database, CATALOGUE, MemoryKeys(chance), chance)


def test_the_keys_a_log_was_begun_with_open_it_again_and_are_noted_once(database: Database) -> None:
    bind_keys_to_log(opened(database, 1))
    bind_keys_to_log(opened(database, 1))
    assert len(opened(database, 1).stream(KEYS_STREAM)) == 1


def test_a_log_is_not_opened_with_the_keys_of_another(database: Database) -> None:
    bind_keys_to_log(opened(database, 1))
    with pytest.raises(KeysMissing, match="belongs to another log"):
        bind_keys_to_log(opened(database, 2))
    assert opened(database, 1).size() == 1
