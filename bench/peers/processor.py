"""What a command takes of the processor in PostgreSQL: unlike the clock it says little about the neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psycopg

_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class Backends:
    """The processes that serve a database, as far as they run on this machine."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def seconds(self) -> dict[int, float]:
        """Return for each backend how long it has had a processor, to the nanosecond."""
        pids = [int(row[0]) for row in self._connection.execute(_BACKENDS)]
        found = {}
        for pid in pids:
            with suppress(OSError):
                found[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
        return found

    def since(self, before: Mapping[int, float]) -> float:
        """Return how long they have had one since then; those that came meanwhile count from birth."""
        return sum(seconds - before.get(pid, 0.0) for pid, seconds in self.seconds().items())

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()
