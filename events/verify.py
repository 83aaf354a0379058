"""Proves the log against itself: whether what is stored is what was once written, all of it and in order.

One walk over one state of the database. What is found wrong is a value, not an exception: an auditor wants
the whole list. Somebody who can rewrite every table can also make another history that agrees with itself;
only a leaf noted elsewhere before (``Report.head``) shows that one.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, exc

from events import tables
from events.catalogue import Catalogue
from events.envelope import Envelope, SealedPart, leaf_of, sealed_parts, sealed_text
from events.log import Log

FINDINGS_MAX: Final = 1000
PAGE_SIZE: Final = 4000
_COLUMNS = ", ".join(f"e.{c.name}" for c in tables.events.columns)
_FIRST = f"SELECT {_COLUMNS} FROM events e ORDER BY e.position LIMIT {PAGE_SIZE}"  # noqa: S608 - our own column names
_NEXT = f"SELECT {_COLUMNS} FROM events e WHERE e.position > {{}} ORDER BY e.position LIMIT {PAGE_SIZE}"  # noqa: S608
_PARTS = (
    "SELECT p.stream, p.version, p.compartment, p.person, p.salt, p.ciphertext FROM events e "
    "JOIN sealed_parts p ON p.stream = e.stream AND p.version = e.version "
    "WHERE e.position >= {} AND e.position <= {}"
)
_LOST_PARTS = (
    "SELECT p.stream, p.version, p.compartment FROM sealed_parts p LEFT JOIN events e "
    "ON e.stream = p.stream AND e.version = p.version WHERE e.stream IS NULL LIMIT {}"
)
_NO_COMMAND = (
    "SELECT e.position FROM events e LEFT JOIN commands c ON c.command_id = e.command_id "
    "WHERE c.command_id IS NULL ORDER BY e.position LIMIT {}"
)
# What a row that nobody but a forger could have stored makes of our own code.
_UNREADABLE = (AttributeError, TypeError, ValueError, OverflowError)


class ProofFinding(NamedTuple):
    """One thing that is not as it was written; the position is None where no event can be named."""

    position: int | None
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class LogProof:
    """What a walk over the log came to; ``head`` is the leaf of the last event, to be noted elsewhere."""

    events: int
    streams: int
    missing_parts: int  # sealed parts whose ciphertext is gone, as it is for whoever was erased
    findings: tuple[ProofFinding, ...]
    more: int  # findings beyond those listed; at least so many
    head: bytes | None

    @property
    def ok(self) -> bool:
        """Tell whether everything is as it was written."""
        return not self.findings


class _Head(NamedTuple):
    version: int
    leaf: bytes
    position: int


def verify(log: Log, progress: Callable[[int], None] | None = None) -> LogProof:
    """Walk the whole log once, as one state of the database shows it, and return what was found.

    ``progress`` is told now and then how many events have been looked at. Memory grows with the number of
    streams only. Raises a StoreProblem when the database cannot be read.
    """
    with log.database.reading() as connection:
        return verify_on(connection, log.catalogue, progress)


def verify_on(connection: Connection, catalogue: Catalogue, progress: Callable[[int], None] | None = None) -> LogProof:
    """Walk the log as this connection sees it; the caller sees to it that it sees one state throughout.

    ``progress`` and memory as with ``verify``; raises the driver's own errors.
    """
    try:
        return _Walk(connection, catalogue).run(progress)
    finally:
        _read_text(connection, str)


class _Walk:
    """The state of one walk: what the next event has to continue."""

    def __init__(self, connection: Connection, catalogue: Catalogue) -> None:
        self._connection = connection
        self._mark = "%s" if connection.dialect.name == "postgresql" else "?"
        self._catalogue = catalogue
        self._known: set[tuple[str, int]] = set()
        self._count = 0
        self._next = 0
        self._heads: dict[str, _Head] = {}
        self._stamp = ""
        self._of_command: dict[str, tuple[str, bytes]] = {}
        self._parts: dict[tuple[str, int, str], tuple[int, SealedPart]] = {}
        self._missing_parts = 0
        self._findings: list[ProofFinding] = []
        self._more = 0
        self._head: bytes | None = None

    def run(self, progress: Callable[[int], None] | None) -> LogProof:
        rows = self._ask(_FIRST)
        while rows:
            for row in rows:
                self._event(row)
            if self._parts:
                self._compare_parts(rows[0][0], rows[-1][0])
            if progress:
                progress(self._count)
            rows = self._ask(_NEXT, rows[-1][0])
        streams = len(self._heads)
        self._compare_size()
        self._compare_streams()
        self._compare_beside()
        return LogProof(self._count, streams, self._missing_parts, tuple(self._findings), self._more, self._head)

    def _ask(self, query: str, *values: Any) -> Sequence[Any]:
        text = query.format(*[self._mark] * len(values))
        try:
            return self._connection.exec_driver_sql(text, values).fetchall()
        except exc.OperationalError as problem:
            if "decode" not in str(problem.orig):
                raise
        # A byte flipped in a SQLite file can break a text's encoding: that is a finding, not the end of the walk.
        _read_text(self._connection, _forgiving)
        return self._connection.exec_driver_sql(text, values).fetchall()

    def _found(self, position: int | None, code: str, text: str) -> None:
        if len(self._findings) < FINDINGS_MAX:
            self._findings.append(ProofFinding(position, code, text))
        else:
            self._more += 1

    def _event(self, row: Sequence[Any]) -> None:
        position, *said, sealed, previous, link, leaf = row
        self._count += 1
        if position != self._next:
            self._misplaced(position)
        self._next = position + 1 if isinstance(position, int) else self._next + 1
        self._head = leaf
        try:
            envelope = Envelope._make((*said, sealed_parts(sealed), previous, link))
            computed = leaf_of(envelope)
        except _UNREADABLE:
            self._found(position, "unreadable", f"event {position}: it cannot be read")
            return
        if computed != leaf:
            self._found(position, "leaf", f"event {position}: its leaf does not match its content")
        if (envelope.type, envelope.type_version) not in self._known:
            self._check_kind(position, envelope.type, envelope.type_version)
        self._follow(position, envelope, leaf)
        self._check_link(position, envelope, leaf)
        if envelope.sealed or sealed != "[]":
            self._expect_parts(position, envelope, sealed)

    def _misplaced(self, position: Any) -> None:
        last = position - 1 if isinstance(position, int) else position
        gap = f"event {self._next} is missing" if last == self._next else f"events {self._next} to {last} are missing"
        self._found(self._next, "position", gap)

    def _check_kind(self, position: int, kind: str, version: int) -> None:
        shape = self._catalogue.shapes.get(kind)
        if shape is not None and 1 <= version <= shape.version:
            self._known.add((kind, version))
        else:
            self._found(position, "type", f"event {position}: fact {kind} v{version} is not in the catalogue")

    def _follow(self, position: int, envelope: Envelope, leaf: bytes) -> None:
        """Check that the event continues its stream."""
        stream, version = envelope.stream, envelope.version
        head = self._heads.get(stream)
        expected, before = (head.version + 1, head.leaf) if head else (0, None)
        if version != expected:
            text = f"event {position}: version {version} of {stream}, where {expected} comes next"
            self._found(position, "version", text)
        if envelope.previous != before:
            self._found(position, "previous", f"event {position}: it does not continue what came before it in {stream}")
        self._heads[stream] = _Head(version, leaf, position)

    def _check_link(self, position: int, envelope: Envelope, leaf: bytes) -> None:
        """Check that the event names what its command wrote just before in another stream."""
        if envelope.recorded_at != self._stamp:  # one write has one stamp, and a command is in one write
            self._stamp = envelope.recorded_at
            self._of_command.clear()
        before = self._of_command.get(envelope.command_id)
        if envelope.link != (before[1] if before and before[0] != envelope.stream else None):
            self._found(position, "link", f"event {position}: it does not name what its command wrote before it")
        self._of_command[envelope.command_id] = (envelope.stream, leaf)

    def _expect_parts(self, position: int, envelope: Envelope, sealed: str) -> None:
        if sealed_text(envelope.sealed) != sealed:
            self._found(position, "sealed", f"event {position}: its list of sealed parts was written by somebody else")
        for part in envelope.sealed:
            self._parts[envelope.stream, envelope.version, part.compartment] = (position, part)

    def _compare_parts(self, first: int, last: int) -> None:
        """Compare the ciphertexts of a page with what its envelopes commit to; a missing one was erased."""
        for stream, version, compartment, person, salt, ciphertext in self._ask(_PARTS, first, last):
            expected = self._parts.pop((stream, version, compartment), None)
            if expected is None:
                position = self._position(stream, version)
                self._found(position, "part", f"{stream}@{version}: a sealed part ({compartment}) it does not list")
            elif not _keeps(expected[1], person, salt, ciphertext):
                text = f"event {expected[0]}: its sealed part ({compartment}) is not the one that was stored"
                self._found(expected[0], "part", text)
        self._missing_parts += len(self._parts)
        self._parts.clear()

    def _position(self, stream: str, version: int) -> int | None:
        query = f"SELECT position FROM events WHERE stream = {self._mark} AND version = {self._mark}"  # noqa: S608
        rows = self._ask(query, stream, version)
        return int(rows[0][0]) if rows else None

    def _compare_size(self) -> None:
        rows = self._ask("SELECT size FROM log_head WHERE id = 0")
        size = rows[0][0] if rows else None
        if size != self._next:
            position = min(size, self._next) if isinstance(size, int) else self._next
            text = f"the log says it holds {size} events; those stored end at {self._next - 1}"
            self._found(position, "head", text)

    def _compare_streams(self) -> None:
        """Compare where each stream says it stands with its last event."""
        for stream, version, leaf in self._ask("SELECT stream, version, leaf FROM streams"):
            head = self._heads.pop(stream, None)
            if head is None:
                self._found(None, "stream", f"stream {stream} has no events")
            elif (version, leaf) != head[:2]:
                text = f"event {head.position}: it is the last of {stream}, which says it stands elsewhere"
                self._found(head.position, "stream", text)
        for stream, head in self._heads.items():
            self._found(head.position, "stream", f"event {head.position}: its stream {stream} is not listed")

    def _compare_beside(self) -> None:
        for stream, version, compartment in self._ask(_LOST_PARTS, FINDINGS_MAX):
            self._found(None, "part", f"a sealed part ({compartment}) of {stream}@{version}, which does not exist")
        for (position,) in self._ask(_NO_COMMAND, FINDINGS_MAX):
            self._found(position, "command", f"event {position}: its command was never taken")


def _keeps(part: SealedPart, person: str, salt: Any, ciphertext: Any) -> bool:
    try:
        return part.person == person and part.commitment == hashlib.sha256(salt + ciphertext).hexdigest()
    except TypeError:
        return False


def _read_text(connection: Connection, how: Callable[[bytes], str]) -> None:
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.text_factory = how


def _forgiving(text: bytes) -> str:
    return text.decode(errors="surrogateescape")
