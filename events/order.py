"""The order of the log, hashed: the place of an event commits to every event that stands before it.

A chain of its own beside the leaves, so that nothing about them changes: leaf hashes of older logs stay what they are,
and a tree over them (RFC 6962) can be built whenever one is wanted. The position is no part of it, because a chain
says it already: whoever takes an event out and counts the others down breaks the chain at one place, not at all.
"""

import hashlib
from typing import Final

ORDER_TAG: Final = b"wayhome/order/1"
BEFORE_ALL: Final = b""  # what stands before the first event
_NOTHING: Final = b"\xff\xff\xff\xff"


def place_after(before: bytes, leaf: bytes, answered: bytes | None) -> bytes:
    """Return the place of an event: SHA-256 over the place before it, its leaf and what its command was answered.

    ``answered`` is there at the first event of a command. Each of the three is preceded by its length in four bytes,
    an absent one is marked ``ffffffff``.
    """
    said = _NOTHING if answered is None else len(answered).to_bytes(4) + answered
    return hashlib.sha256(ORDER_TAG + len(before).to_bytes(4) + before + len(leaf).to_bytes(4) + leaf + said).digest()


def answer_hash(command_id: str, digest: str, answer: str) -> bytes:
    """Return the SHA-256 of a command's row, each text preceded by its length in four bytes."""
    fields = [text.encode() for text in (command_id, digest, answer)]
    return hashlib.sha256(b"".join(len(field).to_bytes(4) + field for field in fields)).digest()
