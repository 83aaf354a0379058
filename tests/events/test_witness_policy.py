"""Who has to sign: the policy is read as it is written, or not at all."""

import pytest

from events.errors import NoteRefused
from events.notes import LOG, WITNESS, Checkpoint, SigningKey, cosignature, signed
from events.witness_policy import NONE, Policy, parse_policy

LOG_KEY = SigningKey("way-home.example/log", LOG, b"\x01" * 32)
KEYS = {name: SigningKey(f"{name}.example/witness", WITNESS, bytes([n]) * 32) for n, name in enumerate("abcde", 2)}
NOTE = signed(str(Checkpoint(LOG_KEY.name, 5, b"\x05" * 32)), LOG_KEY)
WITNESSES = "".join(f"witness {name} {key.verifier}\n" for name, key in KEYS.items())
TWO_LEVELS = f"""
# who has to sign
log {LOG_KEY.verifier} https://log.example

{WITNESSES}
group\tpartners  2 a b c
group funders any d e
group both all partners funders
quorum both
"""


def test_a_quorum_of_groups_is_reached_when_each_group_is() -> None:
    policy = parse_policy(TWO_LEVELS)
    reached = {"abd", "ace", "abcde", "bce"}
    missed = {"", "ab", "de", "ad", "abc", "cde"}
    assert {names for names in reached | missed if policy.reached(frozenset(names))} == reached


def test_signatures_count_and_names_do_not() -> None:
    policy = parse_policy(TWO_LEVELS)
    lines = [cosignature(NOTE.text, KEYS[name], 1_700_000_000) for name in "abd"]
    assert policy.accepts(NOTE._replace(signatures=(*NOTE.signatures, *lines)))
    assert not policy.accepts(NOTE._replace(signatures=(*NOTE.signatures, *lines[:2])))
    assert not policy.accepts(NOTE._replace(signatures=tuple(lines))), "the log itself did not sign"
    forged = lines[2]._replace(signature=bytes(72))
    assert not policy.accepts(NOTE._replace(signatures=(*NOTE.signatures, *lines[:2], forged)))


def test_nobody_has_to_sign_when_the_policy_says_so() -> None:
    policy = parse_policy(f"log {LOG_KEY.verifier}\nquorum none\n")
    assert policy.quorum == NONE
    assert policy.accepts(NOTE)
    assert not Policy().accepts(NOTE), "no policy names no log"


def test_one_witness_may_be_the_quorum() -> None:
    policy = parse_policy(f"witness a {KEYS['a'].verifier} http://127.0.0.1:9000/\nquorum a\n")
    assert policy.reached(frozenset("a"))
    assert policy.witnesses["a"].url == "http://127.0.0.1:9000"


A = f"witness a {KEYS['a'].verifier}\n"


VKEY = KEYS["a"].verifier
GROUPS = ("a 1 a", "g 2 a", "g 0 a", "g 01 a", "g -1 a", "g 1", "g 1 g", "g 2 a a", "g 1 none", "g 1 b", "none 1 a")


@pytest.mark.parametrize(
    "text",
    [
        "", A, f"{A}quorum b\n", f"{A}quorum a\nquorum a\n", f"quorum a\n{A}", f"{A}{A}quorum a\n",
        *(f"{A}group {group}\nquorum a\n" for group in GROUPS), f"{A}group g 1 a\ngroup h 1 a\nquorum g\n",
        *(f"witness {said}\nquorum none\n" for said in (f"none {VKEY}", f"a {LOG_KEY.verifier}", f"a {VKEY}x", "a")),
        *(f"witness a {VKEY} {url}\nquorum a\n" for url in ("ftp://x", "https://u:p@x", "x", "https://", "https://x/?y")),
        f"{A}witness z {VKEY}\nquorum a\n", f"log {VKEY}\nquorum none\n", "quorum\n", "quorum none more\n",
        f"log {LOG_KEY.verifier}\nlog {LOG_KEY.verifier}\nquorum none\n", "trust everybody\n", "\n" * 2000,
        f"{A}quorum a\x00\n", f"{A}quorum a\r\n",
    ],
)  # fmt: skip
def test_a_policy_that_is_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        parse_policy(text)


def test_the_line_that_is_wrong_is_named() -> None:
    with pytest.raises(NoteRefused, match="line 3 of the policy: b is not defined"):
        parse_policy(f"# x\n{A}group g 1 a b\n")
