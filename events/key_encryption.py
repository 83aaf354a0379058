"""The key-encryption key: every key of a person lies wrapped under it, and it lies where the keys do not.

Whoever takes the key store alone opens nothing. And each erasure takes a new one: of every older copy of the store, in
whatever backup, no more is left than what nobody can open. So only 32 bytes in one place have ever to be truly
destroyed.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.durable_file import replace_whole
from events.errors import KeysMissing

NONCE_BYTES: Final = 12
_OTHERS: Final = 0o077


class Kek(NamedTuple):
    """A key-encryption key, and the name by which a store says that it is the one in force."""

    id: str
    key: bytes


class KeyHome(Protocol):
    """Where key-encryption keys lie, outside the key store and its backups.

    For the moment of a change there are two: the new one is durable before the store is wrapped under it, the old one
    goes when that is committed. Everything raises KeysMissing when the place cannot be used; then nothing was changed.
    """

    name: str  # of this place on this machine, as people are told it

    def load(self) -> Mapping[str, Kek]:
        """Return what lies here by name, most often one; nothing when the place is empty."""

    def belongs_to(self) -> str:
        """Return of which store's keys it is; nothing of none yet."""

    def add(self, kek: Kek, store: str) -> None:
        """Put one beside those that are there, for this store and no other; durable before this returns."""

    def keep_only(self, name: str) -> None:
        """Destroy every other one; whatever is not there is gone already."""

    def forget(self) -> None:
        """Let go of whatever of it is in memory: the next ``load`` reads it again."""


def kek_of(key: bytes) -> Kek:
    """Return a key with its name: a hash of it, so that a wrong key is known before it is used."""
    return Kek(hashlib.sha256(b"wayhome/kek/1" + key).hexdigest()[:24], key)


class Wrapping:
    """Wraps keys under one key-encryption key: AES-256-GCM, each bound to whose it is."""

    def __init__(self, kek: Kek) -> None:
        self.id = kek.id
        self._cipher = AESGCM(kek.key)

    def wrap(self, owner: Sequence[str], key: bytes, nonce: bytes) -> bytes:
        """Return a key as it lies in a store; the nonce is chance and is used once."""
        return nonce + self._cipher.encrypt(nonce, key, _bound_to(owner))

    def unwrap(self, owner: Sequence[str], wrapped: bytes) -> bytes:
        """Return the key; raises KeysMissing for one that was changed, or is somebody else's."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound_to(owner))
        except (InvalidTag, ValueError):
            raise KeysMissing(
                "a key in the key store was changed or put in another's place; restore the newest copy of the keys"
            ) from None


def _bound_to(owner: Sequence[str]) -> bytes:
    return "|".join(owner).encode()


# -- files that hold secrets -------------------------------------------------------------------------------------


def read_secret(path: Path) -> bytes | None:
    """Return what a file holds that only its owner may read, or None when there is none.

    Raises KeysMissing for a file that others may read, or that cannot be read.
    """
    try:
        mode = path.stat().st_mode & 0o777
        if mode & _OTHERS:
            raise KeysMissing(f"{path} may be read by others (mode {mode:o}); make it yours alone: chmod 600 {path}")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise KeysMissing(f"{path} cannot be read ({problem.strerror}); look at its permissions") from problem


def write_secret(path: Path, content: bytes) -> None:
    """Put a file in another's place, whole or not at all, and overwrite what was there; durable before this returns.

    A disk that keeps older versions of a block (flash, snapshots) keeps them here too: see the operator's guide.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_whole(path, content)
    except OSError as problem:
        raise KeysMissing(f"{path} cannot be written ({problem.strerror}); nothing was changed") from problem


@contextmanager
def alone_at(path: Path) -> Iterator[None]:
    """Let no other process of this machine change a secret file meanwhile."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


Passphrase = Callable[[], str]  # asked for when it is needed, and never an argument of a command
