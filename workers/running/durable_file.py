"""Files that are written once, completely, and never changed afterwards, unless somebody in them is erased."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from events.durable_file import draft, sync
from workers.errors import DifferentContent

__all__ = ["DifferentContent", "write_once"]

Link = Callable[[Path, Path], None]


def write_once(path: Path, data: bytes, *, link: Link = os.link) -> bool:
    """Leave exactly these bytes on disk under this name, and tell whether it was this call that wrote them.

    When it returns, file and name survive a power cut. Repeating is safe: identical bytes give False; where
    other bytes stand, it raises `DifferentContent` and leaves them. Killed at any moment it leaves nothing or
    the whole file under the final name; at worst a `.writing-*` file, private to its owner, stays beside it.
    """
    if os.path.lexists(path):
        return _already_there(path, data)
    written = draft(path.parent, data)
    try:
        # A rename would silently replace what another process put there a moment ago; a link refuses.
        link(written, path)
    except FileExistsError:
        return _already_there(path, data)
    finally:
        written.unlink(missing_ok=True)
    sync(path.parent)
    return True


def _already_there(path: Path, data: bytes) -> bool:
    if _synced_content(path) != data:
        raise DifferentContent(errno.EEXIST, "the file is already there and holds something else", path.name)
    # Whoever wrote it may have been killed before the folder reached the disk.
    sync(path.parent)
    return False


def _synced_content(path: Path) -> bytes | None:
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return file.read()
