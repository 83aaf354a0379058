"""The servers, databases, offices and rehearsals every test may ask for."""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest
from _pytest.nodeid import NodeId
from hypothesis import settings
from sqlalchemy import make_url

from events.database import Database, sqlite_url
from events.schema import migrate
from tests.kit.command_line import Wayhome, rehearsed
from tests.kit.offices import KINDS, Office, open_office
from tests.servers.binaries import NoServer
from tests.servers.postgres import Postgres, postgres_server
from tests.servers.processes import place_for_throwaways
from tests.servers.valkey import Valkey, valkey_server

Server = TypeVar("Server")
# Without this every process of a run would compile all modules for itself, ours and everybody else's.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
if place := place_for_throwaways():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(place))  # where pytest makes the folders of tests
settings.register_profile("untimed", deadline=None)  # a test does not time
settings.load_profile("untimed")
os.environ["COLUMNS"] = "200"  # tables are as wide as this, whatever terminal the tests run in


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: a quarter of their time tests wait for a browser, a server, a process."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps in one process the tests of a file that share what is made once for it; each other would make it anew.

    pytest-xdist 3.8 writes a group behind an id that pytest 9.2 no longer reads: its groups had no effect at all.
    """
    if config.getoption("loadgroup", default=False):
        for item in items:
            if group := _group_of(item):
                item._id = NodeId.parse(f"{item.nodeid}@{group}")


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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with tables and nothing in them; copying it is ten times quicker than making the tables."""
    path = tmp_path_factory.mktemp("template") / "office.db"
    _with_tables(sqlite_url(path).render_as_string())
    return path


@pytest.fixture(scope="session")
def pg_template(postgres: Postgres) -> Iterator[str]:
    """The name of a database with tables and nothing in them."""
    url = postgres.fresh_database()
    _with_tables(url)
    yield make_url(url).database or ""
    postgres.drop_database(url)


@pytest.fixture
def prepared_sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of a SQLite file with tables."""
    path = tmp_path / "office.db"
    shutil.copyfile(sqlite_template, path)
    return sqlite_url(path).render_as_string()


@pytest.fixture
def prepared_pg_url(postgres: Postgres, pg_template: str) -> Iterator[str]:
    """The address of a PostgreSQL database with tables."""
    url = postgres.fresh_database(pg_template)
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=KINDS)
def office_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with tables, on every kind of database Wayhome runs on.

    A folder whose own statements are the same on both asks for one (tests/console/conftest.py), a test in it again
    for both (``tests.kit.offices.ON_BOTH_DATABASES``).
    """
    url: str = request.getfixturevalue("prepared_sqlite_url" if request.param == "sqlite" else "prepared_pg_url")
    return url


@pytest.fixture
def office(office_url: str) -> Iterator[Office]:
    """An office whose programme is published and whose cases are still to come."""
    with open_office(office_url) as office:
        yield office


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Wayhome:
    """An office that has just put the Moscow programme into force at the command line; it is to be copied."""
    made = Wayhome(tmp_path_factory.mktemp("published") / "data")
    made.done("programme", "publish", "moscow", "--as", "staff:operator")
    return made


@pytest.fixture
def wayhome(published: Wayhome, tmp_path: Path) -> Wayhome:
    """The same, for a test alone."""
    return published.copied_to(tmp_path / "data")


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rehearsed programme, made once however many processes the tests run in; it is to be copied."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "rehearsal"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            rehearsed(made := own / "rehearsal-being-made")
            made.rename(folder)
    return folder


@pytest.fixture(scope="module")
def demo(rehearsal: Path, tmp_path_factory: pytest.TempPathFactory) -> Wayhome:
    """The rehearsal, for the tests of a module: read it only, or take a copy."""
    return Wayhome(rehearsal).copied_to(tmp_path_factory.mktemp("rehearsal") / "data")


def _group_of(item: pytest.Item) -> str:
    if marked := item.get_closest_marker("xdist_group"):
        return str(marked.args[0])
    made = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
    return item.nodeid.partition("::")[0] if any(one[-1].scope == "module" for one in made if one) else ""


def _with_tables(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


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
