"""When the keys were copied last, and whether that copy still opens: each new key-encryption key blinds older ones."""

from typing import Final, NamedTuple, Protocol

from events.rows_beside_keys import RowsBesideKeys

LAST_COPY: Final = "backup"
OLDER_ARE_BLIND: Final = (
    "older copies of the keys, and of this key, open nothing now: run `wayhome backup` and copy the new "
    "key-encryption key"
)
BLIND: Final = (
    "the key-encryption key is newer than the last backup: run `wayhome backup`, copy the new key, destroy older copies"
)
NEVER: Final = "nobody has copied the keys yet: run `wayhome backup`, and copy the key-encryption key"


class Noted(Protocol):
    """What stands beside the keys and needs no opening."""

    def noted(self, purpose: str) -> bytes | None:
        """Return the bytes last noted for a purpose."""

    def wrapped_under(self) -> str:
        """Return the name of the key-encryption key in force."""


class LastCopy(NamedTuple):
    """When the newest copy was made, by the store's own clock, and whether it opens nothing any more."""

    at: str  # empty: nobody made one
    is_blind: bool

    @property
    def advice(self) -> str:
        """Return what is to be done; nothing while the newest copy opens."""
        return BLIND if self.is_blind else "" if self.at else NEVER


def note_copy(beside: RowsBesideKeys, kek: str) -> None:
    """Note beside the keys that they were copied, and under which key-encryption key the copy is wrapped."""
    beside.note(LAST_COPY, f"{kek} {beside.now()}".encode())


def last_copy(keys: Noted) -> LastCopy:
    """Return the last copy of a store's keys."""
    noted = keys.noted(LAST_COPY)
    if not noted:
        return LastCopy("", is_blind=False)
    kek, at = noted.decode().split(" ", 1)
    return LastCopy(at, is_blind=kek != keys.wrapped_under())
