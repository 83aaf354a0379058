"""Where the runs of a machine begin: in memory, or in offices that all begin alike, each on a database of its own.

Runs of one machine are many, and the way to their beginning is long. So it is gone once, and each run takes a copy.
"""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import make_url

from events.database import sqlite_url
from tests.kit.offices import Office
from tests.kit.story import Story
from tests.kit.world import Place, World
from tests.servers.postgres import Postgres
from workflow.programme.loading import load_definition

Prepare = Callable[[Any], Sequence[Story]]
SEED: Final = 7


class Beginning(NamedTuple):
    """A run's own place, and the people who are in it."""

    place: Place
    people: list[Story]


class Ground(Protocol):
    """Lends each run a place of its own; what its workers need of a disk is in the folder."""

    @property
    def folder(self) -> Path: ...
    def open(self) -> Beginning: ...
    def close(self, place: Any) -> None: ...


class InMemory:
    """Runs without a database: the rules alone, thousands of steps in a second."""

    def __init__(self, text: str, prepare: Prepare) -> None:
        self.folder = Path(os.devnull)
        self._world = World(load_definition(text))
        self._people = list(prepare(self._world))

    def open(self) -> Beginning:
        world = copy.copy(self._world)
        world.states, world.versions = dict(world.states), dict(world.versions)
        world.told, world._numbers = list(world.told), copy.copy(world._numbers)
        world.claimed, world.begun = set(world.claimed), set(world.begun)
        return Beginning(world, [_in(world, one) for one in self._people])

    def close(self, place: World) -> None:
        place.told.clear()


class Databases(Protocol):
    """Copies of databases, by their addresses."""

    def copy(self, url: str = "") -> str: ...
    def drop(self, url: str) -> None: ...


class SqliteFiles:
    """SQLite files, copied from one with tables."""

    def __init__(self, folder: Path, template: Path) -> None:
        self._folder, self._template, self._made = folder, template, 0

    def copy(self, url: str = "") -> str:
        self._made += 1
        path = self._folder / f"run-{self._made}.db"
        shutil.copyfile(make_url(url).database or "" if url else self._template, path)
        return sqlite_url(path).render_as_string()

    def drop(self, url: str) -> None:
        Path(make_url(url).database or "").unlink()


class PostgresDatabases:
    """PostgreSQL databases, copied from one with tables."""

    def __init__(self, server: Postgres, template: str) -> None:
        self._server, self._template = server, template

    def copy(self, url: str = "") -> str:
        return self._server.fresh_database(make_url(url).database if url else self._template)

    def drop(self, url: str) -> None:
        self._server.drop_database(url)


class InOffices:
    """Runs on the public command path: an office of its own for each, on a copy of one database."""

    def __init__(self, databases: Databases, folder: Path, text: str, prepare: Prepare) -> None:
        self._databases, self.folder, self._text = databases, folder, text
        self._first = databases.copy()
        office = Office(self._first, has_tables=True, text=text, seed=SEED)
        self._people = list(prepare(office))
        self._now, self._chance = office.now, office.chance._random.getstate()
        self._keys = _kept(office.keys)
        office.close()

    def open(self) -> Beginning:
        office = Office(self._databases.copy(self._first), has_tables=True, text=self._text, seed=SEED, opened=False)
        office.clock.advance(self._now - office.now)
        office.chance._random.setstate(self._chance)
        vars(office.keys).update({name: copy.copy(kept) for name, kept in self._keys.items()})
        return Beginning(office, [_in(office, one) for one in self._people])

    def close(self, place: Office) -> None:
        place.close()
        self._databases.drop(str(place.database.url.render_as_string(hide_password=False)))


def _kept(keys: Any) -> dict[str, Any]:
    return {name: copy.copy(kept) for name, kept in vars(keys).items() if name != "_chance"}


def _in(place: Place, person: Story) -> Story:
    """Return somebody's story as it goes on in another place."""
    same = copy.copy(person)
    same.place, same._epochs = place, dict(person._epochs)
    return same
