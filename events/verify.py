"""Proves the log against itself: whether what is stored is what was once written, all of it and in order.

One walk over one state of the database. What is found wrong is a value, not an exception: an auditor wants
the whole list. Somebody who can rewrite every table can also make another history that agrees with itself, or cut
off its end; only what was noted elsewhere before (``LogProof.head`` and ``place``) shows that one.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, exc

from events import tables
from events.catalogue import Catalogue
from events.envelope import Envelope, leaf_of, sealed_parts, sealed_text
from events.erasures import TOLD, erased_in
from events.findings import Findings, ProofFinding, Whereabouts
from events.head_codes import HeadCodes
from events.instants import instant
from events.keys import Keys
from events.log import Log
from events.noted_heads import NotedHead, NotedHeads
from events.notes import Checkpoint
from events.order import BEFORE_ALL, place_after
from events.verify_beside import PageBeside
from events.verify_tree import TreeBeside, compare_noted_heads

PAGE_SIZE: Final = 4000
_OF_ENDS: Final = frozenset({"stream", "code", "head", "noted"})  # findings that say where something does not end
# Processes that write at once take their moments before they take their places; none holds a write open for longer.
CLOCK_SLACK: Final = timedelta(seconds=60)
_COLUMNS = ", ".join(f"e.{c.name}" for c in tables.events.columns)
_FIRST = f"SELECT {_COLUMNS} FROM events e ORDER BY e.position LIMIT {PAGE_SIZE}"  # noqa: S608 - our own column names
_NEXT = f"SELECT {_COLUMNS} FROM events e WHERE e.position > {{}} ORDER BY e.position LIMIT {PAGE_SIZE}"  # noqa: S608
_LEAF: Final = [c.name for c in tables.events.columns].index("leaf")
_HEAD = "SELECT size, placed, place, mac FROM log_head WHERE id = 0"
# What a row that nobody but a forger could have stored makes of our own code.
_UNREADABLE = (AttributeError, TypeError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class LogProof:
    """What a walk over the log came to; ``head`` is the leaf of the last event, to be noted elsewhere."""

    events: int
    streams: int
    missing_parts: int  # sealed parts whose ciphertext is gone
    findings: tuple[ProofFinding, ...]
    more: int  # findings beyond those listed; at least so many
    head: bytes | None
    unplaced: int = 0  # events an older Wayhome wrote, whose order nothing held when they were written
    placed_from: int = 0  # from this position on the order was held from the first moment
    root: bytes | None = None  # of the tree over all of it, made again
    checkpoints: int = 0  # stored ones, each compared
    place: bytes = BEFORE_ALL  # of the last event: it commits to all of them, and is best noted elsewhere
    held_until: int = 0  # so many events are those that were there when a head was noted elsewhere

    @property
    def ok(self) -> bool:
        """Tell whether everything is as it was written."""
        return not self.findings

    @property
    def first_wrong(self) -> int | None:
        """Return the first event that is wrong itself or missing; if none is, the first end of a stream that is."""
        placed = [(one.code in _OF_ENDS, one.position) for one in self.findings if one.position is not None]
        return min(placed)[1] if placed else None


class _StreamEnd(NamedTuple):
    version: int
    leaf: bytes
    where: Whereabouts


def verify(
    log: Log,
    progress: Callable[[int], None] | None = None,
    *,
    kept: Sequence[Checkpoint] = (),
    held_to: Iterable[NotedHead] = (),
    keys_of_that_day: bool = True,
) -> LogProof:
    """Walk the whole log once, as one state of the database shows it, and return what was found.

    Every sealed part is tried with its key; the log is held to checkpoints somebody ``kept`` and to heads that were
    noted elsewhere. Of a copy whose keys are not of that day no key is asked for, and what is noted beside them may
    be of a longer log. ``progress`` is told now and then how many events have been looked at. Memory grows with the
    number of streams only. Raises a StoreProblem when the database cannot be read.
    """
    with log.database.reading() as connection:
        return verify_on(
            connection, log.catalogue, progress,
            keys=log.keys, kept=kept, held_to=held_to, keys_of_that_day=keys_of_that_day,
        )  # fmt: skip


def verify_on(
    connection: Connection,
    catalogue: Catalogue,
    progress: Callable[[int], None] | None = None,
    *,
    keys: Keys | None = None,
    kept: Sequence[Checkpoint] = (),
    held_to: Iterable[NotedHead] = (),
    keys_of_that_day: bool = True,
) -> LogProof:
    """Walk the log as this connection sees it; the caller sees to it that it sees one state throughout.

    Without keys nothing is said of them. ``progress`` and memory as with ``verify``; raises the driver's own errors.
    """
    try:
        walk = _Walk(connection, catalogue, keys, kept, NotedHeads(held_to), keys_of_that_day=keys_of_that_day)
        return walk.run(progress)
    finally:
        _read_text(connection, str)


class _Walk:
    """The state of one walk: what the next event has to continue."""

    def __init__(
        self,
        connection: Connection,
        catalogue: Catalogue,
        keys: Keys | None,
        kept: Sequence[Checkpoint],
        noted: NotedHeads,
        *,
        keys_of_that_day: bool,
    ) -> None:
        self._noted = noted
        self._connection = connection
        self._mark = "%s" if connection.dialect.name == "postgresql" else "?"
        self._catalogue = catalogue
        self._known: set[tuple[str, int]] = set()
        self._count = 0
        self._next = 0
        self._ends: dict[str, _StreamEnd] = {}
        self._stamp = ""
        self._of_command: dict[str, tuple[str, bytes]] = {}
        self._findings = Findings()
        self._codes = HeadCodes.found(keys) if keys is not None else None
        self._beside = PageBeside(self._ask, self._findings, keys if keys_of_that_day else None)
        self._tree = TreeBeside(self._ask, self._findings, keys, kept, keys_of_that_day=keys_of_that_day)
        self._head: bytes | None = None
        self._place = BEFORE_ALL
        self._places: dict[int, bytes] = {}  # where the chain stood before a position
        self._unplaced = self._placed_from = 0

    def run(self, progress: Callable[[int], None] | None) -> LogProof:
        heads = self._ask(_HEAD)
        size, placed, place, mac = heads[0] if heads else (None, 0, BEFORE_ALL, b"")
        self._places = {placed: BEFORE_ALL}
        self._beside.know_erased(erased_in(self._ask(TOLD)))
        rows = self._ask(_FIRST)
        while rows:
            for row in rows:
                self._event(row)
            self._beside.compare(rows[0][0], rows[-1][0])
            self._tree.take([row[_LEAF] for row in rows])
            if progress:
                progress(self._count)
            rows = self._ask(_NEXT, rows[-1][0])
        streams = len(self._ends)
        self._compare_head(size, placed, place, mac)
        self._compare_streams()
        self._beside.compare_rest()
        self._tree.compare_rest()
        compare_noted_heads(self._connection, self._ask, self._findings)
        self._noted.compare_rest(self._next, self._findings)
        found = self._findings
        return LogProof(
            self._count, streams, self._beside.missing_parts, tuple(found.listed), found.more, self._head,
            self._unplaced, self._placed_from, self._tree.root if self._count else None, self._tree.checkpoints,
            self._place, self._noted.held_until,
        )  # fmt: skip

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

    def _event(self, row: Sequence[Any]) -> None:
        position, *said, sealed, previous, link, leaf, answered, place = row
        where = Whereabouts(position, said[0], said[1])
        self._count += 1
        if position != self._next:
            self._misplaced(position)
        self._next = position + 1 if isinstance(position, int) else self._next + 1
        self._head = leaf
        try:
            self._follow_order(where, leaf, answered, place)
            envelope = Envelope._make((*said, sealed_parts(sealed), previous, link))
            computed = leaf_of(envelope)
        except _UNREADABLE:
            self._findings.beside(position, "unreadable", f"event {position}: it cannot be read")
            return
        if computed != leaf:
            self._findings.at(where, "leaf", "its leaf does not match its content")
        if (envelope.type, envelope.type_version) not in self._known:
            self._check_kind(where, envelope.type, envelope.type_version)
        self._follow(where, envelope, leaf)
        self._check_moment(where, envelope, leaf)
        if sealed != "[]" and sealed_text(envelope.sealed) != sealed:
            self._findings.at(where, "sealed", "its list of sealed parts was written by somebody else")
        self._beside.expect(where, envelope, answered)

    def _misplaced(self, position: Any) -> None:
        last = position - 1 if isinstance(position, int) else position
        gap = f"event {self._next} is missing" if last == self._next else f"events {self._next} to {last} are missing"
        self._findings.beside(self._next, "position", gap)

    def _follow_order(self, where: Whereabouts, leaf: bytes, answered: bytes | None, place: bytes | None) -> None:
        """Check that the event stands behind the one it was stored behind."""
        expected = place_after(self._place, leaf, answered)
        if place is None:  # the next one that has a place holds this one too
            self._unplaced += 1
            self._placed_from = self._next
        elif place != expected:
            text = "it was not stored behind the event before it: one was taken out or put in, or they changed places"
            self._findings.at(where, "order", text)
        self._place = expected if place is None else place
        if self._next in self._places:
            self._places[self._next] = self._place
        self._noted.passed(self._next, leaf, self._place)

    def _check_kind(self, where: Whereabouts, kind: str, version: int) -> None:
        shape = self._catalogue.shapes.get(kind)
        if shape is not None and 1 <= version <= shape.version:
            self._known.add((kind, version))
        else:
            self._findings.at(where, "type", f"fact {kind} v{version} is not in the catalogue")

    def _follow(self, where: Whereabouts, envelope: Envelope, leaf: bytes) -> None:
        """Check that the event continues its stream."""
        stream, version = envelope.stream, envelope.version
        end = self._ends.get(stream)
        expected, before = (end.version + 1, end.leaf) if end else (0, None)
        if version != expected:
            self._findings.at(where, "version", f"version {version} of {stream}, where {expected} comes next")
        if envelope.previous != before:
            self._findings.at(where, "previous", f"it does not continue what came before it in {stream}")
        self._ends[stream] = _StreamEnd(version, leaf, where)

    def _check_moment(self, where: Whereabouts, envelope: Envelope, leaf: bytes) -> None:
        """Check that time goes on, and that the event names what its command wrote just before in another stream."""
        if envelope.recorded_at != self._stamp:  # one write has one stamp, and a command is in one write
            if envelope.recorded_at < self._stamp:
                self._check_clock(where, envelope.recorded_at)
            self._stamp = envelope.recorded_at
            self._of_command.clear()
        before = self._of_command.get(envelope.command_id)
        if envelope.link != (before[1] if before and before[0] != envelope.stream else None):
            self._findings.at(where, "link", "it does not name what its command wrote before it")
        self._of_command[envelope.command_id] = (envelope.stream, leaf)

    def _check_clock(self, where: Whereabouts, recorded_at: str) -> None:
        try:
            back = instant(self._stamp) - instant(recorded_at)
        except _UNREADABLE:
            back = timedelta.max
        if back > CLOCK_SLACK:
            text = f"recorded at {recorded_at}, behind an event recorded at {self._stamp}: the clock was set back"
            self._findings.at(where, "time", text)

    def _compare_head(self, size: Any, placed: Any, place: Any, mac: Any) -> None:
        if size != self._next:
            position = min(size, self._next) if isinstance(size, int) else self._next
            text = f"the log says it holds {size} events; those stored end at {self._next - 1}"
            self._findings.beside(position, "head", text)
        elif self._places[placed] != place:
            text = f"the log says that its first {placed} events end elsewhere than they do"
            self._findings.beside(self._next, "head", text)
        elif self._codes is not None and not self._codes.is_log(size, placed, place, mac):
            text = "the end of the log is not as Wayhome wrote it, or was not before, and nobody has looked since"
            self._findings.beside(self._next - 1, "code", text)

    def _compare_streams(self) -> None:
        """Compare where each stream says it stands with its last event."""
        for stream, version, leaf, mac in self._ask("SELECT stream, version, leaf, mac FROM streams"):
            end = self._ends.pop(stream, None)
            if end is None:
                self._findings.beside(None, "stream", f"stream {stream} has no events")
            elif (version, leaf) != end[:2]:
                self._findings.at(end.where, "stream", f"it is the last of {stream}, which says it stands elsewhere")
            elif self._codes is not None and not _is_coded(self._codes, stream, end, mac):
                self._findings.at(end.where, "code", f"no command of Wayhome left {stream} as it ends here")
        for stream, end in self._ends.items():
            self._findings.at(end.where, "stream", f"its stream {stream} is not listed")


def _is_coded(codes: HeadCodes, stream: Any, end: _StreamEnd, mac: Any) -> bool:
    try:
        return codes.is_stream(stream, end.version, end.leaf, mac)
    except _UNREADABLE:
        return False


def _read_text(connection: Connection, how: Callable[[bytes], str]) -> None:
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.text_factory = how


def _forgiving(text: bytes) -> str:
    return text.decode(errors="surrogateescape")
