"""An office with its workers, on every database Wayhome runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.database import Database
from events.facts import catalogue
from events.keys import MemoryKeys
from events.log import Log
from events.world import SystemEntropy
from tests.kit.logs import small_history
from tests.kit.mornings import Mornings
from tests.kit.offices import Office, open_office
from tests.kit.workshop import Workshop


@pytest.fixture
def either_office(office_url: str) -> Iterator[Office]:
    """An office on each database in turn, for what depends on locks."""
    with open_office(office_url) as office:
        yield office


@pytest.fixture
def office(prepared_sqlite_url: str) -> Iterator[Office]:
    """An office on the embedded database, for what does not."""
    with open_office(prepared_sqlite_url) as office:
        yield office


@pytest.fixture
def either_shop(either_office: Office, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop on each database in turn."""
    yield from _open_shop(either_office, tmp_path)


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop on the embedded database."""
    yield from _open_shop(office, tmp_path)


@pytest.fixture
def log(prepared_sqlite_url: str) -> Iterator[Log]:
    """A log with a little in it, and nobody at work on it."""
    database = Database(prepared_sqlite_url)
    log = Log(database, catalogue(), MemoryKeys(SystemEntropy()), SystemEntropy())
    small_history(log)
    yield log
    database.close()


def _open_shop(office: Office, folder: Path) -> Iterator[Workshop]:
    shop = Workshop(office, folder / "data")
    try:
        yield shop
    finally:
        shop.close()


@pytest.fixture
def mornings(shop: Workshop) -> Mornings:
    return Mornings(shop)


@pytest.fixture
def either_mornings(either_office: Office, tmp_path: Path) -> Mornings:
    return Mornings(Workshop(either_office, tmp_path))
