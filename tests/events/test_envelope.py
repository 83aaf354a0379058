"""The canonical bytes: what an auditor hashes today must be what was hashed on the first day."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from events.envelope import Envelope, SealedPart, canonical_bytes, leaf_of, sealed_parts, sealed_text

# Never change these: every leaf ever stored was made in this form.
ENVELOPE = Envelope(
    "case:7K3P9-QXM2D", 3, "StageEntered", 1, "2026-03-01T12:00:00.000000Z", "2026-03-01T12:00:01.500000Z",
    "worker:анна", "case-work", "command:Advance", "00000000-0000-4000-8000-000000000001", "d" * 64,
    '{"trigger":"receive","source":"reported","dest":"received"}',
    (SealedPart("identity", "P-7K3P9-QXM2D", "a" * 64), SealedPart("story", "P-7K3P9-QXM2D", "b" * 64)),
    b"\x01" * 32, None,
)  # fmt: skip
LEAF = "03d5d00b722a57faca62d84d8b96001f4295e3c950f5395f4b1445cc9c8fbd6a"
FIRST_LEAF = "0d906c25a36d73d158b1d7997793f3592e7b62dd34a85027df7af3bff71bfc38"

TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
NUMBER = st.integers(0, 2**31 - 1)
LEAVES = st.none() | st.binary(max_size=33)
PARTS = st.lists(st.builds(SealedPart, TEXT, TEXT, TEXT), max_size=3).map(tuple)
ENVELOPES = st.builds(
    Envelope, TEXT, NUMBER, TEXT, NUMBER, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, PARTS, LEAVES, LEAVES
)


def test_the_leaf_of_a_known_envelope_never_changes() -> None:
    assert leaf_of(ENVELOPE).hex() == LEAF


def test_the_leaf_of_the_first_envelope_of_a_stream_never_changes() -> None:
    first = ENVELOPE._replace(version=0, sealed=(), previous=None, link=b"\x02" * 32)
    assert leaf_of(first).hex() == FIRST_LEAF


def test_the_canonical_bytes_are_what_the_documentation_says() -> None:
    """Spells the form out once more, field by field, as an auditor without our code would."""

    def text(value: str) -> bytes:
        return len(value.encode()).to_bytes(4, "big") + value.encode()

    e = ENVELOPE
    expected = b"wayhome/envelope/1" + text(e.stream) + e.version.to_bytes(8, "big")
    expected += text(e.type) + e.type_version.to_bytes(8, "big")
    for value in (e.occurred_at, e.recorded_at, e.actor, e.mandate, e.cause, e.command_id, e.definition, e.body):
        expected += text(value)
    expected += (2).to_bytes(4, "big") + b"".join(text(value) for part in e.sealed for value in part)
    expected += (32).to_bytes(4, "big") + b"\x01" * 32 + b"\xff\xff\xff\xff"
    assert canonical_bytes(e) == expected
    assert leaf_of(e) == hashlib.sha256(b"\x00" + expected).digest()


@given(ENVELOPES, ENVELOPES)
def test_two_different_envelopes_never_share_their_bytes(one: Envelope, other: Envelope) -> None:
    assert (canonical_bytes(one) == canonical_bytes(other)) == (one == other)


@given(ENVELOPES, st.data())
def test_changing_any_field_changes_the_bytes(envelope: Envelope, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(Envelope._fields))
    other = data.draw(ENVELOPES)
    changed = envelope._replace(**{field: getattr(other, field)})
    assert (canonical_bytes(envelope) == canonical_bytes(changed)) == (envelope == changed)


@given(ENVELOPES, st.integers(0, 5))
def test_letters_moved_from_one_field_to_the_next_change_the_bytes(envelope: Envelope, letters: int) -> None:
    joined = envelope.actor + envelope.mandate
    moved = envelope._replace(actor=joined[:letters], mandate=joined[letters:])
    assert (canonical_bytes(envelope) == canonical_bytes(moved)) == (envelope == moved)


@given(PARTS)
def test_sealed_parts_come_back_from_their_column(parts: tuple[SealedPart, ...]) -> None:
    assert sealed_parts(sealed_text(parts)) == parts
