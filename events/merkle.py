"""The Merkle tree over the log's leaves (RFC 6962 section 2, RFC 9162 section 2.1): roots, proofs, and their checks.

Leaf hashes come in as they are stored: ``events.envelope.leaf_of`` has hashed them under the leaf prefix already.
Only complete subtrees are ever kept, because they never change again; whatever else a proof needs is made of them.
Numbers count as in the standard: a tree of ``size`` leaves, the first at index 0.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

NODE_PREFIX: Final = b"\x01"
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
HASH_BYTES: Final = 32

Span = tuple[int, int]  # leaves from the first number up to, not including, the second


class Subtree(NamedTuple):
    """A complete subtree: 2**level leaves, the number-th of its kind from the left."""

    level: int
    number: int


class Node(NamedTuple):
    """The hash of a complete subtree."""

    subtree: Subtree
    hash: bytes


Nodes = Callable[[Subtree], bytes]


def node_of(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


class Frontier(NamedTuple):
    """How a tree ends: the hashes of the complete subtrees it is made of, the largest first.

    That is all that is needed to go on appending, and to tell the root at any size.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        return _joined(self.hashes)

    def extended(self, leaves: Iterable[bytes]) -> "tuple[Frontier, list[Node]]":
        """Return the frontier after appending leaves, and every subtree of two leaves or more that they completed."""
        size, hashes, completed = self.size, list(self.hashes), list[Node]()
        for leaf in leaves:
            joined, number, level = leaf, size, 0
            while number & 1:
                joined = hashlib.sha256(NODE_PREFIX + hashes.pop() + joined).digest()
                number, level = number >> 1, level + 1
                completed.append(Node(Subtree(level, number), joined))
            hashes.append(joined)
            size += 1
        return Frontier(size, tuple(hashes)), completed


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes.

    >>> root_of([]).hex()[:8]
    'e3b0c442'
    """
    return Frontier().extended(leaves)[0].root


def frontier_subtrees(size: int) -> list[Subtree]:
    """Return the complete subtrees a frontier of this size is made of.

    >>> [tuple(part) for part in frontier_subtrees(6)]
    [(2, 0), (1, 2)]
    """
    return subtrees_of((0, size))


def subtrees_of(span: Span) -> list[Subtree]:
    """Return the complete subtrees that cover a span, from the left; the span begins where one of its size may."""
    begin, end = span
    covering = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        covering.append(Subtree(level, begin >> level))
        begin += 1 << level
    return covering


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return the spans whose hashes prove that the leaf at ``index`` is in the tree of ``size``, the nearest first.

    >>> inclusion_spans(2, 5)
    [(3, 4), (0, 2), (4, 5)]
    """
    assert 0 <= index < size, "only a leaf of the tree can be proved to be in it"
    spans, begin, end = list[Span](), 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((begin, middle))
            begin = middle
    return spans[::-1]


def consistency_spans(first: int, second: int) -> list[Span]:
    """Return the spans whose hashes prove that the tree of ``first`` leaves is the begin of that of ``second``.

    >>> consistency_spans(3, 7)
    [(2, 3), (3, 4), (0, 2), (4, 7)]
    """
    assert 0 <= first <= second, "a tree does not shrink"
    if first in (0, second):
        return []
    spans, begin, end = list[Span](), 0, second
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((begin, middle))
            begin = middle
    # Whoever checks it has the hash of the older tree, but not that of its last part.
    return ([(begin, end)] if begin else []) + spans[::-1]


def hash_of(span: Span, nodes: Nodes) -> bytes:
    """Return the hash over a span, made of complete subtrees."""
    return _joined([nodes(subtree) for subtree in subtrees_of(span)])


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the proof that the leaf at ``index`` is in the tree of ``size`` (RFC 9162 section 2.1.3.1)."""
    return [hash_of(span, nodes) for span in inclusion_spans(index, size)]


def consistency_proof(first: int, second: int, nodes: Nodes) -> list[bytes]:
    """Return the proof that one tree is the begin of another (RFC 9162 section 2.1.4.1); empty for an empty tree."""
    return [hash_of(span, nodes) for span in consistency_spans(first, second)]


def proves_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the proof shows that the leaf stands at ``index`` in the tree with this root (section 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes([leaf, root, *proof]):
        return False
    number, last, made = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            made = node_of(sibling, made)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            made = node_of(made, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and made == root


def proves_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows that the first tree is the begin of the second (section 2.1.4.2)."""
    if not 0 <= first <= second or not _are_hashes([first_root, second_root, *proof]):
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    return bool(path) and _rebuilt(first - 1, second - 1, path) == (first_root, second_root)


def _rebuilt(number: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the two roots a consistency proof leads to, or None when it is too long or too short."""
    while number & 1:
        number, last = number >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if number & 1 or number == last:
            older, newer = node_of(sibling, older), node_of(sibling, newer)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            newer = node_of(newer, sibling)
        number, last = number >> 1, last >> 1
    return (older, newer) if last == 0 else None


def _joined(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    joined = hashes[-1]
    for left in reversed(hashes[:-1]):
        joined = node_of(left, joined)
    return joined


def _split(width: int) -> int:
    """Return the largest power of two below the width."""
    return 1 << (width - 1).bit_length() - 1


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
