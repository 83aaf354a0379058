"""The verifier an auditor is given: one short file that asks for nothing but an old Python, and knows a signature."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from console.audit import verify
from events.heads_map import HeadsMap, head_of
from tests.kit.programmes import with_beds
from workflow.programme.loading import load_definition, shipped_programme_text, shipped_programmes

SOURCE = Path(verify.__file__).read_text(encoding="utf-8")
ORDER = 2**252 + 27742317777372353535851937790883648493
LINES_MAX = 250
# From RFC 8032, section 7.1: key, message, signature.
PUBLISHED = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


def test_the_verifier_is_short_enough_to_be_read() -> None:
    assert len(SOURCE.splitlines()) <= LINES_MAX


def test_the_verifier_asks_for_nothing_but_python() -> None:
    tree = ast.parse(SOURCE, feature_version=(3, 8))
    asked = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    asked |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert asked
    assert asked <= sys.stdlib_module_names
    assert not asked & {"socket", "urllib", "http", "ssl", "subprocess", "ctypes", "pickle", "importlib"}


def test_the_verifier_runs_by_itself_and_tells_what_it_is_given_for() -> None:
    told = subprocess.run([sys.executable, "-I", verify.__file__, "--help"], capture_output=True, text=True, check=True)
    assert "offline" in told.stdout


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.13"])
def test_the_verifier_runs_on_older_and_newer_pythons(version: str) -> None:
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode:
        pytest.skip(f"no Python {version} on this machine")
    told = subprocess.run([python, "-I", verify.__file__, "--help"], capture_output=True, text=True, check=True)
    assert "offline" in told.stdout


# -- signatures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "message", "signature"), PUBLISHED)
def test_published_signatures_are_known(key: str, message: str, signature: str) -> None:
    assert verify.signed(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


@settings(max_examples=20)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_a_signature_is_known_and_with_one_bit_changed_it_is_not(seed: bytes, message: bytes, bit: int) -> None:
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = secret.public_key().public_bytes_raw(), secret.sign(message)
    assert verify.signed(key, message, signature)
    assert not verify.signed(key, message + b"!", signature)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not verify.signed(key, message, bytes(flipped))


def test_a_signature_has_one_form_only() -> None:
    secret = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
    signature = secret.sign(b"seen")
    other = signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert not verify.signed(secret.public_key().public_bytes_raw(), b"seen", other)


# -- rules, as the programme file has them -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*map(shipped_programme_text, shipped_programmes()), with_beds(3)])
def test_the_verifier_reads_the_same_rules_as_we_do(text: str) -> None:
    begin, ways = verify.ways_of(text)
    journey = load_definition(text).programme.journey
    expected = {(s, way.trigger): (way.dest, list(way.conditions)) for way in journey.transitions for s in way.source}
    assert (begin, ways) == (journey.initial, expected)


WRITTEN = """
journey:
  initial: referral   # where everybody begins
  states: &all
    - referral
  transitions:
    - trigger: receive
      source: referral
      dest: reception
      conditions:
        - consent_to_assistance
        - risk_is_assessed
    - {trigger: leave, source: [referral,
         reception], dest: gone}
  stages: {referral: {label: {en: "transitions:"}}}
"""


def test_rules_are_read_in_whatever_way_a_file_lists_them() -> None:
    assert verify.ways_of(WRITTEN) == (
        "referral",
        {
            ("referral", "receive"): ("reception", ["consent_to_assistance", "risk_is_assessed"]),
            ("referral", "leave"): ("gone", []),
            ("reception", "leave"): ("gone", []),
        },
    )


@pytest.mark.parametrize(
    "change",
    [
        ("dest: reception", 'dest: "reception"'),
        ("dest: reception", "dest: reception\n      dest: gone"),
        ("dest: gone", "dest: gone, unless: never"),
        ("  initial: referral", "  initial: referral\n  initial: gone"),
        ("journey:", "trip:"),
        ("\njourney:", "\njourney:\n  initial: gone\njourney:"),
        ("source: referral\n", "source: *nobody\n"),
    ],
)
def test_rules_written_in_another_way_are_refused_rather_than_guessed(change: tuple[str, str]) -> None:
    with pytest.raises((verify.Wrong, KeyError)):
        verify.ways_of(WRITTEN.replace(*change, 1))


@pytest.mark.parametrize(
    "noise", [" " * 400_000, "\n" * 400_000, "trigger: [" * 40_000, "&a " * 100_000, "- a " * 100_000]
)
def test_rules_that_are_nothing_but_noise_hold_nobody_up(noise: str) -> None:
    with pytest.raises((verify.Wrong, KeyError)):
        verify.ways_of(f"journey:\n  initial: x\n  transitions:\n    - {noise}y\n")


# -- proofs ------------------------------------------------------------------------------------------------------------


def test_a_map_of_one_stream_is_its_entry() -> None:
    assert HeadsMap([head_of("case:A", 3, b"\x01" * 32)]).proof("case:A").siblings == ()
