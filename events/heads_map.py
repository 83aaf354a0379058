"""A map of where every stream stands, as one hash: what shows that a case is complete, and not cut off at its end.

A sparse Merkle tree over SHA-256 of the streams' names, kept short: a subtree with one entry in it is that entry.
A proof names no other stream than the one asked about: of a neighbour it shows a hash of its name.
The same heads always give the same root; so a root noted in the log binds whoever noted it.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from events.merkle import HASH_BYTES, node_of

ENTRY_TAG: Final = b"\x00wayhome/head/1"
EMPTY: Final = bytes(HASH_BYTES)
DEPTH: Final = 256
_VERSIONS: Final = 1 << 63


class Head(NamedTuple):
    """Where a stream stands: the hash of its name, its last version and the leaf of that event."""

    key: bytes
    version: int
    leaf: bytes


class HeadProof(NamedTuple):
    """What lies beside the way to a key, from the root down, and where the way ends: at an entry, or at nothing."""

    siblings: tuple[bytes, ...]
    found: Head | None


def key_of(stream: str) -> bytes:
    """Return under which key a stream stands."""
    return hashlib.sha256(stream.encode()).digest()


def head_of(stream: str, version: int, leaf: bytes) -> Head:
    """Return a stream's entry."""
    return Head(key_of(stream), version, leaf)


def entry_hash(head: Head) -> bytes:
    """Return what stands for an entry in the tree."""
    return hashlib.sha256(ENTRY_TAG + head.key + head.version.to_bytes(8) + head.leaf).digest()


class HeadsMap:
    """The map of some heads, one for each stream."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self._heads = sorted(heads)
        self._keys = [int.from_bytes(head.key) for head in self._heads]
        self._hashes = [entry_hash(head) for head in self._heads]
        assert len(set(self._keys)) == len(self._keys), "a stream has one head"

    def __len__(self) -> int:
        return len(self._heads)

    @property
    def root(self) -> bytes:
        """Return the hash that stands for all of it."""
        return self._root(0, len(self._keys), 0)

    def proof(self, stream: str) -> HeadProof:
        """Return the proof of where a stream stands, or that it is not there."""
        key = int.from_bytes(key_of(stream))
        begin, end, siblings = 0, len(self._keys), list[bytes]()
        while end - begin > 1:
            middle = self._middle(begin, end, len(siblings))
            if key >> (DEPTH - 1 - len(siblings)) & 1:
                beside, begin = (begin, middle), middle
            else:
                beside, end = (middle, end), middle
            siblings.append(self._root(*beside, len(siblings) + 1))
        return HeadProof(tuple(siblings), self._heads[begin] if begin < end else None)

    def _root(self, begin: int, end: int, depth: int) -> bytes:
        if end - begin < 2:
            return self._hashes[begin] if begin < end else EMPTY
        middle = self._middle(begin, end, depth)
        return node_of(self._root(begin, middle, depth + 1), self._root(middle, end, depth + 1))

    def _middle(self, begin: int, end: int, depth: int) -> int:
        """Return where the keys begin whose bit at this depth is set; those before it are equal."""
        below = DEPTH - 1 - depth
        return bisect_left(self._keys, (self._keys[begin] >> below | 1) << below, begin, end)


def proves_head(stream: str, version: int, leaf: bytes, proof: HeadProof, root: bytes) -> bool:
    """Tell whether the proof shows that this, and nothing else, is where the stream stood."""
    return proof.found == head_of(stream, version, leaf) and _leads_to(proof, key_of(stream), root)


def proves_absence(stream: str, proof: HeadProof, root: bytes) -> bool:
    """Tell whether the proof shows that there was no such stream."""
    key = key_of(stream)
    if proof.found is not None and (proof.found.key == key or not _same_way(proof.found.key, key, len(proof.siblings))):
        return False
    return _leads_to(proof, key, root)


def _leads_to(proof: HeadProof, key: bytes, root: bytes) -> bool:
    if not _well_formed(proof):
        return False
    made = entry_hash(proof.found) if proof.found else EMPTY
    number = int.from_bytes(key)
    for depth in reversed(range(len(proof.siblings))):
        sibling = proof.siblings[depth]
        made = node_of(sibling, made) if number >> (DEPTH - 1 - depth) & 1 else node_of(made, sibling)
    return made == root


def _well_formed(proof: HeadProof) -> bool:
    found = proof.found
    hashes: Sequence[bytes] = (*proof.siblings, *((found.key, found.leaf) if found else ()))
    numbered = found is None or 0 <= found.version < _VERSIONS
    return len(proof.siblings) <= DEPTH and numbered and all(len(one) == HASH_BYTES for one in hashes)


def _same_way(one: bytes, other: bytes, depth: int) -> bool:
    return int.from_bytes(one) >> (DEPTH - depth) == int.from_bytes(other) >> (DEPTH - depth)
