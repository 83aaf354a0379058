"""Orders for services: what a provider was asked for, each under its task's key, at most once.

``OrderBook`` is the provider's side of the general service: a small file of its own, so that a crash of
Wayhome between ordering and recording is answered by asking the book, never by ordering again.
"""

import sqlite3
import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from workers.errors import Unavailable
from workers.running.orders import Order


class OrderBook:
    """Orders in a SQLite file; several processes may use it at once."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, timeout=30, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._file.execute(f"PRAGMA {pragma}")
        with self._file:
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS orders (key TEXT PRIMARY KEY, what TEXT NOT NULL, case_id TEXT NOT NULL, "
                "at TEXT NOT NULL, times INTEGER NOT NULL)"
            )

    def place(self, orders: Sequence[Order]) -> list[str]:
        """Write the orders down in one go; a repeated one is counted and changes nothing else."""
        try:
            with self._lock, self._file:
                self._file.executemany(
                    "INSERT INTO orders VALUES (?, ?, ?, ?, 1) ON CONFLICT (key) DO UPDATE SET times = times + 1",
                    orders,
                )
        except sqlite3.OperationalError as problem:
            raise Unavailable("the order book cannot be written now") from problem
        return [_reference(order.key) for order in orders]

    def find(self, key: str) -> str | None:
        """Return the reference of an order that is in the book."""
        with self._lock:
            row = self._file.execute("SELECT 1 FROM orders WHERE key = ?", (key,)).fetchone()
        return _reference(key) if row else None

    def known(self) -> Collection[str]:
        """Return the keys of all orders in the book."""
        return self.deliveries().keys()

    def deliveries(self) -> dict[str, int]:
        """Return how many things each key was really given: 1, however often it was asked for."""
        with self._lock:
            return dict.fromkeys((key for (key,) in self._file.execute("SELECT key FROM orders")), 1)

    def repeats(self) -> int:
        """Return how many orders came again after they were already in the book."""
        with self._lock:
            return int(self._file.execute("SELECT coalesce(sum(times - 1), 0) FROM orders").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _reference(key: str) -> str:
    return f"order:{key}"
