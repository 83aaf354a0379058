"""Copies of the log and of its keys, taken while others write: two files, for two people in two places.

A SQLite file in use is not the whole of it: what was written last lies in the write-ahead file beside it, and a copy
of the file alone has lost it. Copies are therefore made by SQLite itself, each of one moment, the keys after the log:
whatever the log's copy holds was sealed with a key that was on disk before it.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from events.durable_file import sync
from events.errors import BackupRefused

Progress = Callable[[int, int], None]  # pages done, pages in all
_PAGES: Final = 1_000  # copied at a time; between, others may write
_SEALED: Final = "SELECT DISTINCT person, compartment FROM sealed_parts WHERE length(ciphertext) > 0"


class BackedUp(NamedTuple):
    """What two copies hold: events, keys, how many sealed parts' owners have no key, and what wraps the keys."""

    events: int
    keys: int
    without_key: int
    wrapped_under: str = ""  # the name of the key-encryption key; of keys that lie open nothing
    files: int = 0
    files_damaged: int = 0  # and in no copy


def copy_file(source: Path, target: Path, progress: Progress | None = None) -> None:
    """Copy a SQLite file as it stands, for its owner's eyes only; the copy is one file and durable.

    Raises BackupRefused when there is something under the target's name, or the copy is not sound.
    """
    with reserved(target) as part:
        _copied(source, part, progress)


@contextmanager
def reserved(target: Path) -> Iterator[Path]:
    """Yield a file beside the target, for its owner's eyes only, which takes the target's name when all went well.

    It is durable then. Raises BackupRefused when there is something under the target's name.
    """
    part = target.with_name(f"{target.name}.part")
    _reserve(target, part)
    try:
        yield part
        part.replace(target)
        sync(target)
        sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


def in_one_file(file: Path) -> None:
    """Have all of a SQLite file that nobody uses in the file itself, with nothing beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def look_at(log: Path | None, keys: Path) -> BackedUp:
    """Return what two copies hold together, or the keys' alone; nothing is opened, and neither file is changed."""
    with closing(_reading(keys)) as file:
        known = set(file.execute("SELECT person, compartment FROM keys").fetchall())
        kek = _wrapped_under(file)
    people = sum(bool(person) for person, _ in known)
    if log is None:
        return BackedUp(0, people, 0, kek)
    with closing(_reading(log)) as file:
        sealed = set(file.execute(_SEALED).fetchall())
        (events,) = file.execute("SELECT size FROM log_head").fetchone()
    return BackedUp(events, people, len(sealed - known), kek)


def _wrapped_under(keys: sqlite3.Connection) -> str:
    if not keys.execute("SELECT 1 FROM sqlite_master WHERE name = 'key_state'").fetchone():
        return ""
    found = keys.execute("SELECT kek FROM key_state").fetchone()
    return str(found[0]) if found else ""


def _reserve(target: Path, part: Path) -> None:
    if target.exists():
        raise BackupRefused(f"there is something at {target} already; name another file, nothing is written over")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as problem:
        raise BackupRefused(
            f"{part} cannot be made ({problem.strerror}); look at the folder, or take another"
        ) from None


def _copied(source: Path, part: Path, progress: Progress | None) -> None:
    origin, copy = _reading(source), sqlite3.connect(part)
    try:
        origin.backup(
            copy, pages=_PAGES, progress=(lambda _, left, total: progress(total - left, total)) if progress else None
        )
        copy.execute("PRAGMA journal_mode=DELETE")  # so that the copy is whole without a file beside it
        (sound,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if sound != "ok":
            raise BackupRefused(f"the copy of {source.name} is not sound ({sound}); look at the disk, then try again")
    except sqlite3.Error as problem:
        raise BackupRefused(f"{source.name} could not be copied ({problem}); make room, then try again") from None
    finally:
        copy.close()
        origin.close()


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True, timeout=30)
