"""The log on both databases: every test that asks for `database` or `log` runs on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.database import Database, sqlite_url
from events.facts import catalogue
from events.log import Log
from events.world import SystemEntropy
from tests.kit.key_stores import Place
from tests.kit.logs import shared_keys


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    """Where a test keeps its SQLite database."""
    return tmp_path / "wayhome.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with nothing in it, one after the other of both kinds."""
    if request.param == "sqlite":
        database = Database(sqlite_url(request.getfixturevalue("sqlite_file")))
    else:
        database = Database(request.getfixturevalue("pg_url"))
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A prepared database, one after the other of both kinds."""
    if request.param == "sqlite":
        file = request.getfixturevalue("sqlite_file")
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        database = Database(sqlite_url(file))
    else:
        database = Database(request.getfixturevalue("prepared_pg_url"))
    yield database
    database.close()


@pytest.fixture
def log(database: Database) -> Log:
    """An empty log with Wayhome's own facts and keys in memory."""
    chance = SystemEntropy()
    return Log(database, catalogue(), shared_keys(chance), chance)


@pytest.fixture(params=["file", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    found = Place(request.param, tmp_path, request.getfixturevalue("pg_url") if request.param == "postgresql" else "")
    yield found
    found.close()
