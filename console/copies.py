"""Copies of log and keys made and put back, whichever database the log is in: one form for both, a SQLite file."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple, Self

import typer
from sqlalchemy import URL

from console.errors import BadInput
from console.file_copies import PackedFiles, pack_files, unpack_files
from console.kept_checkpoint import kept_checkpoint
from console.key_opening import key_database, open_keys
from console.opening_checks import database_url_of, ready_database
from console.settings import Settings
from console.stored_files import file_store
from events.backup import BackedUp, copy_file, in_one_file, look_at, reserved
from events.database import Database, sqlite_url
from events.errors import BackupRefused
from events.facts import catalogue
from events.file_stores import FolderFiles
from events.high_water import RESTORED, mark_moved
from events.key_check import bind_keys_to_log
from events.key_copies import note_copy
from events.key_encryption import read_secret
from events.key_stores import copy_store
from events.keys import make_private_folder
from events.log import Log
from events.rows_beside_keys import RowsBesideKeys
from events.schema import migrate
from events.sealed_file import is_sealed, open_file, seal_file
from events.table_copy import copy_tables
from events.tables import metadata as log_tables
from events.verify import verify
from events.world import SystemEntropy
from handlers.projections.tables import metadata as tables_beside
from handlers.queries.attached_files import known_files

SCHEMAS: Final = (log_tables, tables_beside)
Progress = Callable[[int, int], None]
RowProgress = Callable[[str, int, int], None]  # table, rows in all, rows done
Passphrases = tuple[Callable[[], str], Callable[[], str]]  # of the log's copy and of the keys', asked for when needed
PROMPTED: Final = Path("-")


class Copy(NamedTuple):
    """One copy: to where, the passphrase that seals it, if one does, and where it lies until it is sealed."""

    target: Path
    passphrase: str
    plain: Path

    @classmethod
    def of(cls, here: Settings, target: Path, passphrase: str) -> Self:
        """Return a copy to be made; one that is sealed lies beside the original first: no plain key leaves its disk.

        Raises BackupRefused when there is something under its name.
        """
        if target.exists():
            raise BackupRefused(f"there is something at {target} already; name another file, nothing is written over")
        return cls(target, passphrase, here.key_file.parent / f".{target.name}.to-be-sealed" if passphrase else target)


def make_copies(
    here: Settings, log: Copy | None, keys: Copy, progress: Callable[[str], Progress], files: Copy | None = None
) -> BackedUp:
    """Copy the log, then keys and files, each as it stands at one moment; return what they hold. Raises BackupRefused.

    They come after the log: whatever its copy holds was sealed with a key, and names a file, that was there before it.
    """
    copies, packed = [copy for copy in (log, keys, files) if copy is not None], PackedFiles()
    try:
        if log is not None:
            copy_log(here, log.plain, progress("log"))
        copy_keys(here, keys.plain, progress("keys"))
        if files is not None:
            packed = pack_files(file_store(here), files.plain, progress("files"))
        found = look_at(log.plain if log else None, keys.plain)._replace(**packed._asdict())
        for copy in copies:
            if copy.passphrase:
                seal_file(copy.plain, copy.target, copy.passphrase, SystemEntropy(), progress(copy.target.name))
    finally:
        for copy in copies:
            if copy.passphrase:
                copy.plain.unlink(missing_ok=True)
    return found


def copy_log(here: Settings, target: Path, progress: Progress) -> None:
    """Copy the log, whichever database it is in, into a SQLite file; raises BackupRefused."""
    if here.database_url is None:
        copy_file(here.log_file, target, progress)
    else:
        _from_server(database_url_of(here), target, progress)


def copy_keys(here: Settings, target: Path, progress: Progress) -> None:
    """Copy the keys, wrapped as they lie, into a SQLite file, also out of a key database; raises BackupRefused."""
    with closing(key_database(here)) as store:
        copy_store(store, target, progress)


@contextmanager
def opened_copy(file: Path, passphrase: Callable[[], str], beside: Path, progress: Progress) -> Iterator[Path]:
    """Lend a copy as a plain file, opened if it is sealed; what was opened is gone at the end unless it was moved."""
    if not is_sealed(file):
        yield file
        return
    plain = beside / f".{file.name}.opened"
    try:
        open_file(file, plain, passphrase(), progress)
        yield plain
    finally:
        plain.unlink(missing_ok=True)


def note_copied(here: Settings, found: BackedUp) -> None:
    """Note beside the keys that they were copied, so that it is told when that copy goes blind; raises EventsError."""
    if found.wrapped_under:
        with closing(key_database(here)) as store:
            note_copy(RowsBesideKeys(store), found.wrapped_under)


class PutInPlace(NamedTuple):
    """What was put in place: events, keys, and sealed parts without a key."""

    events: int
    keys: int
    without_key: int
    files: int = 0
    files_missing: int = 0  # of those the log tells of


def put_in_place(
    here: Settings,
    copies: tuple[Path, Path],
    passphrases: Passphrases,
    progress: Callable[[str], Progress],
    kept: Sequence[Path] = (),
    files: Path | None = None,
) -> PutInPlace:
    """Put a log, its keys and the files, if there is a copy of them, in place in a data folder that has none.

    Each has to prove whole, and log and keys of one another.

    The log is held to the checkpoints that were ``kept``: one that lost something signed is not put in place. Nobody
    works with them before somebody has accepted that they are copies. Raises BadInput for a folder that is in
    use, BackupRefused for copies that are not whole, and leaves nothing behind then.
    """
    _refuse_in_use(here, copies if files is None else (*copies, files))
    make_private_folder(here.data)
    aside = replace(here, data=here.restoring_folder, kek_file=str(here.kek_path))  # read only
    shutil.rmtree(aside.data, ignore_errors=True)  # of an attempt that was broken off
    try:
        make_private_folder(aside.key_file.parent)
        for file, target, asked in zip(copies, (aside.log_file, aside.key_file), passphrases, strict=True):
            with opened_copy(file, asked, aside.data, progress(f"open {file.name}")) as plain:
                copy_file(plain, target, progress(file.name))
        names = _unpacked(aside, files, passphrases[0], progress)
        live = _prove(aside, kept)
        make_private_folder(here.key_file.parent)
        aside.log_file.replace(here.log_file)
        aside.key_file.replace(here.key_file)
        _put_files(aside, here)
        found = look_at(here.log_file, here.key_file)
        return PutInPlace(found.events, found.keys, found.without_key, len(names), len(live - names))
    finally:
        shutil.rmtree(aside.data, ignore_errors=True)


def _refuse_in_use(here: Settings, copies: Sequence[Path]) -> None:
    if here.database_url is not None or here.keys_url is not None:
        raise BadInput(
            "restore into a folder without the settings of a database, then take the log there with `wayhome move` and "
            "the keys with `wayhome keys move`"
        )
    if here.kek_file is not None:
        raise BadInput(
            "put a copy of the key-encryption key into the data folder, and leave WAYHOME_KEK_FILE (or kek_file) out "
            "until the keys are in place: of two offices with one such file, one blinds the other at the next erasure"
        )
    if here.log_file.exists() or here.key_file.exists():
        raise BadInput(f"there are data in {here.data}; nothing is written over: name an empty folder with --data")
    for file in copies:
        if not file.is_file():
            raise BadInput(f"there is no file {file}")


def _unpacked(
    aside: Settings, files: Path | None, passphrase: Callable[[], str], progress: Callable[[str], Progress]
) -> set[str]:
    """Unpack the copy of the files beside the data and return their names; each is what its name says."""
    if files is None:
        return set()
    with opened_copy(files, passphrase, aside.data, progress(f"open {files.name}")) as plain:
        return unpack_files(plain, FolderFiles(aside.files_folder), progress(files.name))


def _put_files(aside: Settings, here: Settings) -> None:
    """Put what was unpacked where this office keeps its files; what is there already is the same, or is put right."""
    unpacked, store = FolderFiles(aside.files_folder), file_store(here)
    for file in unpacked.listed():
        store.put(file.name, unpacked.get(file.name) or b"")


def _prove(aside: Settings, kept: Sequence[Path]) -> frozenset[str]:
    """Hold the copies to each other, the log to itself and to what somebody kept, and note that they are copies.

    Return the names of the files the log tells of.
    """
    # No whole office is opened: that would erase anew, and take another key-encryption key, in what is only looked at.
    with closing(ready_database(aside)) as database, closing(open_keys(aside, SystemEntropy())) as keys:
        log = Log(database, catalogue(), keys, SystemEntropy())
        bind_keys_to_log(log)
        proof = verify(log, kept=[kept_checkpoint(keys, file) for file in kept], keys_of_that_day=False)
        if not proof.ok:
            found = "; ".join(finding.text for finding in proof.findings[:3])
            raise BackupRefused(f"the copy of the log is not as it was written: {found}; take another copy")
        keys.note(RESTORED, b"1")
        with database.reading() as connection:
            return known_files(log, connection).live


def passphrase_from(file: Path | None, whose: str, *, new: bool = False) -> str:
    """Return a passphrase from the first line of a file, or as it is typed for `-`; nothing when none was asked for.

    It is never an argument: those stand in the list of processes.
    """
    if file is None:
        return ""
    if file == PROMPTED:
        return str(typer.prompt(f"Passphrase of {whose}", hide_input=True, confirmation_prompt=new))
    try:
        return (read_secret(file) or b"").decode().splitlines()[0]
    except (IndexError, UnicodeDecodeError):
        raise BadInput(f"no passphrase can be read from {file}; its first line is the passphrase") from None


def moved(
    source: Database, target: Database, where: str, progress: RowProgress, proved: Callable[[Database], None]
) -> dict[str, int]:
    """Copy the whole log into another database, have it proved there, and leave the source unusable.

    Nobody appends meanwhile. Raises BackupRefused, and whatever ``proved`` raises: then the log stays where it was.
    """
    with source.writing() as origin:
        if source.kind == "postgresql":
            origin.exec_driver_sql("SELECT 1 FROM log_head FOR UPDATE")
        with target.writing() as copy:
            rows = copy_tables(origin, copy, SCHEMAS, progress)
        proved(target)
        mark_moved(origin, where)
    return rows


def refuse_while_used(database: Database) -> None:
    """Raise BackupRefused while another process has the log open: it would go on in what is left behind."""
    if database.kind == "postgresql":
        with database.reading() as connection:
            used = connection.exec_driver_sql(_OTHERS).first() is not None
        database.close()
    else:
        used = _is_open_elsewhere(str(database.url.database))
    if used:
        raise BackupRefused("somebody is working on this log: stop the console and all workers, then try again")


_OTHERS: Final = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND usename = session_user "
    "AND pid <> pg_backend_pid()"
)


def _is_open_elsewhere(file: str) -> bool:
    """Tell whether another process has a SQLite file open: only who is alone with it may end its write-ahead log."""
    with closing(sqlite3.connect(file, timeout=1)) as connection:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError:
            return True
    return bool(mode != "delete")


def _from_server(url: URL, target: Path, progress: Progress) -> None:
    """Copy a log out of PostgreSQL, as it stands at one moment, into a SQLite file of the same schema."""
    with reserved(target) as part:
        with closing(Database(url)) as source, closing(Database(sqlite_url(part))) as copy:
            migrate(copy)
            with source.reading() as origin, copy.writing() as connection:
                copy_tables(origin, connection, SCHEMAS, lambda _table, whole, done: progress(done, whole))
        in_one_file(part)
