"""Unpacks the recorded log: into a data folder, or into an empty PostgreSQL database with its keys beside it."""

from __future__ import annotations

import lzma
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy import make_url

from tests.kit.command_line import Wayhome

HERE = Path(__file__).parent
KINDS = ("sqlite", "postgresql")
# A role is the server's, not a database's: a migration made it where the log was recorded.
_ROLE = """DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN CREATE ROLE wayhome_app NOLOGIN; END IF;
  EXECUTE format('GRANT wayhome_app TO %I', current_user);
EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
END $$"""
# Every case is asked for within a minute, which nobody's work needs.
_ALL_AT_ONCE: Final = {"WAYHOME_CASES_PER_PROOF": "1000", "WAYHOME_CASES_PER_HOUR": "1000"}


class Unpacked(NamedTuple):
    """A copy of the recorded log: how it is used from the command line, and where its tables are."""

    wayhome: Wayhome
    database: str  # a file, or the address of a database

    @contextmanager
    def tables(self) -> Iterator[Any]:
        """Lend a connection that knows nothing of Wayhome; what is done is kept."""
        if self.database.startswith("postgresql"):
            with _connected(self.database) as connection:
                yield connection
            return
        with closing(sqlite3.connect(self.database)) as file, file:
            yield file


def unpacked(folder: Path, pg_url: str | None = None) -> Unpacked:
    """Return a copy of the log in SQLite, or of the one in PostgreSQL when there is an empty database for it."""
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "keys.sqlite").write_bytes(_packed("keys.xz"))
    if pg_url is None:
        (folder / "log.sqlite").write_bytes(_packed("log.xz"))
        return Unpacked(Wayhome(folder, dict(_ALL_AT_ONCE)), str(folder / "log.sqlite"))
    with _connected(pg_url) as connection:
        connection.execute(_ROLE)
        connection.execute(_packed("postgresql.sql.xz"))
    settings = {**_ALL_AT_ONCE, "WAYHOME_DATABASE_URL": pg_url, "WAYHOME_ALLOW_OWNER": "yes"}
    return Unpacked(Wayhome(folder, settings), pg_url)


def _connected(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


def _packed(name: str) -> bytes:
    return lzma.decompress((HERE / name).read_bytes())
