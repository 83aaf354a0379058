"""The folder of the bank's files: whatever is put there is read, set aside with its reason, or shown to a person.

A file is put there under its final name only when it is whole; until then its name ends as drafts do.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from handlers.queries.operations import UnreadFile
from workers.iso20022.xml import BYTES_MAX

READ, UNREADABLE = "read", "unreadable"
_REASON: Final = ".reason.txt"
_DRAFTS: Final = (".part", ".tmp", ".filepart", ".crdownload")
_SHOWN_MAX: Final = 50


class BankFile(NamedTuple):
    """A file of the bank as it was found; of one that is too large only so much as shows that."""

    path: Path
    data: bytes

    @property
    def hash(self) -> str:
        """Return the SHA-256 of its bytes."""
        return hashlib.sha256(self.data).hexdigest()


class BankFolder:
    """The bank's files as they lie there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> Iterator[BankFile]:
        """Yield every whole file, whatever it is called; what cannot be opened stays and is shown."""
        for path in sorted(self._folder.iterdir()):
            if not _is_odd(path):
                with suppress(OSError):  # another process was quicker, or nobody may read it: then it stays in sight
                    with path.open("rb") as file:
                        data = file.read(BYTES_MAX + 1)
                    yield BankFile(path, data)

    def set_aside(self, file: BankFile, kind: str, reason: str = "") -> None:
        """Move a file into ``read`` or ``unreadable``, with the reason beside it; nothing there is written over."""
        aside = self._folder / kind
        aside.mkdir(mode=0o700, exist_ok=True)
        target = aside / file.path.name
        if target.exists() and target.read_bytes() != file.data:
            target = aside / f"{file.hash[:12]}-{file.path.name}"
        with suppress(FileNotFoundError):  # another process set it aside; reading it twice changed nothing
            file.path.replace(target)
            if reason:
                target.with_name(target.name + _REASON).write_text(reason + "\n", encoding="utf-8")

    def unread(self) -> list[UnreadFile]:
        """Return what lies there unread, or was set aside as unreadable, by name; an empty list says all was read."""
        if not self._folder.is_dir():
            return []
        found = [
            UnreadFile(path.name, _is_odd(path) or "waiting")
            for path in sorted(self._folder.iterdir())
            if not (path.is_dir() and path.name in (READ, UNREADABLE))
        ]
        aside = self._folder / UNREADABLE
        for path in sorted(aside.iterdir()) if aside.is_dir() else ():
            if not path.name.endswith(_REASON):
                beside = path.with_name(path.name + _REASON)
                said = beside.read_text(encoding="utf-8").strip() if beside.is_file() else ""
                found.append(UnreadFile(path.name, "unreadable", said))
        return found[:_SHOWN_MAX]


def _is_odd(path: Path) -> str:
    """Return why something there is no file to be read, or nothing when it is one."""
    if path.is_symlink() or not path.is_file():
        return "no_file"
    return "draft" if path.name.startswith(".") or path.suffix.lower() in _DRAFTS else ""
