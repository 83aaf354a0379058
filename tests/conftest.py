"""The servers every test may ask for."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

from events.database import sqlite_url
from tests.offices import Office
from tests.servers import NoServer, Postgres, Valkey, postgres_server, valkey_server

Server = TypeVar("Server")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the whole session; a test that stops it must start it again."""
    with _server_or_skip(postgres_server()) as server:
        yield server


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """A Valkey for the whole session; a test that stops it must start it again."""
    with _server_or_skip(valkey_server()) as server:
        yield server


@pytest.fixture
def pg_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty database that is this test's alone."""
    url = postgres.fresh_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture
def redis_url(valkey: Valkey) -> str:
    """The URL of an empty Valkey."""
    valkey.flush()
    return valkey.url


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office, on every database Wayhome runs on, whose programme is published and whose cases are still to come."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "office.db").render_as_string()
    else:
        url = request.getfixturevalue("pg_url")
    office = Office(url)
    try:
        yield office
        office.check()
    finally:
        office.close()


@contextmanager
def _server_or_skip(server: AbstractContextManager[Server]) -> Iterator[Server]:
    with ExitStack() as stack:
        try:
            lent = stack.enter_context(server)
        except NoServer as reason:
            _skip_at_home(str(reason))
        yield lent


def _skip_at_home(reason: str) -> NoReturn:
    """Skips on a machine that has no server to offer; a check that counts may not look away."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
