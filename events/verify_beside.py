"""What stands beside the events, compared with what they say of it: sealed parts, their keys, what commands were told.

Page by page of the walk in ``events.verify``, so that memory does not grow with the log.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from events.catalogue import COMPARTMENTS
from events.envelope import Envelope, SealedPart
from events.erasures import COMPLETED, REPLAYED, person_in
from events.findings import FINDINGS_MAX, Findings, Whereabouts
from events.keys import Keys
from events.order import answer_hash
from events.sealing import Ciphertext, associated_data, opens

Ask = Callable[..., Sequence[Any]]
_IN_PAGE: Final = "e.position >= {} AND e.position <= {}"
_PARTS: Final = (
    "SELECT p.stream, p.version, p.compartment, p.person, p.salt, p.ciphertext FROM events e "  # noqa: S608
    f"JOIN sealed_parts p ON p.stream = e.stream AND p.version = e.version WHERE {_IN_PAGE}"
)
_COMMANDS: Final = (
    "SELECT c.command_id, c.digest, c.answer FROM commands c "  # noqa: S608
    f"WHERE c.command_id IN (SELECT e.command_id FROM events e WHERE {_IN_PAGE})"
)
_LOST_PARTS: Final = (
    "SELECT p.stream, p.version, p.compartment FROM sealed_parts p LEFT JOIN events e "
    "ON e.stream = p.stream AND e.version = p.version WHERE e.stream IS NULL LIMIT {}"
)
# What was told that something happened, of which there is nothing in the log.
_EMPTY_COMMANDS: Final = (
    "SELECT c.command_id FROM commands c WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.command_id = c.command_id) "
    "AND c.answer NOT LIKE {} ORDER BY c.command_id LIMIT {}"
)
_NOTHING_HAPPENED: Final = '%"facts":[]}'


class ExpectedPart(NamedTuple):
    """A sealed part an event lists."""

    where: Whereabouts
    kind: str
    part: SealedPart


class PageBeside:
    """What the events of one page say that stands beside them."""

    def __init__(self, ask: Ask, findings: Findings, keys: Keys | None) -> None:
        self.missing_parts = 0
        self._ask = ask
        self._findings = findings
        self._keys = keys
        self._erased: Mapping[str, str] = {}
        self._completed: dict[str, Whereabouts] = {}
        self._still_there: dict[str, ExpectedPart] = {}  # of those erased, one part each
        self._parts: dict[tuple[str, int, str], ExpectedPart] = {}
        self._commands: dict[str, tuple[Whereabouts, bytes | None]] = {}

    def know_erased(self, erased: Mapping[str, str]) -> None:
        """Take it that these persons were erased, each by such a fact: their parts and keys may be gone."""
        self._erased = erased

    def expect(self, where: Whereabouts, envelope: Envelope, answered: bytes | None) -> None:
        """Note what an event says of its sealed parts and its command."""
        if envelope.type == COMPLETED:
            self._completed.setdefault(person_in(envelope.body), where)
        for part in envelope.sealed:
            key = (envelope.stream, envelope.version, part.compartment)
            self._parts[key] = ExpectedPart(where, envelope.type, part)
        if answered is not None or envelope.command_id not in self._commands:
            self._commands[envelope.command_id] = (where, answered)

    def compare(self, first: int, last: int) -> None:
        """Compare the page's parts and commands with what was noted, and forget it."""
        if self._parts:
            self._compare_parts(first, last)
        self._compare_commands(first, last)

    def compare_rest(self) -> None:
        """Find what belongs to no event at all."""
        for stream, version, compartment in self._ask(_LOST_PARTS, FINDINGS_MAX):
            text = f"a sealed part ({compartment}) of {stream}@{version}, which does not exist"
            self._findings.beside(None, "part", text)
        for (command_id,) in self._ask(_EMPTY_COMMANDS, _NOTHING_HAPPENED, FINDINGS_MAX):
            text = f"command {command_id} was told that something happened, and the log holds nothing of it"
            self._findings.beside(None, "command", text)
        self._compare_erased()

    def _compare_erased(self) -> None:
        """Find whose erasure is said to be over, or to be known beside the keys, and is not."""
        for person in self._completed.keys() & self._still_there.keys():
            self._of_part(self._still_there[person], "erasure", "is still there, although its person was erased")
        if self._keys is None:
            return
        ledger = self._keys.destroyed()
        for person, where in self._completed.items():
            # Whoever is in the ledger has no key; what this process still remembers of one opens nothing.
            if person not in ledger and self._keys.find([(person, one) for one in COMPARTMENTS]):
                self._findings.at(where, "erasure", "it says that its person's keys were destroyed; some are there")
        for person, kind in self._erased.items():
            if person not in ledger and (kind == REPLAYED or person in self._completed):
                text = "an erasure is told in the log of which the keys know nothing: somebody else wrote it there"
                self._findings.beside(None, "erasure", text)

    def _compare_parts(self, first: int, last: int) -> None:
        whole: list[tuple[ExpectedPart, Ciphertext]] = []
        for stream, version, compartment, person, salt, ciphertext in self._ask(_PARTS, first, last):
            expected = self._parts.pop((stream, version, compartment), None)
            if expected is None:
                where = self._where(stream, version)
                self._findings.at(where, "part", f"a sealed part ({compartment}) it does not list")
            elif not _keeps(expected.part, person, salt, ciphertext):
                self._of_part(expected, "part", "is not the one that was stored")
            else:
                if expected.part.person in self._erased:
                    self._still_there[expected.part.person] = expected
                whole.append((expected, Ciphertext(bytes(salt), bytes(ciphertext))))
        for expected in self._parts.values():
            if expected.part.person not in self._erased:
                self._of_part(expected, "part", "is gone, and no fact says that it was erased")
        self.missing_parts += len(self._parts)
        self._parts.clear()
        if self._keys is not None:
            self._compare_keys(self._keys, whole)

    def _compare_keys(self, keys: Keys, parts: Sequence[tuple[ExpectedPart, Ciphertext]]) -> None:
        """Try every part's key on it; what comes out is thrown away and shown to nobody."""
        found = keys.find({(expected.part.person, expected.part.compartment) for expected, _ in parts})
        for expected, ciphertext in parts:
            key = found.get((expected.part.person, expected.part.compartment))
            stream, version = expected.where.stream, expected.where.version
            if key is None and expected.part.person in self._erased:
                continue  # the key goes first; that the part follows is asked of a finished erasure
            if key is None:
                self._of_part(expected, "key", "cannot be opened: its key is missing")
            elif not opens(key, ciphertext, associated_data(stream, version, expected.kind, expected.part.compartment)):
                self._of_part(expected, "key", "cannot be opened: its key is not the one that sealed it")

    def _compare_commands(self, first: int, last: int) -> None:
        for command_id, digest, answer in self._ask(_COMMANDS, first, last):
            where, answered = self._commands.pop(command_id, (None, None))
            if where and answered is not None and not _is_answer(answered, command_id, digest, answer):
                text = f"the row of its command {command_id} is not the one that was stored"
                self._findings.at(where, "command", text)
        for where, _ in self._commands.values():
            self._findings.at(where, "command", "its command was never taken, or its row was taken away")
        self._commands.clear()

    def _of_part(self, expected: ExpectedPart, code: str, what: str) -> None:
        self._findings.at(expected.where, code, f"its sealed part ({expected.part.compartment}) {what}")

    def _where(self, stream: str, version: int) -> Whereabouts:
        rows = self._ask("SELECT e.position FROM events e WHERE e.stream = {} AND e.version = {}", stream, version)
        return Whereabouts(int(rows[0][0]), stream, version)


def _keeps(part: SealedPart, person: str, salt: Any, ciphertext: Any) -> bool:
    try:
        return part.person == person and part.commitment == hashlib.sha256(salt + ciphertext).hexdigest()
    except TypeError:
        return False


def _is_answer(answered: bytes, command_id: Any, digest: Any, answer: Any) -> bool:
    try:
        return bytes(answered) == answer_hash(command_id, digest, answer)
    except (AttributeError, UnicodeError):
        return False
