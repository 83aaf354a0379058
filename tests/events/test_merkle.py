"""The tree over the leaves: the standard's own definition, its examples, and proofs that no one bit of may change."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.merkle import (
    EMPTY_ROOT,
    Frontier,
    Node,
    Subtree,
    consistency_proof,
    consistency_spans,
    frontier_subtrees,
    inclusion_proof,
    inclusion_spans,
    proves_consistency,
    proves_inclusion,
    root_of,
)
from tests.kit.bits import one_bit_changed

# The leaves and roots every implementation of Certificate Transparency is tried on.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [hashlib.sha256(number.to_bytes(4)).digest() for number in range(140)]


def hash_as_defined(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 section 2.1.1, word for word; the leaves are hashed already."""
    n = len(leaves)
    if n == 0:
        return hashlib.sha256().digest()
    if n == 1:
        return leaves[0]
    k = max(2**i for i in range(n.bit_length()) if 2**i < n)
    return hashlib.sha256(b"\x01" + hash_as_defined(leaves[:k]) + hash_as_defined(leaves[k:])).digest()


def path_as_defined(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of section 2.1.3.1."""
    n = len(leaves)
    if n == 1:
        return []
    k = max(2**i for i in range(n.bit_length()) if 2**i < n)
    if m < k:
        return [*path_as_defined(m, leaves[:k]), hash_as_defined(leaves[k:])]
    return [*path_as_defined(m - k, leaves[k:]), hash_as_defined(leaves[:k])]


def subproof_as_defined(m: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:  # noqa: FBT001 - as in the RFC
    """SUBPROOF of section 2.1.4.1."""
    n = len(leaves)
    if m == n:
        return [] if whole else [hash_as_defined(leaves)]
    k = max(2**i for i in range(n.bit_length()) if 2**i < n)
    if m <= k:
        return [*subproof_as_defined(m, leaves[:k], whole), hash_as_defined(leaves[k:])]
    return [*subproof_as_defined(m - k, leaves[k:], False), hash_as_defined(leaves[:k])]


def nodes(subtree: Subtree) -> bytes:
    begin = subtree.number << subtree.level
    return hash_as_defined(LEAVES[begin : begin + (1 << subtree.level)])


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_other_programs_come_to(size: int) -> None:
    hashed = [hashlib.sha256(b"\x00" + bytes.fromhex(entry)).digest() for entry in ENTRIES[:size]]
    assert root_of(hashed).hex() == ROOTS[size]


@given(st.integers(0, 140), st.integers(0, 140))
def test_a_tree_that_grew_in_two_steps_is_the_tree_of_all_its_leaves(one: int, other: int) -> None:
    first, second = sorted((one, other))
    grown, completed = Frontier().extended(LEAVES[:first])[0].extended(LEAVES[first:second])
    assert (grown.size, grown.root) == (second, hash_as_defined(LEAVES[:second]))
    assert grown.hashes == tuple(nodes(subtree) for subtree in frontier_subtrees(second))
    assert all(node.hash == nodes(node.subtree) for node in completed)


@given(st.integers(0, 140))
def test_growing_tells_of_every_complete_subtree_once(size: int) -> None:
    completed = Frontier().extended(LEAVES[:size])[1]
    expected = {Subtree(level, number) for level in range(1, 8) for number in range(size >> level)}
    assert {node.subtree for node in completed} == expected
    assert len(completed) == len(expected)


def test_what_a_proof_is_made_of_is_among_the_subtrees_that_are_kept() -> None:
    completed = dict(Node(*node) for node in Frontier().extended(LEAVES)[1])
    kept = completed | {Subtree(0, number): leaf for number, leaf in enumerate(LEAVES)}
    for size in range(1, 70):
        for index in range(size):
            assert inclusion_proof(index, size, kept.__getitem__) == path_as_defined(index, LEAVES[:size])
        for first in range(1, size):
            expected = subproof_as_defined(first, LEAVES[:size], True)
            assert consistency_proof(first, size, kept.__getitem__) == expected


@given(st.data())
def test_every_leaf_is_proved_in_its_place_and_in_no_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 140))
    index = data.draw(st.integers(0, size - 1))
    root, proof = hash_as_defined(LEAVES[:size]), inclusion_proof(index, size, nodes)
    assert proves_inclusion(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(-1, 141).filter(lambda one: one != index))
    assert not proves_inclusion(LEAVES[index], other, size, proof, root)
    assert not proves_inclusion(LEAVES[(index + 1) % 140], index, size, proof, root)


@given(st.data())
def test_no_bit_of_a_proof_of_inclusion_may_change(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 140))
    index = data.draw(st.integers(0, size - 1))
    root, proof = hash_as_defined(LEAVES[:size]), inclusion_proof(index, size, nodes)
    changed = data.draw(one_bit_changed([LEAVES[index], root, *proof]))
    assert not proves_inclusion(changed[0], index, size, changed[2:], changed[1])


@given(st.data())
def test_a_proof_that_is_longer_or_shorter_is_none(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 140))
    index = data.draw(st.integers(0, size - 1))
    root, proof = hash_as_defined(LEAVES[:size]), inclusion_proof(index, size, nodes)
    assert not proves_inclusion(LEAVES[index], index, size, proof[:-1], root)
    assert not proves_inclusion(LEAVES[index], index, size, [*proof, root], root)
    assert not proves_inclusion(LEAVES[index], index, size, [*proof[:-1], proof[-1] + b"x"], root)


@given(st.data())
def test_an_older_tree_is_proved_to_be_the_begin_of_a_newer_one(data: st.DataObject) -> None:
    first, second = sorted((data.draw(st.integers(0, 140)), data.draw(st.integers(0, 140))))
    roots = hash_as_defined(LEAVES[:first]), hash_as_defined(LEAVES[:second])
    proof = consistency_proof(first, second, nodes)
    assert proves_consistency(first, second, *roots, proof)
    assert not proves_consistency(first, second, *roots, [*proof, roots[0]])
    assert not proves_consistency(second, first, *roots[::-1], proof) or first == second
    assert not (proof and proves_consistency(first, second, *roots, proof[:-1]))


@given(st.data())
def test_no_bit_of_a_proof_of_consistency_may_change(data: st.DataObject) -> None:
    first = data.draw(st.integers(1, 139))
    second = data.draw(st.integers(first + 1, 140))
    given_ = [hash_as_defined(LEAVES[:first]), hash_as_defined(LEAVES[:second])]
    changed = data.draw(one_bit_changed([*given_, *consistency_proof(first, second, nodes)]))
    assert not proves_consistency(first, second, changed[0], changed[1], changed[2:])


@given(st.data())
def test_a_history_with_one_leaf_rewritten_continues_no_older_tree(data: st.DataObject) -> None:
    first = data.draw(st.integers(1, 100))
    second = data.draw(st.integers(first, 100))
    place = data.draw(st.integers(0, first - 1))
    forged = [*LEAVES[:place], bytes(32), *LEAVES[place + 1 : second]]
    proof = subproof_as_defined(first, forged, True) if first < second else []
    assert not proves_consistency(first, second, root_of(LEAVES[:first]), root_of(forged), proof)


def test_an_empty_tree_is_the_begin_of_every_tree_and_holds_nothing() -> None:
    assert proves_consistency(0, 9, EMPTY_ROOT, root_of(LEAVES[:9]), [])
    assert not proves_consistency(0, 9, LEAVES[0], root_of(LEAVES[:9]), [])
    assert not proves_inclusion(EMPTY_ROOT, 0, 0, [], EMPTY_ROOT)


def test_proofs_stay_short_however_long_the_log_grows() -> None:
    assert len(inclusion_spans(654_321, 1_000_000)) == 20
    assert len(consistency_spans(999_999, (1 << 40) + 1)) <= 63
