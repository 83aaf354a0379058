"""Files that are written once, completely, and never changed afterwards, unless somebody in them is erased."""

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from workers.errors import DifferentContent

__all__ = ["DifferentContent", "replace_whole", "write_once"]

Link = Callable[[Path, Path], None]


def write_once(path: Path, data: bytes, *, link: Link = os.link) -> bool:
    """Leave exactly these bytes on disk under this name, and tell whether it was this call that wrote them.

    When it returns, file and name survive a power cut. Repeating is safe: identical bytes give False; where
    other bytes stand, it raises `DifferentContent` and leaves them. Killed at any moment it leaves nothing or
    the whole file under the final name; at worst a `.writing-*` file, private to its owner, stays beside it.
    """
    if os.path.lexists(path):
        return _already_there(path, data)
    draft = _write_draft(path.parent, data)
    try:
        # A rename would silently replace what another process put there a moment ago; a link refuses.
        link(draft, path)
    except FileExistsError:
        return _already_there(path, data)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return True


def replace_whole(path: Path, data: bytes) -> None:
    """Leave exactly these bytes in place of what the file held; when it returns, both survive a power cut.

    What was there is overwritten before it is let go: it is taken away so that nobody reads it again.
    """
    draft = _write_draft(path.parent, data)
    try:
        _overwrite(path)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())


def _write_draft(folder: Path, data: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=".writing-", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _already_there(path: Path, data: bytes) -> bool:
    if _synced_content(path) != data:
        raise DifferentContent(errno.EEXIST, "the file is already there and holds something else", path.name)
    # Whoever wrote it may have been killed before the folder reached the disk.
    _sync_folder(path.parent)
    return False


def _synced_content(path: Path) -> bytes | None:
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return file.read()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
