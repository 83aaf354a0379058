"""Per-person keys, one for each compartment, kept apart from the event database.

The interface is three verbs, so that a later key service, smart card or split key can stand behind it.
``FileKeys`` is a small SQLite file of its own: durable, safe for several processes, and never part of a
backup of the log (a backup that holds both undoes every erasure).
"""

import os
import sqlite3
import stat
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from events.database import NO_ROOM, make_durable, no_room, opened_for_reading
from events.errors import KeysMissing, PersonErased, StoreFull, as_store_problem
from events.world import Entropy

Owner = tuple[str, str]  # person, compartment


class Keys(Protocol):
    """Makes, finds and hands out keys of 32 bytes."""

    def ensure(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return a key for each owner; missing ones are made and are durable before this returns.

        Raises a StoreProblem when a new key cannot be kept, PersonErased for whoever was erased; then nothing may be
        sealed.
        """

    def find(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return the keys that exist; whoever was erased is not in the answer."""

    def secret(self, purpose: str) -> bytes:
        """Return this installation's own secret for a purpose that concerns no single person, made on first asking."""
        return self.ensure([("", purpose)])["", purpose]

    def keep(self, purpose: str, value: bytes) -> bytes:
        """Keep 32 bytes of this installation beside its keys, unless some are kept already; return those kept."""

    def note(self, purpose: str, value: bytes) -> None:
        """Keep bytes beside the keys in place of those noted before for the purpose; durable before this returns."""

    def noted(self, purpose: str) -> bytes | None:
        """Return the bytes last noted for a purpose."""

    def destroy(self, persons: Collection[str], at: str) -> None:
        """Destroy every key of these persons for ever, and remember who they were and when (UTC text).

        Durable before this returns. Repeating it changes nothing; no key is made for them again.
        """

    def destroyed(self) -> Mapping[str, str]:
        """Return whose keys were destroyed, and when: what an older copy of the log is held to."""

    def persons(self) -> Collection[str]:
        """Return everybody there is a key for, to find those a restored log knows nothing of."""

    def is_used(self) -> bool:
        """Tell whether there is a key for anybody: then there is a log that was sealed with it."""

    def retire(self, names: Collection[str], until: str, now: str) -> None:
        """Remember until an instant (UTC text) that these names are over, where whoever writes the log cannot undo it.

        What was remembered until before ``now`` is forgotten.
        """

    def is_retired(self, name: str) -> bool:
        """Tell whether something is over."""


class MemoryKeys(Keys):
    """Keys that live as long as the process: for tests and simulations."""

    def __init__(self, chance: Entropy) -> None:
        self._chance = chance
        self._keys: dict[Owner, bytes] = {}
        self._retired: dict[str, str] = {}
        self._notes: dict[str, bytes] = {}
        self._destroyed: dict[str, str] = {}

    def ensure(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return a key for each owner, made on first asking."""
        _refuse_erased(owners, self._destroyed)
        for owner in owners:
            if owner not in self._keys:
                self._keys.setdefault(owner, self._chance.bytes(32))
        return {owner: self._keys[owner] for owner in owners}

    def find(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return the keys made so far for these owners."""
        return {owner: self._keys[owner] for owner in owners if owner in self._keys}

    def keep(self, purpose: str, value: bytes) -> bytes:
        """Keep the bytes as long as the process lives, unless some are kept."""
        return self._keys.setdefault(("", purpose), value)

    def note(self, purpose: str, value: bytes) -> None:
        """Keep the bytes as long as the process lives."""
        self._notes[purpose] = value

    def noted(self, purpose: str) -> bytes | None:
        """Return what was noted last."""
        return self._notes.get(purpose)

    def destroy(self, persons: Collection[str], at: str) -> None:
        """Forget these persons' keys."""
        self._destroyed = dict.fromkeys(set(persons) - {""}, at) | self._destroyed
        self._keys = {owner: key for owner, key in self._keys.items() if owner[0] not in self._destroyed}

    def destroyed(self) -> Mapping[str, str]:
        """Return whose keys were destroyed."""
        return dict(self._destroyed)

    def persons(self) -> Collection[str]:
        """Return everybody a key was made for."""
        return {person for person, _ in self._keys if person}

    def is_used(self) -> bool:
        """Tell whether a key was made for anybody."""
        return any(person for person, _ in self._keys)

    def retire(self, names: Collection[str], until: str, now: str) -> None:
        """Remember that these names are over, as long as the process lives."""
        self._retired |= dict.fromkeys(names, until)

    def is_retired(self, name: str) -> bool:
        """Tell whether something is over."""
        return name in self._retired


class FileKeys(Keys):
    """Keys in one file that only its owner may read.

    Several processes may use the file at once; whoever makes a key first wins, the others get that key. Raises
    KeysMissing when the file cannot be opened.
    """

    def __init__(self, path: Path, chance: Entropy, cached: int = 20_000) -> None:
        self._chance = chance
        self._lock = threading.Lock()
        self._cache: dict[Owner, bytes] = {}
        self._cached = cached
        self._path = path
        self._file = _opened(path)

    def ensure(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return a key for each owner; new ones are on disk before this returns."""
        with self._lock:
            found = self._find(owners)
            missing = [owner for owner in owners if owner not in found]
            if missing:
                _refuse_erased(missing, self._read_destroyed())
                self._make(missing)
                found |= self._find(missing)
            return found

    def find(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return the keys that exist for these owners."""
        with self._lock:
            return self._find(owners)

    def keep(self, purpose: str, value: bytes) -> bytes:
        """Keep the bytes in the file, unless some are kept; on disk before this returns."""
        with self._lock:
            if not self._find([("", purpose)]):
                self._write([("", purpose, value)])
            return self._find([("", purpose)])["", purpose]

    def note(self, purpose: str, value: bytes) -> None:
        """Keep the bytes in the file, in place of what was noted before; on disk before this returns."""
        with self._lock, self._said_plainly(), self._file:
            self._file.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (purpose, value))

    def noted(self, purpose: str) -> bytes | None:
        """Return what was noted last, by whichever process."""
        with self._lock, self._said_plainly():
            row = self._file.execute("SELECT value FROM notes WHERE purpose = ?", (purpose,)).fetchone()
        return bytes(row[0]) if row else None

    def destroy(self, persons: Collection[str], at: str) -> None:
        """Overwrite these persons' keys in the file, and empty what lies beside it."""
        asked = sorted(set(persons) - {""})  # the installation's own secrets are nobody's
        with self._lock, self._said_plainly():
            with self._file:
                self._file.executemany("INSERT OR IGNORE INTO destroyed VALUES (?, ?)", [(p, at) for p in asked])
                self._file.executemany("DELETE FROM keys WHERE person = ?", [(p,) for p in asked])
            self._cache = {owner: key for owner, key in self._cache.items() if owner[0] not in asked}
            self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def destroyed(self) -> Mapping[str, str]:
        """Return whose keys were destroyed, by whichever process."""
        with self._lock, self._said_plainly():
            return self._read_destroyed()

    def persons(self) -> Collection[str]:
        """Return everybody the file holds a key for."""
        with self._lock, self._said_plainly():
            rows = self._file.execute("SELECT DISTINCT person FROM keys WHERE person <> ''").fetchall()
        return {person for (person,) in rows}

    def is_used(self) -> bool:
        """Tell whether the file holds a key for anybody."""
        with self._lock:
            return self._file.execute("SELECT 1 FROM keys WHERE person <> '' LIMIT 1").fetchone() is not None

    def retire(self, names: Collection[str], until: str, now: str) -> None:
        """Remember that these names are over; on disk before this returns."""
        with self._lock, self._said_plainly(), self._file:
            self._file.execute("DELETE FROM retired WHERE until < ?", (now,))
            self._file.executemany("INSERT OR IGNORE INTO retired VALUES (?, ?)", [(name, until) for name in names])

    def is_retired(self, name: str) -> bool:
        """Tell whether something is over, whichever process said so."""
        with self._lock, self._said_plainly():
            return self._file.execute("SELECT 1 FROM retired WHERE name = ?", (name,)).fetchone() is not None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _read_destroyed(self) -> dict[str, str]:
        return dict(self._file.execute("SELECT person, at FROM destroyed").fetchall())

    def _find(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        given = ((owner, self._cache.get(owner) or self._read(owner)) for owner in owners)
        return {owner: key for owner, key in given if key is not None}

    def _read(self, owner: Owner) -> bytes | None:
        row = self._file.execute("SELECT key FROM keys WHERE person = ? AND compartment = ?", owner).fetchone()
        return self._remember(owner, row[0]) if row else None

    def _make(self, owners: Collection[Owner]) -> None:
        self._write([(*owner, self._chance.bytes(32)) for owner in owners])

    def _write(self, rows: Sequence[tuple[str, str, bytes]]) -> None:
        with self._said_plainly(), self._file:
            self._file.executemany("INSERT OR IGNORE INTO keys (person, compartment, key) VALUES (?, ?, ?)", rows)

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            raise StoreFull(NO_ROOM) if no_room(self._path) else as_store_problem(problem) from problem

    def _remember(self, owner: Owner, key: bytes) -> bytes:
        if len(self._cache) >= self._cached:
            self._cache.clear()
        self._cache[owner] = key
        return key


def _refuse_erased(owners: Collection[Owner], destroyed: Mapping[str, str]) -> None:
    """Raise PersonErased when somebody of these was erased; the message holds no number either."""
    if any(person in destroyed for person, _ in owners):
        raise PersonErased("the person of this case was erased; nothing can be sealed for them any more")


def _opened(path: Path) -> sqlite3.Connection:
    try:
        path.touch(mode=0o600, exist_ok=True)
        path.chmod(0o600)
        file = sqlite3.connect(path, timeout=30, check_same_thread=False)
        make_durable(file)  # a lost key is a lost person
        file.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
        file.execute(
            "CREATE TABLE IF NOT EXISTS keys (person TEXT NOT NULL, compartment TEXT NOT NULL, key BLOB NOT NULL, "
            "PRIMARY KEY (person, compartment)) WITHOUT ROWID"
        )
        file.execute("CREATE TABLE IF NOT EXISTS retired (name TEXT PRIMARY KEY, until TEXT NOT NULL) WITHOUT ROWID")
        file.execute("CREATE TABLE IF NOT EXISTS notes (purpose TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        file.execute("CREATE TABLE IF NOT EXISTS destroyed (person TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID")
    except (OSError, sqlite3.Error) as problem:
        if no_room(path) and path.exists():
            return opened_for_reading(path)
        raise KeysMissing(
            f"the key file {path.name} cannot be opened ({problem}); restore it or its permissions"
        ) from problem
    return file


def make_private_folder(folder: Path) -> None:
    """Make a folder for its owner only, and close one of ours that others may read.

    A folder such as /tmp belongs to everyone and must not be closed; the files in it are private anyway.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    shared = found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX
    if not shared and found.st_mode & 0o077:
        folder.chmod(stat.S_IMODE(found.st_mode) & 0o700)
