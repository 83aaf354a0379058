"""Where every stream stands, as one hash: a case is shown to be complete, and a case that is not there to be absent."""

import hashlib
import time
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.heads_map import (
    EMPTY,
    Head,
    HeadProof,
    HeadsMap,
    entry_hash,
    head_of,
    key_of,
    proves_absence,
    proves_head,
)
from tests.kit.bits import one_bit_changed

STREAMS = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=5), unique=True, max_size=40)


def heads_of(streams: Sequence[str]) -> list[Head]:
    return [head_of(stream, len(stream), hashlib.sha256(stream.encode()).digest()) for stream in streams]


def root_as_defined(heads: Sequence[Head], depth: int = 0) -> bytes:
    """The definition, spelt out as an auditor without our code would."""
    if not heads:
        return bytes(32)
    if len(heads) == 1:
        (key, version, leaf) = heads[0]
        return hashlib.sha256(b"\x00wayhome/head/1" + key + version.to_bytes(8, "big") + leaf).digest()
    sides: list[list[Head]] = [[], []]
    for head in heads:
        sides[head.key[depth // 8] >> (7 - depth % 8) & 1].append(head)
    left, right = (root_as_defined(side, depth + 1) for side in sides)
    return hashlib.sha256(b"\x01" + left + right).digest()


@given(STREAMS, st.randoms())
def test_the_root_is_the_one_the_documentation_says_whatever_the_order(streams: list[str], order: Random) -> None:
    heads = heads_of(streams)
    expected = root_as_defined(heads)
    order.shuffle(heads)
    assert HeadsMap(heads).root == expected


@given(STREAMS)
def test_every_stream_is_shown_to_stand_where_it_stands_and_nowhere_else(streams: list[str]) -> None:
    heads = HeadsMap(heads_of(streams))
    for stream, (_, version, leaf) in zip(streams, heads_of(streams), strict=True):
        proof = heads.proof(stream)
        assert proves_head(stream, version, leaf, proof, heads.root)
        assert not proves_head(stream, version + 1, leaf, proof, heads.root)
        assert not proves_head(stream, version, EMPTY, proof, heads.root)
        assert not proves_absence(stream, proof, heads.root)


@given(STREAMS)
def test_a_stream_that_is_not_there_is_shown_to_be_absent(streams: list[str]) -> None:
    heads = HeadsMap(heads_of(streams))
    proof = heads.proof("case:nobody")
    assert proves_absence("case:nobody", proof, heads.root)
    assert not proves_head("case:nobody", 0, EMPTY, proof, heads.root)


@given(STREAMS, st.data())
def test_no_proof_of_absence_is_made_of_another_streams_proof(streams: list[str], data: st.DataObject) -> None:
    heads = HeadsMap(heads_of([*streams, "case:there"]))
    proof = heads.proof(data.draw(st.sampled_from([*streams, "case:there", "case:nobody"])))
    assert not proves_absence("case:there", proof, heads.root)


@given(STREAMS.filter(bool), st.data())
def test_no_bit_of_a_proof_may_change(streams: list[str], data: st.DataObject) -> None:
    stream = data.draw(st.sampled_from(streams))
    heads = HeadsMap(heads_of(streams))
    proof = heads.proof(stream)
    assert proof.found is not None
    version, *parts = data.draw(one_bit_changed([proof.found.version.to_bytes(8), proof.found.leaf, heads.root,
                                                 *proof.siblings]))  # fmt: skip
    head = Head(key_of(stream), int.from_bytes(version), parts[0])
    assert not proves_head(stream, head.version, head.leaf, HeadProof(tuple(parts[2:]), head), parts[1])


@given(STREAMS, st.data())
def test_no_bit_of_a_proof_of_absence_may_change(streams: list[str], data: st.DataObject) -> None:
    heads = HeadsMap(heads_of(streams))
    proof = heads.proof("case:nobody")
    ends = [proof.found.key, proof.found.leaf] if proof.found else []
    root, *parts = data.draw(one_bit_changed([heads.root, *ends, *proof.siblings]))
    found = Head(parts[0], proof.found.version, parts[1]) if proof.found else None
    assert not proves_absence("case:nobody", HeadProof(tuple(parts[len(ends) :]), found), root)


@given(STREAMS.filter(bool))
def test_a_longer_or_shorter_proof_is_none(streams: list[str]) -> None:
    heads = HeadsMap(heads_of(streams))
    stream, (_, version, leaf) = streams[0], heads_of(streams)[0]
    proof = heads.proof(stream)
    assert not proves_head(stream, version, leaf, proof._replace(siblings=(*proof.siblings, EMPTY)), heads.root)
    assert not (proof.siblings and proves_head(stream, version, leaf, HeadProof(proof.siblings[1:], proof.found),
                                               heads.root))  # fmt: skip
    assert not proves_head(stream, version, leaf, HeadProof((EMPTY,) * 257, proof.found), heads.root)
    assert not proves_head(stream, version, leaf, HeadProof((b"short",), proof.found), heads.root)


def test_two_streams_whose_keys_begin_alike_are_told_apart() -> None:
    alike = [Head(b"\xaa" * 31 + bytes([last]), 1, EMPTY) for last in (0, 1, 255)]
    assert HeadsMap(alike).root == root_as_defined(alike)


def test_an_empty_map_has_a_root_too() -> None:
    assert HeadsMap([]).root == EMPTY
    assert proves_absence("case:nobody", HeadsMap([]).proof("case:nobody"), EMPTY)


def test_a_stream_with_two_heads_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="one head"):
        HeadsMap([head_of("case:a", 1, EMPTY), head_of("case:a", 2, EMPTY)])


def test_an_entry_is_never_taken_for_an_inner_node() -> None:
    head = head_of("case:a", 1, EMPTY)
    assert HeadsMap([head]).root == entry_hash(head)
    assert not proves_head("case:a", 1, EMPTY, HeadProof((entry_hash(head),), head), entry_hash(head))


def test_ten_thousand_cases_are_mapped_while_nobody_notices() -> None:
    heads = heads_of([f"case:{number}" for number in range(10_000)])
    begun = time.process_time()
    heads_map = HeadsMap(heads)
    assert proves_head("case:77", 7, heads[77].leaf, heads_map.proof("case:77"), heads_map.root)
    assert time.process_time() - begun < 1, "measured: 0.06 s"
