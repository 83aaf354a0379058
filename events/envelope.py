"""The envelope round a fact, its canonical bytes and the leaf hash an auditor recomputes.

The leaf commits to ``SHA-256(salt ‖ ciphertext)`` of every sealed part, never to plaintext and never to
re-serialised JSON: a key and its ciphertext can be destroyed later and every old proof stays valid.
``previous`` is the leaf before it in the same stream; ``link`` is the last leaf written before it by the
same command in another stream, so that neither side of a joint change can lose the other unnoticed.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from typing import Final, NamedTuple

import orjson

from events.instants import instant

LEAF_PREFIX: Final = b"\x00"  # RFC 6962 section 2.1: leaves and inner nodes are hashed under different prefixes
FORMAT_TAG: Final = b"wayhome/envelope/1"
_NOTHING: Final = b"\xff\xff\xff\xff"


class SealedPart(NamedTuple):
    """What the log keeps for ever of one sealed part: whose, which compartment, and a commitment."""

    compartment: str
    person: str
    commitment: str


class Envelope(NamedTuple):
    """One event as stored, without its place in the global order; times are text as ``events.instants`` writes them.

    ``occurred_at`` is what somebody said, ``recorded_at`` the log's own clock; ``definition`` is the first 16 hex
    digits of the SHA-256 of the programme file in force, empty where there is none.
    """

    stream: str
    version: int
    type: str
    type_version: int
    occurred_at: str
    recorded_at: str
    actor: str
    mandate: str
    cause: str
    command_id: str
    definition: str
    body: str
    sealed: tuple[SealedPart, ...]
    previous: bytes | None
    link: bytes | None


class RecordedEvent(NamedTuple):
    """An event in its place: global position, envelope and leaf."""

    position: int
    envelope: Envelope
    leaf: bytes

    @property
    def recorded(self) -> datetime:
        """Return when the log took it, in UTC."""
        return instant(self.envelope.recorded_at)


def leaf_of(envelope: Envelope) -> bytes:
    """Return the leaf hash: SHA-256 over a fixed order of length-prefixed fields, behind RFC 6962's prefix."""
    return hashlib.sha256(LEAF_PREFIX + canonical_bytes(envelope)).digest()


def canonical_bytes(envelope: Envelope) -> bytes:
    """Return the bytes that are hashed; no two different envelopes share them.

    Every field is preceded by its length in four bytes, an absent one is marked ``ffffffff``; numbers are
    eight bytes, big-endian; the sealed parts are preceded by their count.
    """
    (
        stream, version, kind, kind_version, occurred, recorded, actor, mandate, cause, command, definition,
        body, sealed, previous, link,
    ) = envelope  # fmt: skip
    out = [FORMAT_TAG, *_prefixed(stream), version.to_bytes(8), *_prefixed(kind), kind_version.to_bytes(8)]
    # Spelt out: this loop is half of what a write and half of what a proof of the whole log cost.
    for text in (occurred, recorded, actor, mandate, cause, command, definition, body):
        field = text.encode()
        out.append(len(field).to_bytes(4))
        out.append(field)
    out.append(len(sealed).to_bytes(4))
    for text in chain.from_iterable(sealed):
        field = text.encode()
        out.append(len(field).to_bytes(4))
        out.append(field)
    for leaf in (previous, link):
        out += (_NOTHING,) if leaf is None else (len(leaf).to_bytes(4), leaf)
    return b"".join(out)


def sealed_text(parts: Iterable[SealedPart]) -> str:
    """Return the sealed parts as the log's column holds them."""
    return orjson.dumps([tuple(part) for part in parts]).decode() if parts else "[]"


def sealed_parts(text: str) -> tuple[SealedPart, ...]:
    """Return the sealed parts a column holds; most events have none."""
    return tuple(SealedPart(*part) for part in orjson.loads(text)) if text != "[]" else ()


def _prefixed(text: str) -> tuple[bytes, bytes]:
    field = text.encode()
    return len(field).to_bytes(4), field
