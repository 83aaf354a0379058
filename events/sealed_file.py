"""A file sealed with a passphrase, for a copy that lies with somebody: read and written piece by piece.

The form, so that another program can open it: the line ``wayhome sealed file 1``, 16 bytes of salt, the exponent of
scrypt's N in one byte (r is 8, p is 1, 32 bytes come out), 7 bytes that begin every nonce, then the pieces. Each holds
up to 1 MiB, sealed with AES-256-GCM; its nonce ends in its number in four bytes and a byte that is 1 for the last. So
no piece can be left out, moved or cut off. Everything before the pieces is their associated data.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from events.errors import BackupRefused
from events.world import Entropy

FIRST_LINE: Final = b"wayhome sealed file 1\n"
PIECE: Final = 1024 * 1024
PASSPHRASE_MIN: Final = 12
_SALT, _PREFIX, _TAG = 16, 7, 16
_EXPONENT: Final = 16  # 64 MiB and about a quarter of a second for each guess
_EXPONENT_MAX: Final = 20
_HEAD: Final = len(FIRST_LINE) + _SALT + 1 + _PREFIX
Progress = Callable[[int, int], None]


def is_sealed(file: Path) -> bool:
    """Tell whether a file was sealed with a passphrase."""
    with file.open("rb") as opened:
        return opened.read(len(FIRST_LINE)) == FIRST_LINE


def seal_file(source: Path, target: Path, passphrase: str, chance: Entropy, progress: Progress | None = None) -> None:
    """Write a sealed copy of a file, for its owner's eyes only; it is durable when this returns.

    Raises BackupRefused for a passphrase that is too short, or where something lies under the target's name.
    """
    if len(passphrase) < PASSPHRASE_MIN:
        raise BackupRefused(f"the passphrase is too short; take at least {PASSPHRASE_MIN} characters, or four words")
    head = FIRST_LINE + chance.bytes(_SALT) + bytes([_EXPONENT]) + chance.bytes(_PREFIX)
    key = _key(passphrase, head)
    with source.open("rb") as plain, _made(target) as sealed:
        sealed.write(head)
        whole = source.stat().st_size
        for number, (piece, last) in enumerate(_pieces(plain, PIECE)):
            sealed.write(AESGCM(key).encrypt(_nonce(head, number, last=last), piece, head))
            if progress:
                progress(min((number + 1) * PIECE, whole), whole)
        sealed.flush()
        os.fsync(sealed.fileno())


def open_file(source: Path, target: Path, passphrase: str, progress: Progress | None = None) -> None:
    """Write what is in a sealed file, for its owner's eyes only; nothing is left behind when it is not whole.

    Raises BackupRefused for a wrong passphrase and for a file that was changed, cut short or added to.
    """
    with source.open("rb") as sealed:
        head = sealed.read(_HEAD)
        if len(head) < _HEAD or not head.startswith(FIRST_LINE) or head[-_PREFIX - 1] > _EXPONENT_MAX:
            raise BackupRefused(f"{source.name} is no file that was sealed here; name the copy itself")
        key = _key(passphrase, head)
        with _made(target) as plain:
            try:
                for piece in _opened(sealed, key, head, source, progress):
                    plain.write(piece)
                plain.flush()
                os.fsync(plain.fileno())
            except BaseException:
                target.unlink()
                raise


def _opened(sealed: BinaryIO, key: bytes, head: bytes, source: Path, progress: Progress | None) -> Iterator[bytes]:
    whole = source.stat().st_size
    for number, (piece, last) in enumerate(_pieces(sealed, PIECE + _TAG)):
        try:
            yield AESGCM(key).decrypt(_nonce(head, number, last=last), piece, head)
        except (InvalidTag, ValueError):
            why = "the passphrase is wrong, or it is damaged" if number == 0 else "it is damaged or cut short"
            raise BackupRefused(f"{source.name} cannot be opened: {why}; nothing was put in place") from None
        if progress:
            progress(min((number + 1) * PIECE, whole), whole)


def _pieces(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield pieces, and of each whether it is the last; an empty file has one, which is empty."""
    piece = file.read(size)
    while True:
        following = file.read(size)
        yield piece, not following
        if not following:
            return
        piece = following


def _nonce(head: bytes, number: int, *, last: bool) -> bytes:
    return head[-_PREFIX:] + number.to_bytes(4, "big") + bytes([last])


def _key(passphrase: str, head: bytes) -> bytes:
    salt, exponent = head[len(FIRST_LINE) : len(FIRST_LINE) + _SALT], head[-_PREFIX - 1]
    return Scrypt(salt=salt, length=32, n=2**exponent, r=8, p=1).derive(passphrase.encode())


def _made(target: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as problem:
        raise BackupRefused(f"{target} cannot be made ({problem.strerror}); name another file") from None
