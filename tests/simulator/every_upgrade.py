"""A crash wherever it makes a difference while the office of a much older Wayhome is opened for the first time.

Its tables are brought up to date, its histories and rows get their codes, its keys are sealed, what is new is drawn. At
each commit and file the process dies; what was on the disk at that instant is opened again and judged.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
import pytest

from tests.kit.command_line import Wayhome
from tests.recorded import telling
from tests.recorded.unpacking import HERE, Unpacked, unpacked
from tests.servers.postgres import Databases
from tests.simulator.durable import PASS, WATCH, watched
from tests.simulator.every_place import by_kind
from tests.simulator.machine import Killed

SAID: Final[dict[str, Any]] = json.loads((HERE / "expected.json").read_text())


class Upgraded(NamedTuple):
    """What came of crashing at every place, or at every n-th."""

    database: str
    places: Counter[str]  # by kind, up to the last one that was passed
    tried: int
    findings: list[str]

    @property
    def line(self) -> str:
        """Return the line a script can read."""
        return (
            f"every_upgrade database={self.database} places={self.places.total()} crashed={self.tried} "
            f"{by_kind(self.places)} broken={len(self.findings)}"
        )


class _Killer:
    """Lets the process die at a place, and write nothing after it."""

    def __init__(self, number: int, folder: Path) -> None:
        self.places: Counter[str] = Counter()
        self.where = ""
        self._number, self._folder = number, folder

    @property
    def found(self) -> Path:
        """Return the folder as it was on the disk when the process died."""
        return self._folder.with_name("found")

    def passed(self, kind: str, after: bool) -> None:  # noqa: FBT001 - the watch tells it so
        if self.where:
            raise Killed
        number = self.places.total()
        self.places[kind] += 1
        if number == self._number:
            self.where = f"place {number}, {'after' if after else 'before'} a {kind}"
            shutil.copytree(self._folder, self.found, ignore=shutil.ignore_patterns("*-shm"))
            raise Killed


def crash_in_upgrade(place: Path, numbers: Iterable[int], server: Databases | None = None) -> Upgraded:
    """Open the recorded office again and again, and crash at each of these places, as long as there are any."""
    findings, tried, places = list[str](), 0, Counter[str]()
    kind = "postgresql" if server else "sqlite"
    with watched(), _postgresql_watched() as connections:
        for number in numbers:
            with _recorded(place / str(number), server) as (copy, folder):
                killer = _killed(copy, _Killer(number, folder))
                while connections:
                    connections.pop().close()
                places = killer.places
                if not killer.where:
                    break
                tried += 1
                findings += _findings(_opened_again(copy, killer.found), kind, killer.where)
    return Upgraded(kind, places, tried, findings)


@contextmanager
def _recorded(place: Path, server: Databases | None) -> Iterator[tuple[Unpacked, Path]]:
    url = server.fresh_database() if server else None
    try:
        yield unpacked(place / "data", url), place / "data"
    finally:
        shutil.rmtree(place)
        if server and url:
            server.drop_database(url)


def _killed(copy: Unpacked, killer: _Killer) -> _Killer:
    WATCH.passed = killer.passed
    try:
        copy.wayhome.done("verify")
    except Killed:
        pass
    finally:
        WATCH.passed = PASS
        WATCH.open.clear()
    return killer


def _opened_again(copy: Unpacked, found: Path) -> Unpacked:
    """Return the same over what was on the disk: the folder, and in a PostgreSQL what was committed."""
    wayhome = Wayhome(found, copy.wayhome.environment | {"WAYHOME_DATA": str(found)})
    if copy.database.startswith("postgresql"):
        return Unpacked(wayhome, copy.database)
    return Unpacked(wayhome, str(found / "log.sqlite"))


def _findings(copy: Unpacked, kind: str, where: str) -> Iterator[str]:
    """Yield what is not as the recording has it; everything is judged by the first command after the crash."""
    try:
        telling.checked(copy)
        stored = telling.digests(telling.rows(copy, SAID["columns"]))
    except AssertionError as problem:
        yield f"{where}: {problem}"
        return
    for table, said in SAID[kind]["stored"].items():
        if stored[table] != said:
            yield f"{where}: {table} is not as it was recorded"


@contextmanager
def _postgresql_watched() -> Iterator[list[psycopg.Connection[Any]]]:
    """Let commits that change something tell the watch; yield the connections, which the dead do not close."""
    commit, connect, made = psycopg.Connection.commit, psycopg.connect, list[psycopg.Connection[Any]]()

    def watched_commit(connection: psycopg.Connection[Any]) -> None:
        changes = connection.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").fetchone() == (True,)
        if changes:
            WATCH.passed("commit", False)
        commit(connection)
        if changes:
            WATCH.passed("commit", True)

    def noted_connect(*where: Any, **how: Any) -> psycopg.Connection[Any]:
        made.append(connect(*where, **how))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "commit", watched_commit)
        patch.setattr(psycopg, "connect", noted_connect)
        yield made
