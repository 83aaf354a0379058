"""What the rig must notice: ways to lose what was acknowledged, each by leaving out one thing that we rely on."""

import os
import sqlite3
import threading
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from typing import Any, Final

from events import database
from events.database import Database
from events.writing import Writing
from handlers.projections import tasks as task_rows
from handlers.projections.tables import tasks


def _without_sync_of(name: str) -> Callable[[Database], None]:
    """Return how to let one SQLite file be written without waiting for the disk."""
    durable = database.make_durable

    def hasty(file: sqlite3.Connection) -> None:
        durable(file)
        if file.execute("PRAGMA database_list").fetchone()[2].endswith(name):
            file.execute("PRAGMA synchronous=OFF")

    def sabotage(_: Database) -> None:
        database.make_durable = hasty

    return sabotage


def _without_file_sync(_: Database) -> None:
    setattr(os, "fsync", lambda _handle: None)  # noqa: B010 - SQLite has its own


def _without_outbox(office: Database) -> None:
    """Carry new tasks in a queue of the process, stored some moments after the command was answered."""
    queue: SimpleQueue[Any] = SimpleQueue()
    stored = task_rows.TaskRows.store

    def store(self: task_rows.TaskRows, writing: Writing) -> None:
        made, self._made[tasks] = self._made[tasks], {}
        stored(self, writing)
        for row in made.values():
            queue.put(row)

    def carry() -> None:
        pause = threading.Event()
        while row := queue.get():
            pause.wait(2.0)
            with office.writing() as connection:
                connection.execute(tasks.insert().values(**row))

    task_rows.TaskRows.store = store  # type: ignore[method-assign]
    threading.Thread(target=carry, daemon=True).start()


IN_THE_WRITER: Final[Mapping[str, Callable[[Database], None]]] = {
    "log-fsync": _without_sync_of("log.sqlite"),
    "key-fsync": _without_sync_of("keys.sqlite"),
    "file-fsync": _without_file_sync,
    "outbox": _without_outbox,
}
ON_THE_SERVER: Final[Mapping[str, Mapping[str, str]]] = {
    "fsync": {"fsync": "off"},
    "synchronous-commit": {"synchronous_commit": "off"},
}
CONTROLS: Final[Mapping[str, tuple[str, ...]]] = {
    "sqlite": ("log-fsync", "key-fsync", "file-fsync", "outbox"),
    "postgresql": ("fsync", "synchronous-commit", "key-fsync", "file-fsync", "outbox"),
}
