"""One write to the log: lock, read what moved, buffer, and at the end seal, hash and store in one go."""

import logging
from collections.abc import Callable, Collection, Mapping
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Connection, LargeBinary, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql

from events import tables
from events.asking import Asked, Rows, ask, ask_by_key, sent_together
from events.batch import InsertRows, RowStatement, execute_prebuilt, rows_as_json, rows_from_json
from events.batch import Row as Values
from events.catalogue import Catalogue, Fact, FactSchema
from events.envelope import Envelope, SealedPart, leaf_of, sealed_text
from events.errors import StreamForged
from events.head_codes import HeadCodes
from events.keys import Keys, Owner
from events.keys_to_seal import keys_to_seal
from events.moments import Moments
from events.order import answer_hash, place_after
from events.sealing import NONCE_BYTES, SALT_BYTES, Ciphertext, associated_data, seal
from events.since import ask_since
from events.tables import commands, events, log_head, sealed_parts
from events.world import Entropy

_log = logging.getLogger(__name__)
_NOT_OURS: Final = b""  # the code of an end that Wayhome found otherwise than it wrote it
_INSERT_COMMANDS = InsertRows(commands)
_INSERT_PARTS = InsertRows(sealed_parts)
_UPSERT_STREAMS = InsertRows(tables.streams, replace=True)
_INSERT_EVENTS = InsertRows(events)
_HEAD = "SELECT size, placed, place, mac FROM log_head WHERE id = 0"
# A statement of its own behind the lock: what was stored by whoever held the head before is seen by no earlier one.
_LAST_AT = "SELECT recorded_at FROM events WHERE position = (SELECT size - 1 FROM log_head WHERE id = 0)"
_NOT_PLACED = select(events.c.leaf, events.c.answered).where(events.c.position >= bindparam("placed"))
_AT_ONCE = 10_000  # a whole older log must not be held in memory
_MOVE_HEAD = update(log_head).values(
    size=bindparam("size", type_=BigInteger),
    placed=bindparam("size"),
    place=bindparam("place", type_=LargeBinary),
    mac=bindparam("mac", type_=LargeBinary),
)


@cache
def _append_statement() -> str:
    """Return the last statement of a write on PostgreSQL: move the head and store the events before it."""
    columns = [c.name for c in events.columns]
    given = rows_from_json(events, columns)
    query = insert(events).from_select(columns, select(*given.c)).add_cte(_MOVE_HEAD.cte("head"))
    return str(query.compile(dialect=postgresql.dialect(paramstyle="pyformat")))


_LOCK = "SELECT s.stream, s.version, s.leaf, s.mac FROM streams s WHERE s.stream {} ORDER BY s.stream"
_ANSWERS = "SELECT c.command_id, c.digest, c.answer FROM commands c WHERE c.command_id {}"


class StreamHead(NamedTuple):
    """How far a stream has come; version -1 is a stream that does not exist yet."""

    version: int
    leaf: bytes | None


class EventMetadata(NamedTuple):
    """Who says a fact, by which right, because of what, under which definition; each as ``Envelope`` keeps it."""

    command_id: str
    actor: str
    mandate: str
    cause: str
    occurred_at: str
    definition: str


class DecidedBy(NamedTuple):
    """Who decided what no rule can: two officers, or the operator alone while there are no two (then no ``second``)."""

    actor: str
    second: str
    command_id: UUID

    def metadata(self, deed: str, now: str) -> EventMetadata:
        """Return what the fact says of it."""
        mandate = "officer" if self.second else "operator"
        return EventMetadata(str(self.command_id), self.actor, mandate, f"command:{deed}", now, "")


class PendingEvent(NamedTuple):
    """A fact on its way into the log."""

    stream: str
    version: int
    fact: Fact
    shape: FactSchema
    said: EventMetadata


class StoredAnswer(NamedTuple):
    """What was answered to a command that came before."""

    digest: str
    answer: str


class Writing:
    """The write in progress; used by one thread, within one transaction."""

    def __init__(
        self,
        connection: Connection,
        catalogue: Catalogue,
        keys: Keys,
        codes: HeadCodes,
        chance: Entropy,
        moments: Moments,
    ) -> None:
        self.connection = connection
        self._moments = moments
        self._moment: Asked[str] | None = None
        self.base = -1
        self._catalogue = catalogue
        self._keys = keys
        self._codes = codes
        self._chance = chance
        self._heads: dict[str, StreamHead] = {}
        self._entries: list[PendingEvent] = []
        self._commands: list[Values] = []
        self._rows: dict[RowStatement, dict[tuple[Any, ...], Values]] = {}
        self._end: tuple[Asked[Any], Asked[str]] | None = None

    @cached_property
    def now(self) -> str:
        """Return the moment of this write (UTC text): asked for once, best after everything it touches is locked."""
        return (self._moment or self._moments.asked(self.connection)).answer

    def ask_now(self) -> None:
        """Ask for the moment along with other questions; asked again before it is read, the later answer counts."""
        if "now" not in vars(self):
            self._moment = self._moments.asked(self.connection)

    def lock(self, streams: Collection[str], *, to_read: Collection[str] = ()) -> Mapping[str, StreamHead]:
        """Lock these streams until the write ends and return how far each has come.

        Those ``to_read`` are only kept from changing: others may hold them so at the same time.

        Always in the order of their names, so that two processes cannot wait for each other. A stream that does not
        exist yet is at version -1 and holds nobody up: if two make it, ``finish`` of the later raises StreamMoved.
        Raises StreamForged for one that does not end as Wayhome wrote it: nothing is decided on what stands there.
        """
        asked = (self.ask_lock(streams), self.ask_lock(to_read, "FOR SHARE"))
        return {stream: head for one in asked for stream, head in one.answer.items()}

    def ask_lock(self, streams: Collection[str], how: str = "FOR UPDATE") -> Asked[Mapping[str, StreamHead]]:
        """Ask for streams like ``lock``; they are held, and may be written to, once the answer is read."""
        # SQLite has one writer and we are it: reading is enough.
        query = f"{_LOCK} {how}" if self.connection.dialect.name == "postgresql" else _LOCK
        wanted = sorted(set(streams) - self._heads.keys())

        def held(rows: Rows) -> Mapping[str, StreamHead]:
            self._heads |= dict.fromkeys(wanted, StreamHead(-1, None)) | {row[0]: self._proved(*row) for row in rows}
            return {stream: self._heads[stream] for stream in streams}

        return ask_by_key(self.connection, wanted, query, held)

    def _proved(self, stream: str, version: int, leaf: bytes, mac: Any) -> StreamHead:
        head = StreamHead(version, bytes(leaf))
        if not self._codes.is_stream(stream, version, bytes(leaf), mac):
            _log.error("a history does not end as Wayhome wrote it; nothing is recorded there until `wayhome fsck`")
            raise StreamForged(stream)
        return head

    def ask_since(self, versions: Mapping[str, int]) -> Asked[list[tuple[Any, ...]]]:
        """Ask for the rows of events after a version, for several locked streams, each in its own order."""
        return ask_since(self.connection, versions)

    def ask_answers(self, command_ids: Collection[str]) -> Asked[dict[str, StoredAnswer]]:
        """Ask what was answered to those of these commands that came before."""
        found = (self.connection, command_ids, _ANSWERS)
        return ask_by_key(*found, lambda rows: {key: StoredAnswer(*answer) for key, *answer in rows})

    def append(self, stream: str, fact: Fact, said: EventMetadata) -> int:
        """Put a fact at the end of a locked stream and return its version there.

        Raises UnknownFact for a class that is not in the catalogue, and KeyError for a stream nobody locked.
        """
        head = self._heads[stream]
        version = head.version + 1
        self._heads[stream] = StreamHead(version, head.leaf)
        self._entries.append(PendingEvent(stream, version, fact, self._catalogue.shape_of(fact), said))
        return version

    def remember(self, command_id: str, digest: str, answer: str) -> None:
        """Keep for ever that this command was taken and what was answered; the digest tells it from a reused id."""
        self._commands.append({"command_id": command_id, "digest": digest, "answer": answer})

    def write(self, statement: RowStatement, row: Values) -> None:
        """Store a row of a table beside the log; a later row of the same key takes the place of an earlier."""
        self._rows.setdefault(statement, {})[tuple(row[k] for k in statement.key)] = row

    def drop(self, statement: RowStatement, is_over: Callable[[Values], bool]) -> None:
        """Leave out rows that were to be stored with this write and are over before it ends."""
        held = self._rows.get(statement, {})
        self._rows[statement] = {key: row for key, row in held.items() if not is_over(row)}

    def finish(self, *, commits: bool = False) -> None:
        """Seal, hash and store everything; the head of the log is taken when nothing else is left to write.

        With ``commits`` PostgreSQL is told to commit along with the last statement: one wait less under the head.

        Raises StreamMoved when another process made one of the streams, or took one of the commands, meanwhile.
        """
        leaves, parts, rows = self._hashed()
        if not (rows or self._commands or self._rows):
            return
        with sent_together(self.connection):
            self._store_beside(leaves, parts)
            self._end = self._ask_end() if rows else None
        if rows:
            self.base = self._store_events(rows, commits=commits)

    def _store_beside(self, leaves: Mapping[str, tuple[int, bytes]], parts: list[Values]) -> None:
        """Store everything but the events, and the head."""
        # New rows in the order of their keys: two processes making the same ones must not wait for each other.
        _INSERT_COMMANDS.run(self.connection, sorted(self._commands, key=itemgetter("command_id")))
        _INSERT_PARTS.run(self.connection, parts)
        _UPSERT_STREAMS.run(self.connection, [self._end_row(s, *end) for s, end in sorted(leaves.items())])
        for statement, by_key in self._rows.items():
            statement.run(self.connection, list(by_key.values()))

    def _end_row(self, stream: str, version: int, leaf: bytes) -> Values:
        mac = self._codes.of_stream(stream, version, leaf)
        return {"stream": stream, "version": version, "leaf": leaf, "mac": mac}

    def _hashed(self) -> tuple[dict[str, tuple[int, bytes]], list[Values], list[dict[str, Any]]]:
        ciphertexts = self._sealed()
        heads: dict[str, tuple[int, bytes]] = {}
        last_of_command: dict[str, tuple[str, bytes]] = {}
        answers = {row["command_id"]: answer_hash(**row) for row in self._commands}
        parts: list[Values] = []
        rows: list[dict[str, Any]] = []
        for number, entry in enumerate(self._entries):
            sealed = ciphertexts.get(number, {})
            previous = heads[entry.stream][1] if entry.stream in heads else self._heads[entry.stream].leaf
            before = last_of_command.get(entry.said.command_id)
            link = before[1] if before and before[0] != entry.stream else None
            envelope = self._envelope(entry, sealed, previous, link)
            leaf = leaf_of(envelope)
            heads[entry.stream] = (entry.version, leaf)
            last_of_command[entry.said.command_id] = (entry.stream, leaf)
            parts += [_part_row(entry, compartment, part) for compartment, part in sealed.items()]
            rows.append(_event_row(number, envelope, leaf, answers.pop(envelope.command_id, None)))
        return heads, parts, rows

    def _sealed(self) -> dict[int, dict[str, Ciphertext]]:
        """Encrypt everything personal in this write; keys that are new are durable before any of it is."""
        secrets = [(n, e, e.shape.secrets(e.fact)) for n, e in enumerate(self._entries) if e.shape.sealed]
        owners: list[Owner] = [(e.shape.person(e.fact), c) for _, e, found in secrets for c, _ in found]
        keys = keys_to_seal(self._keys, self.connection, owners) if owners else {}
        return {
            number: {
                compartment: seal(
                    keys[entry.shape.person(entry.fact), compartment],
                    plaintext,
                    associated_data(entry.stream, entry.version, entry.shape.name, compartment),
                    self._chance.bytes(SALT_BYTES + NONCE_BYTES),
                )
                for compartment, plaintext in found
            }
            for number, entry, found in secrets
        }

    def _envelope(
        self, entry: PendingEvent, sealed: Mapping[str, Ciphertext], previous: bytes | None, link: bytes | None
    ) -> Envelope:
        said, shape = entry.said, entry.shape
        person = shape.person(entry.fact) if sealed else ""
        parts = tuple(SealedPart(compartment, person, part.commitment) for compartment, part in sealed.items())
        return Envelope(
            entry.stream, entry.version, shape.name, shape.version, said.occurred_at, self.now, said.actor,
            said.mandate, said.cause, said.command_id, said.definition, shape.open_body(entry.fact), parts, previous,
            link,
        )  # fmt: skip

    def _store_events(self, rows: list[dict[str, Any]], *, commits: bool) -> int:
        """Give the events their places behind the head of the log, which nobody else moves until the write ends."""
        base, place, ours = self._head_of_log()
        for row in rows:
            row["position"] += base
            row["place"] = place = place_after(place, row["leaf"], row["answered"])
        size = base + len(rows)
        moved = {"size": size, "place": place, "mac": self._codes.of_log(size, place) if ours else _NOT_OURS}
        if self.connection.dialect.name == "postgresql":
            with sent_together(self.connection):
                execute_prebuilt(self.connection, _append_statement(), moved | {"rows": rows_as_json(rows)})
                if commits:
                    execute_prebuilt(self.connection, "COMMIT", ())
        else:
            self.connection.execute(_MOVE_HEAD, moved)
            _INSERT_EVENTS.run(self.connection, rows)
        return base

    def _ask_end(self) -> tuple[Asked[Any], Asked[str]]:
        """Ask for the head of the log, which nobody else moves from then on, and when the last event was recorded."""
        head = f"{_HEAD} FOR UPDATE" if self.connection.dialect.name == "postgresql" else _HEAD
        last = ask(self.connection, head, (), lambda rows: next(iter(rows)))
        return last, ask(self.connection, _LAST_AT, (), lambda rows: next((str(row[0]) for row in rows), ""))

    def _head_of_log(self) -> tuple[int, bytes, bool]:
        """Take the head: how many events there are, and the place of the last, also where an older program wrote it.

        And whether it stands as Wayhome left it. The office goes on where it does not; but no code is made for it any
        more, so that what was done stays in sight until somebody with the keys has looked.
        """
        assert self._end is not None
        head, last_at = self._end
        size, placed, stored, mac = head.answer
        self._moments.refuse_overtaken(self.now, last_at.answer)
        place = bytes(stored)
        ours = self._codes.is_log(size, placed, place, mac)
        if not ours and mac:  # said when it is found, not at every write after
            _log.error("the log does not end as Wayhome wrote it: tell the auditor; `wayhome fsck` says more")
        if placed < size:
            query = _NOT_PLACED.order_by(events.c.position).execution_options(yield_per=_AT_ONCE)
            for leaf, answered in self.connection.execute(query, {"placed": placed}):
                place = place_after(place, bytes(leaf), answered)
        return int(size), place, ours

    def recorded(self) -> list[tuple[int, PendingEvent]]:
        """Return after the end of the write what was stored, with positions."""
        return [(self.base + number, entry) for number, entry in enumerate(self._entries)]


def _event_row(number: int, envelope: Envelope, leaf: bytes, answered: bytes | None) -> dict[str, Any]:
    row = {"sealed": sealed_text(envelope.sealed), "position": number, "leaf": leaf, "answered": answered}
    return envelope._asdict() | row


def _part_row(entry: PendingEvent, compartment: str, part: Ciphertext) -> Values:
    return {
        "stream": entry.stream,
        "version": entry.version,
        "compartment": compartment,
        "person": entry.shape.person(entry.fact),
        "salt": part.salt,
        "ciphertext": part.ciphertext,
    }
