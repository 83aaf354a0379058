"""Repairs damaged read models: the case board, the work list and the beds are written again from the log.

Tasks and timers are not read models: they hold what only the queue knows, and are compared, never rewritten.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete

from events.batch import Rows
from events.log import Log
from handlers.beds import INSERT_BEDS, INSERT_USES
from handlers.replay import Progress, Replay, pages_of
from handlers.tables import beds, beds_in_use, case_board, work_items

_BOARD = Rows(case_board)
_ITEMS = Rows(work_items)
_AT_ONCE = 1000


class Rebuilt(NamedTuple):
    """How much was written, and up to which position of the log."""

    cases: int
    items: int
    position: int


def rebuild(log: Log, progress: Progress | None = None) -> Rebuilt:
    """Empty the read models and fill them from the log, in one transaction; repeating it changes nothing.

    Most of the log is folded before anybody has to wait; only what was added meanwhile is folded while
    writers are held off. Readers see the old read models until the new ones are complete.
    """
    replay = Replay(log)
    with log.database.reading() as connection:
        _catch_up(log, connection, replay, progress)
    with log.database.writing() as connection:
        _hold_off_writers(connection)
        _catch_up(log, connection, replay, None)
        return _written(connection, replay)


def _catch_up(log: Log, connection: Connection, replay: Replay, progress: Progress | None) -> None:
    for event in chain.from_iterable(pages_of(log, connection, after=replay.position, progress=progress)):
        replay.take(event)


def _hold_off_writers(connection: Connection) -> None:
    """Wait for writes in progress and stop new ones; SQLite has one writer and we are it."""
    if connection.dialect.name == "postgresql":
        # In the order in which a turn writes them, so that neither waits for the other for ever.
        connection.exec_driver_sql("LOCK TABLE case_board, work_items, beds_in_use, beds IN EXCLUSIVE MODE")


def _written(connection: Connection, replay: Replay) -> Rebuilt:
    board, items = replay.board(), replay.items()
    there, used = replay.beds()
    connection.execute(delete(beds_in_use))
    connection.execute(delete(beds))
    connection.execute(delete(work_items))
    connection.execute(delete(case_board))
    _fill(connection, _BOARD, board.values())
    _fill(connection, _ITEMS, items.values())
    _fill(connection, INSERT_BEDS, there.values())
    _fill(connection, INSERT_USES, used.values())
    return Rebuilt(len(board), len(items), replay.position)


def _fill(connection: Connection, statement: Rows, rows: Collection[dict[str, Any]]) -> None:
    waiting = list(rows)
    for start in range(0, len(waiting), _AT_ONCE):
        statement.run(connection, waiting[start : start + _AT_ONCE])
