"""Who has to sign a checkpoint before it counts: the policy file (c2sp.org/tlog-policy), read strictly.

log way-home.example/log+…
witness red-cross red-cross.example/witness+… https://witness.red-cross.example
witness donor donor.example/witness+…
group outside 1 red-cross donor
quorum outside
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from events.errors import NoteRefused
from events.notes import LOG, WITNESS, Note, VerifierKey, cosigned_at, is_signed, parse_verifier_key

NONE: Final = "none"
LINES_MAX: Final = 1_000


class Witness(NamedTuple):
    """A witness: how the policy calls it, its key, and where it is asked (nothing: by nobody)."""

    name: str
    key: VerifierKey
    url: str


class Group(NamedTuple):
    """So many of these, witnesses or groups, have to sign."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """What makes a checkpoint count; as it was read from its file."""

    logs: tuple[VerifierKey, ...] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE

    def signers(self, note: Note) -> frozenset[str]:
        """Return the names of the witnesses whose good signature is under a note."""
        return frozenset(one.name for one in self.witnesses.values() if cosigned_at(note, one.key) is not None)

    def reached(self, signers: frozenset[str]) -> bool:
        """Tell whether these are enough."""
        return self.quorum == NONE or self._has(self.quorum, signers)

    def accepts(self, note: Note) -> bool:
        """Tell whether a checkpoint counts: one of the logs signed it, and enough witnesses."""
        return any(is_signed(note, log) for log in self.logs) and self.reached(self.signers(note))

    def _has(self, name: str, signers: frozenset[str]) -> bool:
        if name in self.witnesses:
            return name in signers
        group = self.groups[name]
        return sum(self._has(member, signers) for member in group.members) >= group.least


def parse_policy(text: str) -> Policy:
    """Return what a policy file says; raises NoteRefused with the number of the line that is wrong."""
    reading = _Reading()
    for number, words in _lines(text):
        try:
            reading.take(words)
        except (NoteRefused, ValueError) as problem:
            raise NoteRefused(f"line {number} of the policy: {problem}") from None
    return reading.policy()


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    if any((sign < " " and sign not in "\t\n") or sign == "\x7f" for sign in text):
        raise NoteRefused("the policy holds control characters; write it as plain text")
    lines = text.split("\n")
    if len(lines) > LINES_MAX:
        raise NoteRefused("the policy is too long")
    for number, line in enumerate(lines, 1):
        words = line.replace("\t", " ").strip(" ").split(" ")
        if words[0] and not words[0].startswith("#"):
            yield number, [word for word in words if word]


class _Reading:
    """A policy on its way out of its file: a name is known from the line on that defines it."""

    def __init__(self) -> None:
        self._logs: list[VerifierKey] = []
        self._witnesses: dict[str, Witness] = {}
        self._groups: dict[str, Group] = {}
        self._member_of: set[str] = set()
        self._quorum: str | None = None

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self._log(_key(vkey, LOG))
            case ["witness", name, vkey]:
                self._witness(Witness(self._new(name), _key(vkey, WITNESS), ""))
            case ["witness", name, vkey, url]:
                self._witness(Witness(self._new(name), _key(vkey, WITNESS), _url(url)))
            case ["group", name, least, *members] if members:
                self._group(self._new(name), least, members)
            case ["quorum", name]:
                self._settle(name)
            case _:
                raise NoteRefused("it is none of: log, witness, group, quorum, each with what belongs to it")

    def policy(self) -> Policy:
        if self._quorum is None:
            raise NoteRefused("the policy has no quorum line; `quorum none` says that nobody has to sign")
        return Policy(tuple(self._logs), self._witnesses, self._groups, self._quorum)

    def _log(self, key: VerifierKey) -> None:
        if key.public in {one.public for one in self._logs}:
            raise NoteRefused("this log's key is there already")
        self._logs.append(key)

    def _witness(self, witness: Witness) -> None:
        if witness.key.public in {one.key.public for one in self._witnesses.values()}:
            raise NoteRefused("this witness's key is there already: one witness under two names would count twice")
        self._witnesses[witness.name] = witness

    def _group(self, name: str, least: str, members: list[str]) -> None:
        for member in members:
            self._known(member)
            if member in self._member_of:
                raise NoteRefused(f"{member} is in a group already, and would count twice")
            self._member_of.add(member)
        number = {"any": 1, "all": len(members)}.get(least) or _count(least, len(members))
        self._groups[name] = Group(number, tuple(members))

    def _settle(self, name: str) -> None:
        if self._quorum is not None:
            raise NoteRefused("there is one quorum")
        self._quorum = name if name == NONE else self._known(name)

    def _new(self, name: str) -> str:
        if name == NONE or name in self._witnesses or name in self._groups:
            raise NoteRefused(f"{name} is another's name already")
        return name

    def _known(self, name: str) -> str:
        if name not in self._witnesses and name not in self._groups:
            raise NoteRefused(f"{name} is not defined in a line before")
        return name


def _key(text: str, kind: int) -> VerifierKey:
    key = parse_verifier_key(text)
    if key.kind != kind:
        raise NoteRefused("this is a witness's key, not a log's" if kind == LOG else "this is a log's key")
    return key


def _url(text: str) -> str:
    found = urlsplit(text)
    if found.scheme not in ("http", "https") or not found.hostname or found.query or found.fragment or found.username:
        raise NoteRefused("the address of a witness begins with https:// and names a host, nothing behind it")
    return text.rstrip("/")


def _count(text: str, most: int) -> int:
    if not (
        text.isascii() and text.isdecimal() and len(text) < 4 and str(int(text)) == text and 1 <= int(text) <= most
    ):
        raise NoteRefused(f"how many of a group have to sign is a number from 1 to {most}, or any, or all")
    return int(text)
