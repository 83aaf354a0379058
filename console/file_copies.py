"""Copies of the attached files, beside those of log and keys: one archive of ciphertexts, put back once it is whole.

What is in it opens with nobody's help but the keys'; it goes to whoever keeps the copy of the log.
"""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from events.backup import Progress, reserved
from events.errors import BackupRefused
from events.file_stores import NAME, STORED_BYTES_MAX, FileStore
from events.sealed_content import digest_of

_NOT_WHOLE: Final = "the copy of the files is not whole: {}; take another copy, nothing was put in place"


class PackedFiles(NamedTuple):
    """How many files are in a copy, and how many are not because they are not what was attached."""

    files: int = 0
    files_damaged: int = 0


def pack_files(store: FileStore, target: Path, progress: Progress | None = None) -> PackedFiles:
    """Write every stored file into an archive, for its owner's eyes only, and return how many; durable at the end.

    What is damaged is counted and left out; nobody can hold up a copy by damaging a file. Raises BackupRefused and a
    StoreProblem.
    """
    names = [file.name for file in store.listed()]
    packed = damaged = 0
    with reserved(target) as part, tarfile.open(part, "w", format=tarfile.USTAR_FORMAT) as archive:
        for done, name in enumerate(names, start=1):
            data = store.get(name)
            if data is not None and digest_of(data) != name:
                damaged += 1
            elif data is not None:  # it may have been taken away meanwhile
                told = tarfile.TarInfo(name)
                told.size, told.mode = len(data), 0o600
                archive.addfile(told, io.BytesIO(data))
                packed += 1
            if progress:
                progress(done, len(names))
    return PackedFiles(packed, damaged)


def unpack_files(archive: Path, store: FileStore, progress: Progress | None = None) -> set[str]:
    """Put every file of an archive into a store and return their names; raises BackupRefused for one that is not whole.

    Names come from nowhere but the content: what is called otherwise than its hash is refused.
    """
    whole, found = archive.stat().st_size, set[str]()
    for name, data, at in _read(archive):
        if digest_of(data) != name:
            raise BackupRefused(_NOT_WHOLE.format("a file in it is not what its name says"))
        store.put(name, data)
        found.add(name)
        if progress:
            progress(at, whole)
    return found


def _read(archive: Path) -> Iterator[tuple[str, bytes, int]]:
    try:
        with tarfile.open(archive, "r:") as packed:
            for told in packed:
                opened = packed.extractfile(told) if told.isreg() and told.size <= STORED_BYTES_MAX else None
                if opened is None or not NAME.fullmatch(told.name):
                    raise BackupRefused(_NOT_WHOLE.format("something in it is no file of ours"))
                yield told.name, opened.read(), told.offset_data + told.size
    except tarfile.TarError:
        raise BackupRefused(_NOT_WHOLE.format("it is no archive of files, or was cut short")) from None
