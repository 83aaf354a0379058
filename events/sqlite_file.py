"""How every SQLite file of ours is opened: by a writer that lets readers go on, and never half written."""

import sqlite3
import time
from typing import Final

LOCKED_TRIES_MAX: Final = 200
PAUSE_SECONDS: Final = 0.02


def make_durable(file: sqlite3.Connection) -> None:
    """Write ahead and wait for the disk at each commit; raises sqlite3.Error when the file is none or closed to us.

    The first to open a new file switches it over. SQLite's own time-out does not cover that moment, so whoever
    comes second waits here.
    """
    for left in reversed(range(LOCKED_TRIES_MAX)):
        try:
            file.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or not left:
                raise
            time.sleep(PAUSE_SECONDS)
    file.execute("PRAGMA synchronous=FULL")
