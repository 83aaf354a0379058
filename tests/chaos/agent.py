"""The travel agent, a process of its own with a durable book: ``python -m tests.chaos.agent FOLDER``.

What comes again under the same number is the same order. The book tells how often each really was carried out.
"""

import http.client
import json
import sqlite3
import sys
import threading
import time
from collections.abc import Collection, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final

from tests.chaos.habits import LATE_S, Habits
from tests.chaos.place import Place
from workers.errors import OutcomeUnknown, Unavailable
from workers.running.orders import Order

PATIENCE_S: Final = 5.0
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS orders (key TEXT PRIMARY KEY, what TEXT NOT NULL, case_id TEXT NOT NULL, "
    "at TEXT NOT NULL, times INTEGER NOT NULL)"
)
_CALLED_OFF: Final = "DELETE FROM orders WHERE key = ?"
_TAKE: Final = "INSERT INTO orders VALUES (?, ?, ?, ?, 1) ON CONFLICT (key) DO UPDATE SET times = times + 1"


class Book:
    """The agent's book of orders, in a file that outlives the agent."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, timeout=30, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=FULL")
        with self._file:
            self._file.execute(_TABLE)

    def take(self, orders: Sequence[Sequence[str]]) -> None:
        """Write orders down, durably, each once under its key."""
        with self._lock, self._file:
            self._file.executemany(_TAKE, orders)

    def call_off(self, key: str) -> None:
        """Forget an order, as somebody said on the telephone."""
        with self._lock, self._file:
            self._file.execute(_CALLED_OFF, (key,))

    def knows(self, key: str) -> bool:
        """Tell whether an order came under this key."""
        with self._lock:
            return self._file.execute("SELECT 1 FROM orders WHERE key = ?", (key,)).fetchone() is not None

    def all(self) -> list[Order]:
        """Return every order that is carried out."""
        with self._lock:
            rows = self._file.execute("SELECT key, what, case_id, at FROM orders ORDER BY key").fetchall()
        return [Order(*row) for row in rows]


def book_of(place: Place) -> Book:
    """Return the book of a run."""
    return Book(place.ledgers / "agent.sqlite")


class Desk(BaseHTTPRequestHandler):
    """Takes orders and answers questions, in its own way."""

    book: ClassVar[Book]
    habits: ClassVar[Habits]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        orders = json.loads(self.rfile.read(int(self.headers["content-length"])))
        what = self.habits.at("order", orders[0][0])
        if what == "late":
            time.sleep(LATE_S)
        if what in ("away", "silent"):
            self._end(503 if what == "away" else None)
            return
        self.book.take(orders)
        self._end({"silent_done": None, "error_done": 500}.get(what, 200), {"taken": len(orders)})

    def do_GET(self) -> None:
        key = self.path.rpartition("/")[2]
        if not key:
            self._end(200, {"keys": [one.key for one in self.book.all()]})
        elif self.habits.at("question", key) == "away":
            self._end(503)
        else:
            self._end(200, {"known": self.book.knows(key)})

    def log_message(self, *_said: Any) -> None:
        """Say nothing: thousands of orders come."""

    def _end(self, status: int | None, told: Any = None) -> None:
        """Answer; without a status the line is cut instead."""
        if status is None:
            self.close_connection = True
            self.connection.close()
            return
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class RemoteAgent:
    """The agent as workers reach it."""

    def __init__(self, host: str, port: int) -> None:
        self._where = (host, port)

    def place(self, orders: Sequence[Order]) -> list[str]:
        """Return a reference for each order; raises Unavailable or OutcomeUnknown."""
        self._ask("POST", "/orders", json.dumps(orders))
        return [f"order:{order.key}" for order in orders]

    def find(self, key: str) -> str | None:
        """Return the reference of an order that came; raises Unavailable."""
        return f"order:{key}" if self._asked(f"/orders/{key}")["known"] else None

    def known(self) -> Collection[str]:
        """Return the keys of all orders."""
        keys: list[str] = self._asked("/orders/")["keys"]
        return keys

    def _asked(self, path: str) -> Any:
        try:
            return self._ask("GET", path)
        except OutcomeUnknown as cut_off:
            raise Unavailable("nobody answered the question") from cut_off

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        line = http.client.HTTPConnection(*self._where, timeout=PATIENCE_S)
        try:
            try:
                line.connect()
            except OSError as away:
                raise Unavailable("the agent is not there") from away
            try:
                line.request(method, path, body)
                answer = line.getresponse()
                said = answer.read()
            except (OSError, http.client.HTTPException) as cut_off:
                raise OutcomeUnknown("cut off before the answer") from cut_off
            if answer.status != 200:
                raise Unavailable(f"the agent says {answer.status}")
            return json.loads(said)
        finally:
            line.close()


def main(folder: Path) -> None:
    """Take orders until told to stop."""
    place = Place.read(folder)
    Desk.book, Desk.habits = book_of(place), Habits(place.seed, place.calm)
    ThreadingHTTPServer((place.outside, place.agent_port), Desk).serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
