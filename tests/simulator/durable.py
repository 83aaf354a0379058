"""Where something becomes durable: every commit of every database, and every file that is brought to the disk.

A crash before one of these places loses it and a crash after one keeps it; between two of them nothing changes that a
crash could tell apart. So these places, and the calls to the outside, are all the moments at which to crash.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import pytest
from sqlalchemy import URL, Dialect, Engine, create_engine

from console import container
from events import database
from events.catalogue import Fact
from events.envelope import RecordedEvent
from events.facts import catalogue
from handlers.commanding import held_streams
from handlers.states import case_reader
from handlers.states.state_cache import VersionedState, fold_events

PASS: Callable[[str, bool], None] = lambda _kind, _after: None  # noqa: E731 - a value: nobody watches


class Watch:
    """Whom the databases and files of this process tell, before and after each place; nobody unless set."""

    def __init__(self) -> None:
        self.passed = PASS
        self.written = 0  # grows with each commit that changed something, and with each database that is opened
        self.open: set[WatchedConnection] = set()

    def somebody_writes(self) -> bool:
        """Tell whether a write is under way, behind which every other process would have to wait."""
        return any(one.in_transaction and not one.only_reads for one in self.open)


WATCH = Watch()


class WatchedConnection(sqlite3.Connection):
    """SQLite's own connection, which tells when it is about to make something durable."""

    only_reads = False

    def __init__(self, *how: Any, **named: Any) -> None:
        super().__init__(*how, **named)
        self._seen = 0
        WATCH.open.add(self)
        WATCH.written += 1

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement; of those the products says to the connection itself only this one matters here."""
        self.only_reads = self.only_reads or statement == "PRAGMA query_only=ON"
        return super().execute(statement, *values)

    def commit(self) -> None:
        """Commit; where something was changed, the places before and after are told."""
        changes = self.in_transaction and self.total_changes != self._seen
        if changes:
            WATCH.passed("commit", False)
        super().commit()
        self._seen = self.total_changes
        if changes:
            WATCH.written += 1
            WATCH.passed("commit", True)

    def close(self) -> None:
        """Let go."""
        WATCH.open.discard(self)
        super().close()


# What is the same in every process and dear to make is made once here, where processes begin anew every second.
_CATALOGUE: Final = cache(catalogue)
_COMPILED: Final = dict[Any, Any]()


@cache
def _dialect() -> Dialect:
    return create_engine("sqlite://").dialect


def _engine(url: URL, pool: int, made: Callable[..., Engine] = database._sqlite, **how: bool) -> Engine:
    """Return an engine that speaks as all others do, so that no statement is put into SQL twice."""
    engine = made(url, pool, **how)
    engine.dialect = engine.pool._dialect = _dialect()
    engine._compiled_cache = _COMPILED
    return engine


class _KnownFolds:
    """What processes read off streams: who begins anew folds what is new since somebody did, not all of it again.

    A leaf holds the one before, so the leaf of an event vouches for all before it. What was altered under leaves that
    stayed the same is the checks' to find: they fold the whole log for themselves.
    """

    def __init__(self) -> None:
        self._known: dict[str, VersionedState] = {}

    def fold(
        self,
        stream: str,
        events: Sequence[RecordedEvent],
        fact_of: Callable[[RecordedEvent], Fact],
        start: VersionedState,
    ) -> VersionedState:
        """Return the state after these events, as ``fold_events`` does."""
        if start.version >= 0:
            return fold_events(stream, events, fact_of, start)
        known = self._known.get(stream, start)
        goes_on = 0 <= known.version < len(events) and events[known.version].leaf == known.leaf
        begin, new = (known, events[known.version + 1 :]) if goes_on else (start, events)
        found = self._known[stream] = fold_events(stream, new, fact_of, begin)
        return found


@contextmanager
def watched() -> Iterator[Watch]:
    """Let all databases and files that are opened from now on tell the watch; the disk itself is spared its syncs."""
    opened = sqlite3.connect

    def connect(*where: Any, **how: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = opened(*where, **{"factory": WatchedConnection} | how)
        return connection

    def sync(_handle: int) -> None:
        WATCH.passed("file", False)
        WATCH.passed("file", True)

    folds = _KnownFolds()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect)
        patch.setattr(sqlite3.dbapi2, "connect", connect)
        patch.setattr(os, "fsync", sync)
        patch.setattr(container, "catalogue", _CATALOGUE)
        patch.setattr(database, "_sqlite", _engine)
        for module in (held_streams, case_reader):
            patch.setattr(module, "fold_events", folds.fold)
        try:
            yield WATCH
        finally:
            WATCH.passed = PASS
            WATCH.open.clear()  # what nobody closed is closed when nobody holds it
