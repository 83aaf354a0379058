"""Checkpoints and signatures: what other people's programs wrote is read, and what was changed is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import NoteRefused
from events.notes import (
    LOG,
    WITNESS,
    Checkpoint,
    Note,
    NoteSignature,
    SigningKey,
    cosignature,
    cosigned_at,
    is_signed,
    parse_checkpoint,
    parse_note,
    parse_signatures,
    parse_signing_key,
    parse_verifier_key,
    signed,
)
from tests.kit.bits import flipped

# From the documentation and the tests of Go's package `note`.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
LOG_KEY = SigningKey("way-home.example/log", LOG, b"\x01" * 32)
WITNESS_KEY = SigningKey("red-cross.example/witness", WITNESS, b"\x02" * 32)
CHECKPOINT = Checkpoint("way-home.example/log", 20852163, b"\xfb" * 32)
ROOT = "A" * 43 + "="
LINE = "— a AAAAAAA=\n"
AT = 1_770_000_000
SIGNED = signed(str(CHECKPOINT), LOG_KEY)
COSIGNED = SIGNED._replace(signatures=(*SIGNED.signatures, cosignature(SIGNED.text, WITNESS_KEY, AT)))


def test_a_note_of_gos_own_is_read_and_found_good() -> None:
    note = parse_note(GO_NOTE.encode())
    assert is_signed(note, parse_verifier_key(GO_KEY))
    assert str(note) == GO_NOTE


def test_we_sign_as_gos_own_program_does() -> None:
    key = parse_signing_key(GO_SECRET + "\n")
    assert str(key.verifier) == GO_KEY
    assert key.text() == GO_SECRET
    text = GO_NOTE.rpartition("\n\n")[0] + "\n"
    assert str(Note(text, (NoteSignature(key.name, key.verifier.key_id, key.signature(text.encode())),))) == GO_NOTE


def test_a_checkpoint_says_its_name_its_size_and_its_root() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = parse_checkpoint(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert str(checkpoint) == text


def test_a_signed_checkpoint_comes_back_as_it_was() -> None:
    note = parse_note(str(COSIGNED).encode())
    assert note == COSIGNED
    assert parse_checkpoint(note.text) == CHECKPOINT
    assert is_signed(note, LOG_KEY.verifier)
    assert cosigned_at(note, WITNESS_KEY.verifier) == AT


def test_a_key_comes_back_as_it_was_and_is_not_shown_by_accident() -> None:
    assert parse_verifier_key(str(WITNESS_KEY.verifier)) == WITNESS_KEY.verifier
    assert parse_signing_key(WITNESS_KEY.text()) == WITNESS_KEY
    assert "2" not in repr(WITNESS_KEY)
    assert "02" not in f"{WITNESS_KEY}"


def accepted(given: bytes) -> bool:
    """Whether a signed and witnessed checkpoint is taken for what it was."""
    try:
        note = parse_note(given)
        parse_checkpoint(note.text)
    except NoteRefused:
        return False
    return is_signed(note, LOG_KEY.verifier) and cosigned_at(note, WITNESS_KEY.verifier) == AT


def test_no_bit_of_a_witnessed_checkpoint_may_change() -> None:
    whole = str(COSIGNED).encode()
    assert accepted(whole)
    assert [bit for bit in range(8 * len(whole)) if accepted(flipped(whole, bit))] == []


def test_no_bit_of_a_key_may_change() -> None:
    whole = str(LOG_KEY.verifier).encode()
    found = []
    for bit in range(8 * len(whole)):
        try:
            found.append(parse_verifier_key(flipped(whole, bit).decode("latin-1")))
        except NoteRefused:
            continue
    assert found == []


@given(st.integers(0, len(str(COSIGNED).encode()) - 1))
def test_a_checkpoint_cut_short_is_refused(length: int) -> None:
    assert not accepted(str(COSIGNED).encode()[:length])


def test_a_log_and_a_witness_do_not_sign_for_each_other() -> None:
    as_witness = SigningKey(LOG_KEY.name, WITNESS, LOG_KEY.seed)
    assert cosigned_at(SIGNED, as_witness.verifier) is None
    renamed = NoteSignature(
        as_witness.name, as_witness.verifier.key_id, AT.to_bytes(8) + SIGNED.signatures[0].signature
    )
    assert cosigned_at(SIGNED._replace(signatures=(renamed,)), as_witness.verifier) is None


def test_a_witness_of_one_moment_is_not_one_of_another() -> None:
    line = cosignature(SIGNED.text, WITNESS_KEY, AT)
    later = line._replace(signature=(AT + 1).to_bytes(8) + line.signature[8:])
    assert cosigned_at(SIGNED._replace(signatures=(later,)), WITNESS_KEY.verifier) is None


def test_the_latest_of_a_witnesss_moments_counts_and_one_wrong_line_spoils_them_all() -> None:
    lines = [cosignature(SIGNED.text, WITNESS_KEY, at) for at in (AT + 60, AT)]
    assert cosigned_at(SIGNED._replace(signatures=tuple(lines)), WITNESS_KEY.verifier) == AT + 60
    wrong = lines[0]._replace(signature=bytes(72))
    assert cosigned_at(SIGNED._replace(signatures=(*lines, wrong)), WITNESS_KEY.verifier) is None


def test_signatures_of_strangers_are_passed_over() -> None:
    stranger = NoteSignature("somebody.example", b"abcd", b"anything at all")
    assert is_signed(SIGNED._replace(signatures=(stranger, *SIGNED.signatures)), LOG_KEY.verifier)
    assert not is_signed(SIGNED._replace(signatures=(stranger,)), LOG_KEY.verifier)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "name\n1\n", f"name\n1\n{ROOT}\nmore\n", f"\n1\n{ROOT}\n", f"name\n1\n{ROOT}", f"name\n1\n{ROOT}\n\n",
        *(f"name\n{size}\n{ROOT}\n" for size in ("", "01", "-1", "+1", "1 ", "1_0", "٣", f"{2**63}", "9" * 5000)),
        *(f"name\n1\n{root}\n" for root in ("A" * 42 + "B=", "A" * 40, "-" * 43 + "=", ROOT + " ", ROOT[:-1])),
    ],
)  # fmt: skip
def test_a_checkpoint_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "text\n", "text\n\n", f"\n\n{LINE}", f"text\n\n{LINE[:-1]}", "text\n\n- a AAAAAAA=\n", "text\n\n— a AAAA\n",
        "text\n\n— a+b AAAAAAA=\n", "text\n\n—  AAAAAAA=\n", "text\n\n— a b AAAAAAA=\n", "text\n\n— a\xa0b AAAAAAA=\n",
        "text\n\n— a AAAAAAB=\n", f"te\txt\n\n{LINE}", f"te\udcffxt\n\n{LINE}", f"text\r\n\r\n{LINE[:-1]}\r\n",
        f"text\n\n{LINE * 65}", f"{'t' * 70_000}\n\n{LINE}",
    ],
)  # fmt: skip
def test_a_note_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        parse_note(text.encode(errors="surrogateescape"))


def test_sixteen_signatures_are_read() -> None:
    assert len(parse_signatures(LINE * 16)) == 16


@pytest.mark.parametrize(
    "text",
    ["", "a+b", "+00000000+" + "A" * 44, GO_KEY.replace("Peter", "Péter"), GO_KEY.replace("c74f", "C74F"), GO_KEY + "=",
     GO_KEY.replace("+AR", "+BR"), f"a b+{GO_KEY[13:]}"],
)  # fmt: skip
def test_a_key_copied_wrongly_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        parse_verifier_key(text)


@pytest.mark.parametrize("text", ["", GO_KEY, GO_SECRET[:-2], GO_SECRET.replace("AYEK", "AYEL"), "PRIVATE+KEY+x"])
def test_a_secret_key_copied_wrongly_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(NoteRefused) as refusal:
        parse_signing_key(text)
    assert "FALVFGy" not in str(refusal.value)
