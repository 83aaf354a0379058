"""Where sealed files lie: a folder of this machine, or a store that speaks S3 (``events.s3_files``).

A store knows names that are hashes of what they name, and bytes that nobody reads without a person's key. It promises
nothing else: whoever reads holds what came back to the hash in the log.
"""

import errno
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from events.durable_file import draft, sync
from events.errors import StoreFull, StoreProblem
from events.keys import make_private_folder
from events.sealed_content import digest_of

NAME: Final = re.compile(r"[0-9a-f]{64}")
STORED_BYTES_MAX: Final = 12_000_000  # more than any file that is taken; a larger one was put there by somebody else
_DRAFTS_LAST_S: Final = 24 * 3600


class StoredFile(NamedTuple):
    """What a store tells of a file without reading it."""

    name: str
    modified: float  # seconds since 1970, by the store's own clock


class FileStore(Protocol):
    """Keeps ciphertexts under their hashes; every method may raise a StoreProblem."""

    def put(self, name: str, data: bytes) -> None:
        """Keep the bytes under a name; durable before this returns, whole or not at all. Repeating it is harmless."""

    def get(self, name: str) -> bytes | None:
        """Return the bytes of a name, None when there are none; never more than STORED_BYTES_MAX and one."""

    def delete(self, name: str) -> None:
        """Remove a name; one that is not there is no error."""

    def listed(self) -> Iterator[StoredFile]:
        """Yield everything that lies here under the name of a file."""


class MemoryFiles(FileStore):
    """Files that live as long as the process: for tests, simulations, and where none are kept."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, name: str, data: bytes) -> None:
        """Keep the bytes as long as the process lives."""
        self.kept[name] = data

    def get(self, name: str) -> bytes | None:
        """Return what was put."""
        return self.kept.get(name)

    def delete(self, name: str) -> None:
        """Forget a name."""
        self.kept.pop(name, None)

    def listed(self) -> Iterator[StoredFile]:
        """Yield what was put."""
        yield from [StoredFile(name, 0.0) for name in self.kept]


class FolderFiles(FileStore):
    """Files in one folder that only its owner may read; the folder is made when something is first put there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, data: bytes) -> None:
        """Write beside, then give it its name: a full disk leaves nothing behind."""
        path = self._path(name)
        try:
            make_private_folder(self._folder)
            part = draft(self._folder, data)
            try:
                part.replace(path)
                sync(self._folder)
            finally:
                part.unlink(missing_ok=True)
        except OSError as problem:
            raise _as_problem(problem) from problem

    def get(self, name: str) -> bytes | None:
        """Return the bytes, of a large file no more than are needed to see that it is none of ours."""
        try:
            with self._path(name).open("rb") as file:
                return file.read(STORED_BYTES_MAX + 1)
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise _as_problem(problem) from problem

    def delete(self, name: str) -> None:
        """Remove the file; it holds a ciphertext, whose key is the thing to destroy."""
        try:
            self._path(name).unlink(missing_ok=True)
            if self._folder.is_dir():
                sync(self._folder)
        except OSError as problem:
            raise _as_problem(problem) from problem

    def listed(self) -> Iterator[StoredFile]:
        """Yield the files, and remove drafts a process that died left behind a day ago."""
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.iterdir()):
            with suppress(FileNotFoundError):
                modified = path.stat().st_mtime
                if NAME.fullmatch(path.name):
                    yield StoredFile(path.name, modified)
                elif path.name.startswith(".writing-") and modified < time.time() - _DRAFTS_LAST_S:
                    path.unlink()

    def _path(self, name: str) -> Path:
        assert NAME.fullmatch(name), "a file is named by its hash"
        return self._folder / name


def hashes_of(store: FileStore) -> Mapping[str, str]:
    """Return of every stored file the hash of what really lies there: its name, when it is whole."""
    return {file.name: digest_of(store.get(file.name) or b"") for file in store.listed()}


def _as_problem(problem: OSError) -> StoreProblem:
    """Return what the operating system's word means here; its text may name a folder, and no person."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreFull("there is no room for the file; free some disk space, nothing was attached")
    return StoreProblem(f"the folder of files could not be used ({problem.strerror})")
