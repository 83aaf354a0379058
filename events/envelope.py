"""The envelope round a fact, its canonical bytes and the leaf hash an auditor recomputes.

The leaf commits to ``SHA-256(salt ‖ ciphertext)`` of every sealed part, never to plaintext and never to
re-serialised JSON: a key and its ciphertext can be destroyed later and every old proof stays valid.
``previous`` is the leaf before it in the same stream; ``link`` is the last leaf written before it by the
same command in another stream, so that neither side of a joint change can lose the other unnoticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

import orjson

from events.instants import instant

LEAF: Final = b"\x00"  # RFC 6962 section 2.1: leaves and inner nodes are hashed under different prefixes
FORMAT: Final = b"wayhome/envelope/1"
_NOTHING: Final = b"\xff\xff\xff\xff"


class Part(NamedTuple):
    """What the log keeps for ever of one sealed part: whose, which compartment, and a commitment."""

    compartment: str
    person: str
    commitment: str


class Envelope(NamedTuple):
    """One event as stored, without its place in the global order."""

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
    sealed: tuple[Part, ...]
    previous: bytes | None
    link: bytes | None


class Recorded(NamedTuple):
    """An event in its place: global position, envelope and leaf."""

    position: int
    envelope: Envelope
    leaf: bytes

    @property
    def recorded(self) -> datetime:
        """Return when the log took it."""
        return instant(self.envelope.recorded_at)


def leaf_of(envelope: Envelope) -> bytes:
    """Return the leaf hash: SHA-256 over a fixed order of length-prefixed fields."""
    return hashlib.sha256(LEAF + canonical(envelope)).digest()


def canonical(envelope: Envelope) -> bytes:
    """Return the bytes that are hashed; no two different envelopes share them.

    Every field is preceded by its length in four bytes, an absent one is marked ``ffffffff``; numbers are
    eight bytes, big-endian; the sealed parts are preceded by their count.
    """
    (
        stream, version, kind, kind_version, occurred, recorded, actor, mandate, cause, command, definition,
        body, sealed, previous, link,
    ) = envelope  # fmt: skip
    texts = (occurred, recorded, actor, mandate, cause, command, definition, body)
    out = [FORMAT, _prefixed(stream.encode()), version.to_bytes(8), _prefixed(kind.encode()), kind_version.to_bytes(8)]
    out += [_prefixed(text.encode()) for text in texts]
    out.append(len(sealed).to_bytes(4))
    out += [_prefixed(field.encode()) for part in sealed for field in part]
    out.append(_prefixed(previous))
    out.append(_prefixed(link))
    return b"".join(out)


def sealed_text(parts: Iterable[Part]) -> str:
    """Return the sealed parts as the log's column holds them."""
    return orjson.dumps([tuple(part) for part in parts]).decode() if parts else "[]"


def sealed_parts(text: str) -> tuple[Part, ...]:
    """Return the sealed parts a column holds; most events have none."""
    return tuple(Part(*part) for part in orjson.loads(text)) if text != "[]" else ()


def _prefixed(field: bytes | None) -> bytes:
    return _NOTHING if field is None else len(field).to_bytes(4) + field
