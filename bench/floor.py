"""The floor under commands: a bare insert of one row of 400 bytes for each commit, by hand."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import psycopg

from bench.servers import plain
from bench.together import together

BODY = b"x" * 330  # with its keys and numbers about 400 bytes
TABLE = """CREATE TABLE IF NOT EXISTS bench_events (
    id bigserial PRIMARY KEY, stream text NOT NULL, version int NOT NULL, type text NOT NULL, data bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(), UNIQUE (stream, version))"""
INSERT = "INSERT INTO bench_events (stream, version, type, data) VALUES (%s, %s, %s, %s)"


class Inserts:
    """As many connections as callers, each with a stream of its own."""

    def __init__(self, url: str, callers: int) -> None:
        self._connections = [psycopg.connect(plain(url), autocommit=True) for _ in range(callers)]
        self._connections[0].execute(TABLE)
        self._version = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections:
            connection.close()

    def rate(self, rows: int) -> float:
        """Return rows per second, each durable before the next of its caller."""
        first, self._version = self._version, self._version + rows
        numbered = enumerate(self._connections)
        stream = f"{len(self._connections)}-callers"
        loops = [lambda c=c, n=n: _insert(c, f"{stream}-{n}", first, rows) for n, c in numbered]
        return len(loops) * rows / together(loops)


def _insert(connection: psycopg.Connection[Any], stream: str, first: int, rows: int) -> None:
    cursor = connection.cursor()
    for version in range(first, first + rows):
        cursor.execute(INSERT, (stream, version, "ConsentGiven", BODY), prepare=True)
