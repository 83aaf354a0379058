"""The names of things in the log: cases, persons, streams. None of them says anything about anybody.

Case numbers are random, not counted: a sequence would tell how many people came and in which month (security notes,
pitfall 26). They use Crockford's base 32 (no I, L, O, U), so a tired person can read one over the telephone.
"""

import hashlib
import re
from typing import Final, NewType
from uuid import UUID

CaseId = NewType("CaseId", str)
PersonId = NewType("PersonId", str)
Stream = NewType("Stream", str)

# Where two people decide about the house itself: accounts and programme files. One place for all, it is so seldom.
OFFICE_DECISIONS: Final = Stream("decisions:office")
OFFICE_POLICY: Final = Stream("office:policy")  # what the officers decided about themselves
RESTORE: Final = Stream("restore:log")  # that an older copy was put in place, and what came of it

LOG_REPAIRS: Final = Stream("log:repairs")  # what was put right beside the log, and whom somebody vouched for

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CASE = re.compile(r"^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$")
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def case_id_of(command_id: UUID) -> CaseId:
    """Return the case number that opening a case by this command gives: the same command, the same case."""
    return CaseId(_code(b"case", command_id))


def person_id_of(command_id: UUID) -> PersonId:
    """Return the person number that opening a case by this command gives."""
    return PersonId("P-" + _code(b"person", command_id))


def entry_person_id(programme: str, kind: str, entry: str) -> PersonId:
    """Return under which number the sealed fields of a directory's entry lie: the same entry, the same number."""
    digest = hashlib.sha256(f"entry|{programme}|{kind}|{entry}".encode()).digest()
    return PersonId("P-" + _letters(int.from_bytes(digest[:7]) >> 6))


def parse_case_id(text: str) -> CaseId:
    """Return the case number a person typed; lower case, missing hyphen and look-alike letters are mended.

    Raises ValueError, with a line fit for a person, when it cannot be one.

    >>> parse_case_id("7k3p9 qxm2d")
    '7K3P9-QXM2D'
    """
    letters = re.sub(r"[\s-]", "", text).upper().translate(_LOOKALIKES)
    candidate = f"{letters[:5]}-{letters[5:]}"
    if not _CASE.match(candidate):
        raise ValueError("that is not a case number; they look like 7K3P9-QXM2D")
    return CaseId(candidate)


def case_stream(case: CaseId | str) -> Stream:
    """Return the stream that holds the case's history."""
    return Stream(f"case:{case}")


def account_stream(account: str) -> Stream:
    """Return the stream that holds an account's history."""
    return Stream(f"account:{account}")


def programme_stream(programme: str) -> Stream:
    """Return the stream that holds what was published of a programme."""
    return Stream(f"programme:{programme}")


def case_of_stream(stream: str) -> CaseId | None:
    """Return the case a stream belongs to, or None for a shared stream such as a fund."""
    kind, _, name = stream.partition(":")
    return CaseId(name) if kind == "case" else None


def _code(purpose: bytes, command_id: UUID) -> str:
    return _letters(int.from_bytes(hashlib.sha256(purpose + command_id.bytes).digest()[:7]) >> 6)


def _letters(number: int) -> str:
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(45, -5, -5))
    return f"{letters[:5]}-{letters[5:]}"
