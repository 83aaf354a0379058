"""Databases that the runs of a machine begin on, each with copies of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.offices import KINDS
from tests.machines.grounds import Databases, PostgresDatabases, SqliteFiles


@pytest.fixture
def sqlite(tmp_path: Path, sqlite_template: Path) -> Databases:
    """SQLite, where it is one database that is wanted."""
    return SqliteFiles(tmp_path, sqlite_template)


@pytest.fixture(params=KINDS)
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    """Each kind of database in turn."""
    if request.param == "sqlite":
        return SqliteFiles(tmp_path, request.getfixturevalue("sqlite_template"))
    return PostgresDatabases(request.getfixturevalue("postgres"), request.getfixturevalue("pg_template"))
