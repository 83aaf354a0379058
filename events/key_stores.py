"""The two stores of keys: a file on this machine, and a database that many hosts share."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from events.backup import Progress, copy_file, in_one_file, reserved
from events.database import Database, no_room, opened_for_reading, sqlite_url
from events.errors import BackupRefused, EventsError, KeysLocked, KeysMissing, StoreUnavailable
from events.key_encryption import KeyHome
from events.key_homes import KekFile
from events.key_tables import copy_content, make_tables, put_state, state_of
from events.stored_keys import StoredKeys
from events.world import Entropy

HEED_SECONDS: Final = 0.5  # how often a database is asked whether keys may still be handed out


class FileKeys(StoredKeys):
    """Keys in one SQLite file that only its owner may read; raises KeysMissing when it cannot be opened."""

    def __init__(
        self,
        path: Path,
        chance: Entropy,
        home: KeyHome | None = None,
        *,
        cached: int = 20_000,
        seconds: Callable[[], float] = time.monotonic,
        store: str = "",
    ) -> None:
        """Open the file, or make it; without a home the key-encryption key lies beside it, as a trial may do."""
        self._path = path
        self._version = -1
        self._file = _watched(path)
        database = Database(sqlite_url(path), pool=4, overwrites=True)
        try:
            home = home or KekFile(path.with_name("kek.json"), chance)
            super().__init__(database, home, chance, cached=cached, seconds=seconds, store=store)
        except EventsError as problem:
            self._file.close()
            database.close()
            if isinstance(problem, KeysMissing | KeysLocked):
                raise
            raise KeysMissing(
                f"the key file {path.name} cannot be opened ({problem}); restore it or its permissions"
            ) from problem

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()

    def _is_announced(self) -> bool:
        """Ask SQLite whether anybody wrote since: a few millionths of a second."""
        version: int = self._file.execute("PRAGMA data_version").fetchone()[0]
        before, self._version = self._version, version
        return version != before

    def _sweep(self) -> None:
        with suppress(sqlite3.Error):  # somebody reads: the next one does it
            self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _sweep_all(self) -> None:
        with suppress(sqlite3.Error):
            self._file.execute("VACUUM")
        self._sweep()


class PostgresKeys(StoredKeys):
    """Keys in a PostgreSQL database of their own, for any number of hosts."""

    def __init__(
        self,
        url: str | URL,
        chance: Entropy,
        home: KeyHome,
        *,
        cached: int = 20_000,
        seconds: Callable[[], float] = time.monotonic,
        store: str = "",
    ) -> None:
        """Open the database, and make its tables when it is empty."""
        self._asked = float("-inf")
        database = Database(url, pool=4)
        try:
            super().__init__(database, home, chance, cached=cached, seconds=seconds, store=store)
        except StoreUnavailable as problem:
            database.close()
            raise StoreUnavailable(f"the key database cannot be reached: {problem}") from problem
        except EventsError:
            database.close()
            raise

    def _is_announced(self) -> bool:
        """Ask again now and then: no message is needed that could be lost."""
        due = self._seconds() - self._asked >= HEED_SECONDS
        if due:
            self._asked = self._seconds()
        return due


def copy_store(store: Database, path: Path, progress: Progress | None = None) -> None:
    """Copy a key store as it lies, wrapped, into a SQLite file as ``FileKeys`` opens it; nothing is opened for that.

    Raises BackupRefused when there is something under the name, or the copy is not sound.
    """
    if store.kind == "sqlite":
        copy_file(Path(store.url.database or ""), path, progress)
        return
    with reserved(path) as part:
        with closing(Database(sqlite_url(part), overwrites=True)) as copy, store.reading() as source:
            state = state_of(source)
            if state is None:
                raise BackupRefused("the key database is empty; is WAYHOME_KEYS_URL the right one?")
            with copy.writing() as target:
                make_tables(target)
                put_state(target, state)
                copy_content(source, target)
        in_one_file(part)


def _watched(path: Path) -> sqlite3.Connection:
    """Return a connection that tells when others have written; the file is its owner's alone from the first moment."""
    try:
        path.touch(mode=0o600, exist_ok=True)
        path.chmod(0o600)
        file = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
        file.execute("PRAGMA secure_delete=ON")
        file.execute("PRAGMA data_version").fetchone()
    except (OSError, sqlite3.Error) as problem:
        if no_room(path) and path.exists():
            return opened_for_reading(path)
        raise KeysMissing(
            f"the key file {path.name} cannot be opened ({problem}); restore it or its permissions"
        ) from problem
    return file
