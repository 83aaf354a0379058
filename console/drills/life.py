"""A small programme lived through for a drill, by real commands and workers, and copies of each evening."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from console.container import Container
from console.settings import Settings
from console.simulation.year import Rehearsal, Year
from events.noted_heads import NotedHead
from events.tables import events, log_head
from events.verify import LogProof, verify_on
from events.world import ManualClock, SeededEntropy
from handlers.projections.rebuild import rebuild
from workflow.programme.loading import load_definition, shipped_programme_text

ARRIVALS: Final = 3
DAYS_MAX: Final = 60
SMALL: Final = 330  # events; a larger log is not tampered with, it would only take longer
REPAIRED_EVERY: Final = 10  # evenings: what is drawn anew from the log is no change of it
_END: Final = log_head.select().with_only_columns(log_head.c.size, log_head.c.place)
_LEAF: Final = events.select().with_only_columns(events.c.leaf)


class Snapshot(NamedTuple):
    """A log as it was one evening, with the heads noted so far."""

    data: bytes
    size: int
    heads: tuple[NotedHead, ...]


class Life:
    """A programme of a few people, lived through day by day with real commands and workers."""

    def __init__(self, folder: Path, seed: int) -> None:
        text = shipped_programme_text("moscow")
        start = datetime.combine(load_definition(text).programme.runs.since, datetime.min.time(), UTC)
        clock = ManualClock(start)
        self._container = Container(Settings(data=folder), create=True, clock=clock, chance=SeededEntropy(seed))
        self._year = Year(ARRIVALS, DAYS_MAX, seed)
        self._rehearsal = Rehearsal(self._container, clock, self._container.publish(text, "staff:operator"), self._year)
        self._engine = create_engine("sqlite://", poolclass=StaticPool)
        self._heads: list[NotedHead] = []
        self.codes = self._container.log.codes

    def lived(self, most: int, told: Callable[[int], None]) -> tuple[tuple[int, int], list[Snapshot]]:
        """Live, and verify each evening that something had happened; return how many, how many alarms, and evenings."""
        evenings: list[Snapshot] = []
        looked = alarms = 0

        def evening(_now: datetime, _people: int) -> None:
            nonlocal looked, alarms
            snapshot = self._snapshot()
            if not looked % REPAIRED_EVERY:
                rebuild(self._container.log)
            if looked < most:
                with self.copy(snapshot) as connection:
                    alarms += not self.proved(connection, snapshot.heads).ok
                looked += 1
                told(looked)
            if snapshot.size <= SMALL and (not evenings or evenings[-1].size < snapshot.size):
                evenings.append(snapshot)

        self._rehearsal.run(evening)
        return (looked, alarms), evenings

    def _snapshot(self) -> Snapshot:
        with self._container.database.reading() as connection:
            size, place = connection.execute(_END).one()
            if not self._heads or self._heads[-1].size < size:
                leaf = connection.execute(_LEAF.where(events.c.position == size - 1)).scalar_one()
                self._heads.append(NotedHead(size, bytes(leaf), bytes(place)))
            return Snapshot(_bytes_of(connection), size, tuple(self._heads))

    @contextmanager
    def copy(self, snapshot: Snapshot) -> Iterator[Connection]:
        """Lend a copy of an evening's log in memory, without the triggers that keep it from being changed."""
        self.put_back(snapshot)
        with self._engine.connect() as connection:
            yield connection
            connection.rollback()

    def put_back(self, snapshot: Snapshot) -> None:
        """Let the copy in memory be that of another evening."""
        raw = self._engine.raw_connection()
        assert isinstance(raw.driver_connection, sqlite3.Connection)
        raw.driver_connection.rollback()
        raw.driver_connection.deserialize(snapshot.data)
        raw.close()

    def proved(self, connection: Connection, heads: tuple[NotedHead, ...]) -> LogProof:
        """Return what `wayhome verify` says, held to what was noted."""
        log = self._container.log
        return verify_on(connection, log.catalogue, keys=log.keys, held_to=heads)

    def close(self) -> None:
        """Let go of everything."""
        self._engine.dispose()
        self._container.close()


def _bytes_of(connection: Connection) -> bytes:
    """Return a SQLite database as bytes that may be opened in memory, with its triggers gone."""
    source = connection.connection.driver_connection
    assert isinstance(source, sqlite3.Connection)
    copy = sqlite3.connect(":memory:")
    try:
        source.backup(copy)
        for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f"DROP TRIGGER {name}")
        copy.commit()
        data = bytearray(copy.serialize())
    finally:
        copy.close()
    data[18:20] = b"\x01\x01"  # no write-ahead log: there is no file beside one in memory
    return bytes(data)
