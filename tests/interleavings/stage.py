"""The stage: transactions run in threads of their own, and each waits before every statement until it is let go.

Who waits for a lock is asked of the database, never guessed from time: PostgreSQL says who blocks whom, and of SQLite a
connection of our own finds out whether anybody writes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from functools import partial
from typing import Any, Final, NamedTuple, Self

import psycopg
from sqlalchemy import event

from events.database import Database

PATIENCE_S: Final = 60.0  # a busy machine takes its time: whoever waits for somebody is asked for, not timed
STEPS_MAX: Final = 400
_LOOK_AGAIN_S: Final = 0.001
_BEGIN: Final = "BEGIN IMMEDIATE"
_EMPTY: Final = "PRAGMA wal_checkpoint(TRUNCATE)"
_BLOCKED: Final = "SELECT cardinality(pg_blocking_pids(%s))"


class Choice(NamedTuple):
    """One step of a run: who could go, who went, and where."""

    could: tuple[str, ...]
    went: str
    statement: str


class Transaction:
    """One of those on the stage: what it does, how far it has come, and what came of it."""

    def __init__(self, name: str, does: Callable[[], Any]) -> None:
        self.name = name
        self.does = does
        self.at = ""  # the statement it waits before
        self.is_waiting = self.may_go = self.is_over = self.is_blocked = False
        self.backend = 0
        self.result: Any = None
        self.problem: BaseException | None = None


class Stage:
    """Runs some transactions once, in an order that is chosen step by step."""

    def __init__(self, database: Database, does: Sequence[Callable[[], Any]]) -> None:
        self._changed = threading.Condition()
        self._database = database
        self._is_free = False  # everybody goes on as they like: the run is over, or went wrong
        self.cast = [Transaction(chr(ord("A") + number), one) for number, one in enumerate(does)]
        self.choices: list[Choice] = []

    def run(self, order: Sequence[str]) -> list[Transaction]:
        """Run to the end: first in this order, then whoever went last goes on for as long as it can."""
        threads = [threading.Thread(target=self._play, args=(one,), daemon=True) for one in self.cast]
        try:
            for one, thread in zip(self.cast, threads, strict=True):
                thread.start()
                self._settle(one)
            while not all(one.is_over for one in self.cast):
                self._step(order)
        finally:
            with self._changed:
                self._is_free = True
                self._changed.notify_all()
            for thread in threads:
                thread.join(PATIENCE_S)
        return self.cast

    def before(self, statement: str, backend: int) -> None:
        """Wait until this thread's transaction is let go; threads that are not on the stage pass."""
        mine = next((one for one in self.cast if one is getattr(_here, "transaction", None)), None)
        if mine is None:
            return
        with self._changed:
            mine.at, mine.backend, mine.is_waiting, mine.is_blocked = statement, backend, True, False
            self._changed.notify_all()
            while not (mine.may_go or self._is_free):
                self._changed.wait(PATIENCE_S)
            mine.is_waiting = mine.may_go = False

    def _play(self, one: Transaction) -> None:
        _here.transaction = one
        try:
            one.result = one.does()
        except BaseException as problem:  # noqa: BLE001 - the scenario judges it
            one.problem = problem
        with self._changed:
            one.is_over, one.is_blocked = True, False
            self._changed.notify_all()

    def _step(self, order: Sequence[str]) -> None:
        could = tuple(one.name for one in self.cast if one.is_waiting and self._would_go(one))
        assert could, f"all of them wait for each other: {[(one.name, one.at[:60]) for one in self.cast]}"
        assert len(self.choices) < STEPS_MAX, "they go round and round"
        number, last = len(self.choices), self.choices[-1].went if self.choices else ""
        wanted = order[number] if number < len(order) else last
        went = wanted if wanted in could else could[0]
        one = next(one for one in self.cast if one.name == went)
        self.choices.append(Choice(could, went, one.at))
        with self._changed:
            one.may_go, one.is_waiting = True, False
            self._changed.notify_all()
        self._settle(one)
        for other in self.cast:
            if other.is_blocked:
                self._settle(other)

    def _settle(self, one: Transaction) -> None:
        """Return once a transaction waits to be let go, is over, or waits for somebody's lock."""
        for _ in range(int(PATIENCE_S / _LOOK_AGAIN_S)):
            with self._changed:
                if one.is_waiting or one.is_over:
                    one.is_blocked = False
                    return
                self._changed.wait(_LOOK_AGAIN_S)
            one.is_blocked = self._is_held_up(one)
            if one.is_blocked:
                return
        raise AssertionError(f"{one.name} neither comes nor waits: {one.at[:60]}")

    def _is_held_up(self, one: Transaction) -> bool:
        """Ask PostgreSQL whether somebody's lock is in its way; SQLite's is asked for before."""
        if self._database.kind == "sqlite" or not one.backend:
            return False
        found = _watcher(self._database).execute(_BLOCKED, (one.backend,)).fetchone()
        return bool(found and found[0])

    def _would_go(self, one: Transaction) -> bool:
        """Tell whether what it waits before can be done now.

        On SQLite whoever begins to write needs the one pen, and whoever empties the journal that nobody reads from it.
        """
        if self._database.kind != "sqlite" or one.at not in (_BEGIN, _EMPTY):
            return True
        with closing(sqlite3.connect(str(self._database.url.database), timeout=0, isolation_level=None)) as pen:
            if one.at == _EMPTY:
                return not pen.execute(_EMPTY).fetchone()[0]
            try:
                pen.execute(_BEGIN)
            except sqlite3.OperationalError:
                return False
            pen.execute("ROLLBACK")
        return True


_here = threading.local()
_watchers: dict[str, Any] = {}
_on_stage: list[Stage] = []


def on_stage(stage: Stage | None) -> None:
    """Let the statements of all services that are watched wait for this stage; none lets them pass."""
    _on_stage[:] = [stage] if stage else []


def watch(database: Database) -> None:
    """Have every statement and commit on a database's connections wait to be let go."""
    for engine in {id(one): one for one in (database._writer, database._reader.engine)}.values():
        if database.kind == "sqlite":
            setattr(engine.dialect, "connect", partial(engine.dialect.connect, factory=_SqliteConnection))  # noqa: B010
        else:
            event.listen(engine, "connect", _as_gated_postgresql)
        engine.dispose()  # what is open already would not wait
        event.listen(engine, "commit", lambda connection: _pass("COMMIT", connection.connection.driver_connection))


def forget_watchers() -> None:
    """Close the connections with which servers were asked."""
    while _watchers:
        _watchers.popitem()[1].close()


def _pass(statement: str, connection: Any) -> None:
    if _on_stage and hasattr(_here, "transaction"):
        backend = connection.info.backend_pid if isinstance(connection, psycopg.Connection) else 0
        _on_stage[0].before(statement, backend)


class _SqliteCursor(sqlite3.Cursor):
    def execute(self, statement: str, parameters: Any = (), /) -> Self:
        _pass(statement, self.connection)
        return super().execute(statement, parameters)

    def executemany(self, statement: str, parameters: Any, /) -> Self:
        _pass(statement, self.connection)
        return super().executemany(statement, parameters)


class _SqliteConnection(sqlite3.Connection):
    def execute(self, statement: str, parameters: Any = (), /) -> Any:
        _pass(statement, self)
        return super().execute(statement, parameters)

    def cursor(self, *_: Any) -> Any:
        return super().cursor(_SqliteCursor)


class _PostgresqlCursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, *more: Any, **how: Any) -> Any:
        _pass(str(query), self.connection)
        return super().execute(query, *more, **how)

    def executemany(self, query: Any, *more: Any, **how: Any) -> None:
        _pass(str(query), self.connection)
        super().executemany(query, *more, **how)


def _as_gated_postgresql(connection: Any, _record: Any) -> None:
    connection.cursor_factory = _PostgresqlCursor
    # The server carries out what is sent together statement by statement, and another's may come between any two.
    connection.pipeline = nullcontext


def _watcher(database: Database) -> Any:
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    if address not in _watchers:
        _watchers[address] = psycopg.connect(address, autocommit=True)
    return _watchers[address]
