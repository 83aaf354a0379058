"""The log: facts go in once, in one order, and come out the same for ever.

A write locks the streams it touches, in order; reads what other processes have added; buffers new facts
and rows; and at its end seals, hashes and writes everything, taking the head of the log when only the events
themselves are left to store. So positions have no gaps and a reader that asks for "what comes after n" can never
skip an event.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, bindparam, func, select

from events import tables
from events.catalogue import Catalogue, Fact
from events.database import Database
from events.envelope import Envelope, RecordedEvent, sealed_parts
from events.errors import KeysMissing, NotRecorded, StreamForged
from events.head_codes import HeadCodes
from events.keys import Keys
from events.moments import AsTheClockSays, Moments
from events.receipts import Opening, Receipt
from events.sealing import Ciphertext, associated_data, unseal
from events.since import rows_since
from events.tables import log_head
from events.world import Clock, Entropy
from events.writing import Writing

_E = tables.events
_EVENTS = select(_E)
_IN_STREAM = _EVENTS.where(_E.c.stream == bindparam("stream"))
_UPTO = _E.c.position <= bindparam("upto")
_PAGE = _EVENTS.where(_E.c.position > bindparam("after"), _UPTO).order_by(_E.c.position).limit(bindparam("limit"))
_STREAM = _IN_STREAM.where(_E.c.version > bindparam("after"), _UPTO).order_by(_E.c.version)
_OF_COMMAND = _EVENTS.where(_E.c.command_id == bindparam("command_id")).order_by(_E.c.position)
_OF_TYPES = _IN_STREAM.where(_E.c.type.in_(bindparam("types", expanding=True))).order_by(_E.c.version)
_BEFORE = _IN_STREAM.where(
    _E.c.version < bindparam("before", type_=BigInteger), _E.c.type.not_in(bindparam("without", expanding=True))
)
_LATEST = _BEFORE.order_by(_E.c.version.desc()).limit(bindparam("limit"))
_LAST = (
    select(_E.c.stream, func.max(_E.c.version).label("version"))
    .where(_E.c.stream.in_(bindparam("streams", expanding=True)))
    .group_by(_E.c.stream)
    .subquery()
)
_STORED = _LAST.join(_E, (_E.c.stream == _LAST.c.stream) & (_E.c.version == _LAST.c.version))
_HEADS = tables.streams
# What the head says counts for nothing unless it is of the last event that is there.
_SAME_END = (_HEADS.c.stream == _E.c.stream) & (_HEADS.c.leaf == _E.c.leaf)
_ENDS = select(_E.c.stream, _E.c.version, _HEADS.c.version, _HEADS.c.leaf, _HEADS.c.mac).select_from(
    _STORED.outerjoin(_HEADS, _SAME_END)
)
_COMMANDS = select(_E.c.command_id).where(_E.c.stream == bindparam("stream"))
_TIMELINE = _EVENTS.where(_E.c.command_id.in_(_COMMANDS), _UPTO).order_by(_E.c.position)
_SIZE = select(log_head.c.size)
_AS_OF = select(_E.c.position).where(_E.c.recorded_at <= bindparam("at")).order_by(_E.c.position.desc()).limit(1)
_PARTS = select(tables.sealed_parts).where(
    tables.sealed_parts.c.stream == bindparam("stream"), tables.sealed_parts.c.version == bindparam("version")
)
_PARTS_OF_STREAM = select(tables.sealed_parts).where(
    tables.sealed_parts.c.stream == bindparam("stream"),
    tables.sealed_parts.c.compartment.in_(bindparam("compartments", expanding=True)),
)
END = 2**62


class Log:
    """Appends facts and reads them back; the only writer of the tables in ``events.tables``."""

    def __init__(
        self, database: Database, catalogue: Catalogue, keys: Keys, chance: Entropy, clock: Clock | None = None
    ) -> None:
        """Open the log; without a clock the database's own clock stamps what is recorded."""
        self.database = database
        self.catalogue = catalogue
        self.keys = keys
        self.codes = HeadCodes(keys)
        self._chance = chance
        self.moments = Moments(database, clock)
        self._as_the_clock_says = AsTheClockSays(database, clock)

    @contextmanager
    def writing(self, *, as_the_clock_says: bool = False) -> Iterator[Writing]:
        """Yield one write: it is stored whole and durably when the block ends, or not at all.

        Raises StreamMoved when another process got in between (run the block again), ClockBehind when the clock was set
        back, StreamForged by ``lock``, or a StoreProblem. Of an error inside the block nothing is stored either.
        """
        with self.database.writing() as connection:
            moments = self._as_the_clock_says if as_the_clock_says else self.moments
            writing = Writing(connection, self.catalogue, self.keys, self.codes, self._chance, moments)
            yield writing
            writing.finish(commits=True)

    def size(self) -> int:
        """Return how many events the log holds."""
        with self.database.reading() as connection:
            return int(connection.execute(_SIZE).scalar_one())

    def newest(self) -> str:
        """Return when the last event was recorded, or nothing for an empty log."""
        with self.database.reading() as connection:
            return self.moments.newest(connection)

    def page(self, after: int = -1, limit: int = 1000, upto: int = END) -> list[RecordedEvent]:
        """Return the next events after a position, in global order; an empty page means there are no more."""
        with self.database.reading() as connection:
            return self.page_on(connection, after, limit, upto)

    def page_on(self, connection: Connection, after: int, limit: int, upto: int = END) -> list[RecordedEvent]:
        """Return a page as this connection sees the log."""
        rows = connection.execute(_PAGE, {"after": after, "limit": limit, "upto": upto}).all()
        return [recorded_event(row) for row in rows]

    def pages(self, after: int = -1, upto: int = END, size: int = 1000) -> Iterator[list[RecordedEvent]]:
        """Yield the log page by page, from one state of the database."""
        with self.database.reading() as connection:
            while page := self.page_on(connection, after, size, upto):
                yield page
                after = page[-1].position

    def stream(self, stream: str, after: int = -1, upto: int = END) -> list[RecordedEvent]:
        """Return a stream's events after a version, up to a global position."""
        return self._events(_STREAM, stream=stream, after=after, upto=upto)

    def of_types(self, stream: str, types: Collection[str]) -> list[RecordedEvent]:
        """Return a stream's events of these types only, in order."""
        return self._events(_OF_TYPES, stream=stream, types=list(types))

    def latest(
        self, stream: str, limit: int, *, before: int = END, without: Collection[str] = ()
    ) -> list[RecordedEvent]:
        """Return a stream's last events before a version, the last one first, leaving out some types."""
        return self._events(_LATEST, stream=stream, before=before, without=list(without), limit=limit)

    def timeline(self, stream: str, upto: int = END) -> list[RecordedEvent]:
        """Return a stream's events together with what the same commands wrote to other streams."""
        return self._events(_TIMELINE, stream=stream, upto=upto)

    def since(self, versions: Mapping[str, int]) -> list[RecordedEvent]:
        """Return what came after a version, for several streams at once, each in its own order."""
        with self.database.reading() as connection:
            return [recorded_event(row) for row in rows_since(connection, versions)]

    def forged(self, streams: Iterable[str]) -> set[str]:
        """Return which of these streams do not end, or do not begin, as Wayhome wrote them.

        Whoever acts on what a stream says, without a command that would look itself, asks this before.
        """
        with self.database.reading() as connection:
            return self.forged_on(connection, streams)

    def forged_on(self, connection: Connection, streams: Iterable[str]) -> set[str]:
        """Return which of these streams are not as Wayhome wrote them, as this connection sees them."""
        rows = connection.execute(_ENDS, {"streams": sorted(set(streams))}).all()
        return {stream for stream, end, *head in rows if not self._is_end(stream, end, *head)}

    def _is_end(self, stream: str, end: int, version: int | None, leaf: bytes | None, mac: bytes | None) -> bool:
        return version == end and leaf is not None and self.codes.is_stream(stream, end, bytes(leaf), mac)

    def of_command(self, command_id: str) -> list[RecordedEvent]:
        """Return what a command led to."""
        return self._events(_OF_COMMAND, command_id=command_id)

    def _events(self, query: Select[Any], **asked: Any) -> list[RecordedEvent]:
        with self.database.reading() as connection:
            return [recorded_event(row) for row in connection.execute(query, asked)]

    def position_at(self, at: str) -> int:
        """Return the last position recorded at or before an instant as ``events.instants`` writes it, or -1."""
        with self.database.reading() as connection:
            found = connection.execute(_AS_OF, {"at": at}).scalar_one_or_none()
            return -1 if found is None else int(found)

    def fact(self, event: RecordedEvent) -> Fact:
        """Return the fact of an event with everything personal closed: all that rules ever need.

        Raises UnknownFact when a newer version of Wayhome wrote it.
        """
        envelope = event.envelope
        return self.catalogue.load(envelope.type, envelope.type_version, envelope.body)

    def opened(self, event: RecordedEvent, compartments: Collection[str], receipt: Receipt) -> Fact:
        """Return the fact with these compartments open; what was erased or is not asked for stays closed.

        No log, no key: raises NotRecorded when what the receipt names is not committed, or does not allow it. Raises
        KeysMissing when a key is there and is not the one that sealed the part, or the part was moved or changed.
        """
        parts = {part.compartment for part in event.envelope.sealed}.intersection(compartments)
        if not parts:
            return self.fact(event)
        with self.database.reading() as connection:
            self._demand(connection, receipt, event.envelope.stream, parts)
            found = self._ciphertexts(connection, event.envelope)
        return self._opened(event.envelope, compartments, found)

    def opened_of(
        self, stream: str, compartments: Collection[str], receipt: Receipt
    ) -> list[tuple[RecordedEvent, Fact]]:
        """Return a stream's events that hold something of these compartments, opened like one, in four questions."""
        events = [e for e in self.stream(stream) if any(p.compartment in compartments for p in e.envelope.sealed)]
        parts: dict[int, dict[str, Ciphertext]] = {}
        if not events:
            return []
        with self.database.reading() as connection:
            self._demand(connection, receipt, stream, set(compartments))
            for row in connection.execute(_PARTS_OF_STREAM, {"stream": stream, "compartments": list(compartments)}):
                sealed = Ciphertext(bytes(row.salt), bytes(row.ciphertext))
                parts.setdefault(row.version, {})[row.compartment] = sealed
        return [(e, self._opened(e.envelope, compartments, parts.get(e.envelope.version, {}))) for e in events]

    def key_of_content(self, event: RecordedEvent, compartment: str, receipt: Receipt) -> bytes | None:
        """Return the key of what lies outside the log and belongs to an event; None once its person was erased.

        No log, no key: raises what ``opened`` raises, and KeysMissing where the key is gone and nobody erased it.
        """
        owners = [(part.person, compartment) for part in event.envelope.sealed if part.compartment == compartment]
        with self.database.reading() as connection:
            self._demand(connection, receipt, event.envelope.stream, {compartment})
        found = self.keys.find(owners)
        if not found and any(person not in self.keys.destroyed() for person, _ in owners):
            raise KeysMissing("the key of this file is not here; restore the key file that belongs to this data")
        return next(iter(found.values()), None)

    def _demand(self, connection: Connection, receipt: Receipt, stream: str, compartments: set[str]) -> None:
        """Raise NotRecorded unless this connection, which sees only what is committed, finds what the receipt names.

        And StreamForged when what it names stands in a history that holds something no command of ours stored.
        """
        opening = Opening(stream, frozenset(compartments), self.moments.now(connection))
        if not receipt.covers(connection, opening):
            assert NotRecorded.__doc__
            raise NotRecorded(NotRecorded.__doc__)
        if receipt.rests_on_history and self.forged_on(connection, [stream]):
            raise StreamForged(stream)  # what was recorded may be what somebody else wrote there

    def _opened(self, envelope: Envelope, compartments: Collection[str], parts: Mapping[str, Ciphertext]) -> Fact:
        values: dict[str, Any] = {}
        owners = {p.compartment: (p.person, p.compartment) for p in envelope.sealed if p.compartment in compartments}
        keys = self.keys.find(owners.values())
        for compartment, part in parts.items():
            if key := keys.get(owners.get(compartment, ("", ""))):
                values |= unseal(
                    key, part, associated_data(envelope.stream, envelope.version, envelope.type, compartment)
                )
        return self.catalogue.load(envelope.type, envelope.type_version, envelope.body, values)

    def _ciphertexts(self, connection: Connection, envelope: Envelope) -> Mapping[str, Ciphertext]:
        rows = connection.execute(_PARTS, {"stream": envelope.stream, "version": envelope.version})
        return {row.compartment: Ciphertext(bytes(row.salt), bytes(row.ciphertext)) for row in rows}

    def told_time(self) -> str | None:
        """Return the present instant by the clock this log was given; None where the database's own clock stamps."""
        return self.moments.told()

    def now(self) -> str:
        """Return the present instant as this log stamps it: UTC, by the database's clock unless another was given."""
        with self.database.reading() as connection:
            return self.moments.now(connection)


def recorded_event(row: Sequence[Any]) -> RecordedEvent:
    """Return the event a row of ``events`` holds, columns in the order of the table."""
    position, *said, sealed, previous, link, leaf, _, _ = row
    envelope = Envelope._make((*said, sealed_parts(sealed), _bytes(previous), _bytes(link)))
    return RecordedEvent(position, envelope, bytes(leaf))


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)
