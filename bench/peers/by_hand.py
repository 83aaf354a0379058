"""PostgreSQL by hand: psycopg, and a row of the board that is locked and changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import orjson
import psycopg

from bench.peers.work import Change, Decide, State

TABLES = """
CREATE TABLE IF NOT EXISTS bench_events (
    position bigserial PRIMARY KEY, stream uuid NOT NULL, version int NOT NULL, type text NOT NULL, data bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(), UNIQUE (stream, version));
CREATE TABLE IF NOT EXISTS bench_board (
    case_id uuid PRIMARY KEY, stage text NOT NULL, open_tasks int NOT NULL, closed bool NOT NULL, version int NOT NULL);
CREATE TABLE IF NOT EXISTS bench_tasks (
    case_id uuid NOT NULL, name text NOT NULL, status text NOT NULL, PRIMARY KEY (case_id, name));
CREATE INDEX IF NOT EXISTS bench_ready ON bench_board (case_id) WHERE open_tasks = 0 AND NOT closed"""
STATE = "SELECT stage, open_tasks, closed, version FROM bench_board WHERE case_id = %s FOR UPDATE"
EVENTS = """
INSERT INTO bench_events (stream, version, type, data)
SELECT %s, %s + n, type, data FROM unnest(%s::text[], %s::bytea[]) WITH ORDINALITY AS t (type, data, n)"""
ASKED = "INSERT INTO bench_tasks (case_id, name, status) SELECT %s, unnest(%s::text[]), 'waiting'"
EVENT = "INSERT INTO bench_events (stream, version, type, data) VALUES (%s, %s, %s, %s)"
DONE = "UPDATE bench_tasks SET status = 'done' WHERE case_id = %s AND name = %s"
BOARD = """
INSERT INTO bench_board (stage, open_tasks, closed, version, case_id) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (case_id) DO UPDATE SET stage = excluded.stage, open_tasks = excluded.open_tasks,
    closed = excluded.closed, version = excluded.version"""
STREAM = "SELECT type, data FROM bench_events WHERE stream = %s ORDER BY version"
LOG = "COPY (SELECT data FROM bench_events ORDER BY position) TO STDOUT (FORMAT binary)"
END = 25  # the head and the end of what is copied are shorter than a row
READY = "SELECT case_id, version FROM bench_board WHERE open_tasks = 0 AND NOT closed"
Connection = psycopg.Connection[Any]


class ByHand:
    """One statement after another, on as many connections as are at work at once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: list[Connection] = []
        with self._lent() as connection:
            connection.execute(TABLES, prepare=False)

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        """Lend a connection that nobody is at."""
        try:
            connection = self._free.pop()
        except IndexError:
            connection = psycopg.connect(self._url, autocommit=True, prepare_threshold=0)
        try:
            yield connection
        finally:
            self._free.append(connection)

    def record(self, case: UUID, decide: Decide) -> Change:
        """Write a command, one statement after another."""
        with self._lent() as connection, connection.transaction():
            return self.written(connection, case, decide)

    def written(self, connection: Connection, case: UUID, decide: Decide) -> Change:
        """Lock the case's row, decide, and write, within a transaction that somebody else ends."""
        row = connection.execute(STATE, (case,)).fetchone()
        change = decide(State(*row) if row else State())
        self._write_events(connection, case, change)
        self._write_tasks(connection, case, change)
        connection.execute(BOARD, (*change.state, case))
        return change

    def _write_events(self, connection: Connection, case: UUID, change: Change) -> None:
        first = change.state.version - len(change.events) + 1
        for version, (kind, body) in enumerate(change.events, first):
            connection.execute(EVENT, (case, version, kind, orjson.dumps(body)))

    def _write_tasks(self, connection: Connection, case: UUID, change: Change) -> None:
        if change.asked:
            connection.execute(ASKED, (case, list(change.asked)))
        if change.finished:
            connection.execute(DONE, (case, change.finished))

    def read(self, cases: list[UUID]) -> int:
        """Read and decode one stream after another, and keep the last of each: little more than the limit."""
        count = 0
        with self._lent() as connection:
            cursor = connection.cursor(binary=True)
            for case in cases:
                state: dict[str, Any] = {}
                for kind, data in cursor.execute(STREAM, (case,)):
                    state |= {kind: orjson.loads(data)}
                    count += 1
        return count

    def decode(self) -> int:
        """Copy the whole log out in binary and decode its bodies, and return how many there were: the limit."""
        count = 0
        with self._lent() as connection, connection.cursor().copy(LOG) as copied:
            for row in copied:  # PostgreSQL sends a row at a time: two bytes of fields, then each with its length
                if len(row) > END:
                    body = bytes(row)
                    orjson.loads(body[body.index(b"{") :])
                    count += 1
        return count

    def ready(self) -> list[tuple[UUID, int]]:
        """Return the cases at which nothing is open."""
        with self._lent() as connection:
            return connection.execute(READY).fetchall()

    def close(self) -> None:
        """Close every connection."""
        for connection in self._free:
            connection.close()


class Pipelined(ByHand):
    """By hand at its best: all events in one statement, and two round trips a command, to look and to write."""

    def record(self, case: UUID, decide: Decide) -> Change:
        """Write a command; begin and look in one round trip, write and commit in another."""
        with self._lent() as connection, connection.pipeline(), connection.transaction():
            return self.written(connection, case, decide)

    def _write_events(self, connection: Connection, case: UUID, change: Change) -> None:
        bodies = [orjson.dumps(body) for _, body in change.events]
        first = change.state.version - len(change.events)
        connection.execute(EVENTS, (case, first, [kind for kind, _ in change.events], bodies))
