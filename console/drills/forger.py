"""The hand of somebody who owns the tables: no trigger stands in its way, and it knows how every hash is made.

It belongs to the drills and to the tests of attacks; nothing else imports it. What it does not have is the key file,
unless it is given the codes that are made with it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, text, update

from events.envelope import leaf_of
from events.head_codes import HeadCodes
from events.log import recorded_event
from events.order import BEFORE_ALL, answer_hash, place_after
from events.tables import commands, events, log_head, streams

Row = dict[str, Any]
_FAR = 1_000_000_000  # beyond every position, where rows wait while others move


class ForgedEvent(NamedTuple):
    """An event as a forger makes it up: where, and what it says."""

    stream: str
    kind: str
    body: str
    actor: str
    mandate: str = "supervisor"
    like: int = 0  # the event whose other columns it takes over


class Forger:
    """Changes a log by its tables, and makes every hash fit that needs no key."""

    def __init__(self, connection: Connection, codes: HeadCodes | None = None) -> None:
        self.connection = connection
        self._codes = codes

    @property
    def size(self) -> int:
        """Return how many events the log says it holds."""
        return int(self.connection.execute(select(log_head.c.size)).scalar_one())

    def rows(self, since: int = 0) -> list[Row]:
        """Return the events from a position on, as they are stored."""
        query = select(events).where(events.c.position >= since).order_by(events.c.position)
        return [dict(row) for row in self.connection.execute(query).mappings()]

    def row(self, position: int) -> Row:
        """Return one event as it is stored."""
        query = select(events).where(events.c.position == position)
        return dict(self.connection.execute(query).mappings().one())

    def changes(self, position: int, /, **values: Any) -> None:
        """Write other values into an event."""
        self.connection.execute(update(events).where(events.c.position == position).values(values))

    def removes(self, position: int) -> None:
        """Take an event out and leave the gap."""
        self.connection.execute(delete(events).where(events.c.position == position))

    def swaps(self, one: int, other: int) -> None:
        """Let two events change places."""
        for here, there in ((one, _FAR), (other, one), (_FAR, other)):
            self.changes(here, position=there)

    def counts(self, since: int, by: int) -> None:
        """Move every event from a position on up or down, and the number of events with them."""
        move = text("UPDATE events SET position = position + :by WHERE position >= :since")
        self.connection.execute(move, {"by": _FAR, "since": since})
        self.connection.execute(move, {"by": by - _FAR, "since": _FAR})
        self.connection.execute(update(log_head).values(size=log_head.c.size + by, placed=log_head.c.placed + by))

    def cuts_off(self, size: int) -> None:
        """Cut the end off, with whatever was told of it, and let every stream end where it then does."""
        gone = self.rows(since=size)
        self.connection.execute(delete(events).where(events.c.position >= size))
        for row in gone:
            self._forgets(row["command_id"])
        self._ends_streams({row["stream"] for row in gone})
        self._ends_log()

    def appends(self, forged: ForgedEvent, command: Mapping[str, str]) -> int:
        """Put an event behind all others, right in every hash, with a command that says it was taken."""
        size, before = self.size, self._last_of(forged.stream)
        self.connection.execute(insert(commands).values(**command))
        made = self.row(forged.like) | self._said(forged, before) | {"position": size, **command_fields(command)}
        self.connection.execute(insert(events).values(self._hashed(made, before)))
        self.rehashes(size)
        return size

    def inserts(self, position: int, forged: ForgedEvent, command: Mapping[str, str]) -> None:
        """Put an event of a new stream between two others, which move up, and make nothing after it fit."""
        self.counts(position, 1)
        self.connection.execute(insert(commands).values(**command))
        made = self.row(position - 1) | self._said(forged, None) | {"position": position, **command_fields(command)}
        self.connection.execute(insert(events).values(self._hashed(made, None)))
        self._ends_streams({forged.stream})

    def rehashes(self, since: int) -> None:
        """Make every leaf and place anew from a position on, and every end that hangs on them."""
        rows = self.rows()
        before = {row["stream"]: bytes(row["leaf"]) for row in rows[:since]}
        of_command: dict[str, tuple[str, bytes]] = {}
        place = bytes(rows[since - 1]["place"]) if since else BEFORE_ALL
        made = []
        for row in rows:
            if row["position"] >= since:
                last = of_command.get(row["command_id"])
                link = last[1] if last and last[0] != row["stream"] else None
                row.update(self._hashed(row | {"link": link}, {"leaf": before.get(row["stream"])}))
                row["place"] = place = place_after(place, row["leaf"], row["answered"])
                before[row["stream"]] = row["leaf"]
                made.append({"at": row["position"]} | {n: row[n] for n in ("previous", "link", "leaf", "place")})
            of_command[row["command_id"]] = (row["stream"], bytes(row["leaf"]))
        self.connection.execute(text("UPDATE events SET previous = :previous, link = :link, leaf = :leaf, "
                                     "place = :place WHERE position = :at"), made)  # fmt: skip
        self._ends_streams({row["stream"] for row in rows[since:]})
        self._ends_log()

    @staticmethod
    def leaf_of(row: Row) -> bytes:
        """Return the leaf of an event that says what a row says."""
        return leaf_of(recorded_event(tuple((row | {"leaf": b""})[column.name] for column in events.columns)).envelope)

    def _said(self, forged: ForgedEvent, before: Mapping[str, Any] | None) -> Row:
        version = before["version"] + 1 if before else 0
        return {"stream": forged.stream, "version": version, "type": forged.kind, "type_version": 1,
                "actor": forged.actor, "mandate": forged.mandate, "body": forged.body, "sealed": "[]", "link": None,
                "place": None}  # fmt: skip

    def _hashed(self, row: Row, before: Mapping[str, Any] | None) -> Row:
        row = row | {"previous": before["leaf"] if before else None}
        return row | {"leaf": self.leaf_of(row)}

    def _last_of(self, stream: str) -> Row | None:
        query = select(events).where(events.c.stream == stream).order_by(events.c.version.desc()).limit(1)
        found = self.connection.execute(query).mappings().first()
        return None if found is None else dict(found)

    def _forgets(self, command_id: str) -> None:
        left = select(events.c.position).where(events.c.command_id == command_id).limit(1)
        if self.connection.execute(left).first() is None:
            self.connection.execute(delete(commands).where(commands.c.command_id == command_id))

    def _ends_streams(self, names: set[str]) -> None:
        for name in sorted(names):
            last = self._last_of(name)
            self.connection.execute(delete(streams).where(streams.c.stream == name)) if last is None else self._ends(
                name, last["version"], bytes(last["leaf"])
            )

    def _ends(self, name: str, version: int, leaf: bytes) -> None:
        code = {} if self._codes is None else {"mac": self._codes.of_stream(name, version, leaf)}
        values = {"version": version, "leaf": leaf} | code
        if not self.connection.execute(update(streams).where(streams.c.stream == name).values(values)).rowcount:
            self.connection.execute(insert(streams).values({"stream": name, "mac": bytes(32)} | values))

    def _ends_log(self) -> None:
        query = select(events.c.position, events.c.place).order_by(events.c.position.desc()).limit(1)
        last = self.connection.execute(query).first()
        size, place = (last[0] + 1, bytes(last[1])) if last else (0, BEFORE_ALL)
        code = {} if self._codes is None else {"mac": self._codes.of_log(size, place)}
        self.connection.execute(update(log_head).values({"size": size, "placed": size, "place": place} | code))


def command_row(command_id: str, case: str, version: int, facts: Sequence[str]) -> dict[str, str]:
    """Return the row of a command that was never given, as if it had been taken."""
    told = ",".join(f'"{fact}"' for fact in facts)
    answer = f'{{"case":"{case}","version":{version},"facts":[{told}]}}'
    return {"command_id": command_id, "digest": "0" * 64, "answer": answer}


def command_fields(command: Mapping[str, str]) -> Row:
    """Return what the first event of a command holds of it."""
    return {"command_id": command["command_id"], "answered": answer_hash(**command)}
