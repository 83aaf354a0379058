"""Files that are on disk whole or not at all, whatever happens while they are written."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def draft(folder: Path, data: bytes) -> Path:
    """Return a new file with these bytes, on disk and for its owner's eyes only; whoever asks gives it its name."""
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=folder)
    try:
        write_whole(handle, data)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def replace_whole(path: Path, data: bytes) -> None:
    """Leave exactly these bytes in place of what the file held, if it was there; both survive a power cut.

    What was there is overwritten once it has no name any more: nobody reads it again, and neither is ever half there. A
    disk that keeps older versions of a block (flash, snapshots) keeps them here too.
    """
    part = draft(path.parent, data)
    try:
        with _overwritten_after(path):
            part.replace(path)
            sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def write_whole(handle: int, data: bytes) -> None:
    """Write bytes where a handle stands, have them on disk, and close it."""
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)


@contextmanager
def _overwritten_after(path: Path) -> Iterator[None]:
    """Overwrite the file that has the name now, once something else has it."""
    try:
        handle = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        yield
        return
    size = os.fstat(handle).st_size
    try:
        yield
    except OSError:
        os.close(handle)
        raise
    write_whole(handle, bytes(size))
