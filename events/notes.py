"""Signed notes and checkpoints of the log, in the formats other people's programs read (C2SP).

A checkpoint says, in three lines, that a log holds so many events and that their tree has this root
(c2sp.org/tlog-checkpoint). It is a note: text, and lines of signatures under it (c2sp.org/signed-note). The log signs
the text; a witness signs the text and the moment at which it held the log to all it had seen before
(c2sp.org/tlog-cosignature, Ed25519). One sentence has one spelling: whatever is written otherwise is refused.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from events.errors import NoteRefused

LOG: Final = 0x01  # an Ed25519 signature over the text
WITNESS: Final = 0x04  # an Ed25519 signature over the text and a moment
NOTE_BYTES_MAX: Final = 65_536
SIGNATURES_MAX: Final = 64
_KEY_ID_BYTES: Final = 4
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = {LOG: 64, WITNESS: 72}  # a witness's begins with its moment, eight bytes
_SIZES: Final = 1 << 63
_SECRET: Final = "PRIVATE+KEY+"  # noqa: S105 - how such keys begin in Go's note package


class VerifierKey(NamedTuple):
    """Whose signature, of which kind, is checked with which public key."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Return the four bytes by which a signature line names its key."""
        return _key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.kind]) + self.public)}"


class SigningKey(NamedTuple):
    """A secret key of a log or a witness; it is never shown by accident."""

    name: str
    kind: int
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        """Return the public half, to be given to whoever shall check."""
        return VerifierKey(self.name, self.kind, self._private().public_key().public_bytes_raw())

    def text(self) -> str:
        """Return the key as its file holds it."""
        return f"{_SECRET}{self.name}+{self.verifier.key_id.hex()}+{_base64(bytes([self.kind]) + self.seed)}"

    def signature(self, message: bytes) -> bytes:
        """Return the Ed25519 signature over some bytes."""
        return self._private().sign(message)

    def __repr__(self) -> str:
        return f"SigningKey({self.name})"

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


class NoteSignature(NamedTuple):
    """A signature line: by whose key, and the bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"— {self.name} {_base64(self.key_id + self.signature)}\n"


class Note(NamedTuple):
    """A text and the signatures under it; nothing is said yet about whether they are good."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(str(signature) for signature in self.signatures)}"


class Checkpoint(NamedTuple):
    """What a log says of itself: who it is, how many events it holds, and the root of their tree."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Return what a note's text says; raises NoteRefused when it is no checkpoint, or says more than one does."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise NoteRefused("this is no checkpoint: it is not made of a name, a size and a root")
    return Checkpoint(lines[0], parse_size(lines[1]), _decoded(lines[2], 32, "its root"))


def parse_size(text: str) -> int:
    """Return a decimal number as it is written there, without leading zeroes; raises NoteRefused for any other."""
    if not (text.isascii() and text.isdigit() and len(text) < 20) or str(int(text)) != text or int(text) >= _SIZES:
        raise NoteRefused("this is no checkpoint: its size is not a plain number")
    return int(text)


def parse_note(given: bytes) -> Note:
    """Return the text and the signature lines of a note; raises NoteRefused when it is not one."""
    if len(given) > NOTE_BYTES_MAX:
        raise NoteRefused("this is no signed note: it is too long")
    try:
        whole = given.decode()
    except UnicodeDecodeError:
        raise NoteRefused("this is no signed note: it is not UTF-8") from None
    if any(sign < " " and sign != "\n" for sign in whole):
        raise NoteRefused("this is no signed note: it holds control characters")
    text, blank, below = whole.rpartition("\n\n")
    if not blank or not text or not below.endswith("\n"):
        raise NoteRefused("this is no signed note: no signature lines follow a blank line")
    return Note(text + "\n", parse_signatures(below))


def parse_signatures(lines: str) -> tuple[NoteSignature, ...]:
    """Return signature lines, each ended by a newline; raises NoteRefused when one is not of that form."""
    if not lines.endswith("\n"):
        raise NoteRefused("a signature line is cut off")
    if lines.count("\n") > SIGNATURES_MAX:
        raise NoteRefused("there are too many signature lines")
    return tuple(_signature_of(line) for line in lines[:-1].split("\n"))


def _signature_of(line: str) -> NoteSignature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise NoteRefused("a signature line is not made of a dash, a name and a signature")
    raw = _decoded(parts[2], None, "a signature")
    if len(raw) <= _KEY_ID_BYTES:
        raise NoteRefused("a signature is cut off")
    return NoteSignature(checked_name(parts[1]), raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])


def parse_verifier_key(text: str) -> VerifierKey:
    """Return a public key, given as ``name+hash+key``; raises NoteRefused when it is not one this program knows."""
    parts = text.split("+", 2)  # a name holds no plus sign; the base64 of the key may
    if len(parts) != 3:
        raise NoteRefused("this is no verifier key: it is not of the form name+hash+key")
    raw = _decoded(parts[2], 1 + _KEY_BYTES, "the key")
    key = VerifierKey(checked_name(parts[0]), raw[0], raw[1:])
    if key.kind not in _SIGNATURE_BYTES:
        raise NoteRefused(f"the verifier key of {key.name} is of a kind this program does not know")
    if parts[1] != key.key_id.hex():
        raise NoteRefused(f"the verifier key of {key.name} was copied wrongly: name, hash and key do not go together")
    return key


def parse_signing_key(text: str) -> SigningKey:
    """Return a secret key as its file holds it; raises NoteRefused when it is not one. The text is never repeated."""
    parts = text.strip().removeprefix(_SECRET).split("+", 2)
    if not text.startswith(_SECRET) or len(parts) != 3:
        raise NoteRefused("this file holds no signing key")
    raw = _decoded(parts[2], 1 + _KEY_BYTES, "the signing key")
    key = SigningKey(checked_name(parts[0]), raw[0], raw[1:])
    if key.kind not in _SIGNATURE_BYTES or parts[1] != key.verifier.key_id.hex():
        raise NoteRefused("this signing key was copied wrongly: name, hash and key do not go together")
    return key


def checked_name(name: str) -> str:
    """Return the name of a key; raises NoteRefused when no key may be called so."""
    if not name or "+" in name or any(sign.isspace() or sign < " " for sign in name):
        raise NoteRefused("the name of a key is empty, or holds a space or a plus sign")
    return name


def signed(text: str, key: SigningKey) -> Note:
    """Return a text, which is whole lines, with a signature under it."""
    assert text.endswith("\n"), "a signed text is whole lines"
    return Note(text, (NoteSignature(key.name, key.verifier.key_id, key.signature(text.encode())),))


def cosignature(text: str, key: SigningKey, at: int) -> NoteSignature:
    """Return a witness's signature over a checkpoint's text at a moment, in seconds since 1970."""
    made = at.to_bytes(8) + key.signature(_cosigned(text, at))
    return NoteSignature(key.name, key.verifier.key_id, made)


def is_signed(note: Note, key: VerifierKey) -> bool:
    """Tell whether the note is signed with the key, and no line that claims to be is wrong."""
    assert key.kind == LOG, "a witness signs a moment too: ask cosigned_at"
    mine = _lines_of(note, key)
    return bool(mine) and all(_fits(key, one.signature, note.text.encode()) for one in mine)


def cosigned_at(note: Note, key: VerifierKey) -> int | None:
    """Return the latest moment at which a witness signed the note; None if it did not, or a line of it is wrong."""
    assert key.kind == WITNESS, "a log signs no moment: ask is_signed"
    moments = [_moment_of(note.text, one.signature, key) for one in _lines_of(note, key)]
    good = [moment for moment in moments if moment is not None]
    return max(good) if good and len(good) == len(moments) else None


def _moment_of(text: str, signature: bytes, key: VerifierKey) -> int | None:
    at = int.from_bytes(signature[:8])
    fits = len(signature) == _SIGNATURE_BYTES[WITNESS] and at < _SIZES
    return at if fits and _fits(key, signature[8:], _cosigned(text, at)) else None


def _lines_of(note: Note, key: VerifierKey) -> Sequence[NoteSignature]:
    return [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.key_id)]


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _fits(key: VerifierKey, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_KEY_ID_BYTES]


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(text: str, length: int | None, what: str) -> bytes:
    """Return the bytes of a base64 text; there is one text for each bytes, so that no bit of it can change unseen."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteRefused(f"{what} is not base64") from None
    if _base64(raw) != text or (length is not None and len(raw) != length):
        raise NoteRefused(f"{what} is not as long as it has to be, or not written as it has to be")
    return raw
