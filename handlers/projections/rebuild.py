"""Repairs damaged read models: board, work list, relations, notices, beds, accounts, and by what people are found.

Tasks and timers are not read models: they hold what only the queue knows, and are compared, never rewritten.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select

from events.batch import InsertRows
from events.envelope import RecordedEvent
from events.facts.corrections import IdentityCorrected
from events.facts.intake import CaseOpened
from events.ids import case_of_stream
from events.log import Log
from events.receipts import Receipt
from handlers.projections.person_search import follow_tokens, is_drawn_by_older_rules, search_key, token_rows
from handlers.projections.read_models import READ_MODELS, Rows, open_rows
from handlers.projections.replay import Progress, Replay, Row, events_on
from handlers.projections.tables import (
    board_counts,
    case_alerts,
    case_board,
    case_handles,
    case_relations,
    looks,
    name_tokens,
    notices,
    work_items,
)
from handlers.queries.receipts import EVERY_CASE, REBUILDING, SEARCH_TOKENS, RecordedRebuild

_AT_ONCE = 1000
_SAY_WHO: Final = ("CaseOpened", "IdentityCorrected")
# Where migrations added what the log tells.
_WITHOUT_NAMES: Final = (case_board, case_alerts, case_handles, notices, board_counts)
_INSERTS = {table: InsertRows(table) for table in READ_MODELS}


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
    replay, tokens, receipt = Replay(log), dict[Any, Row](), record_tokens_drawn(log)
    with log.database.reading() as connection:
        _catch_up(log, connection, replay, tokens, receipt, progress)
    with log.database.writing() as connection:
        hold_off_writers(connection)
        _catch_up(log, connection, replay, tokens, receipt, None)
        return _written(connection, replay, tokens)


def rebuild_if_new(log: Log) -> bool:
    """Draw the read models once for a database that an older Wayhome made, and tell whether that was needed."""
    with log.database.reading() as connection:
        ends = select(case_relations.c.case_id).where(case_relations.c.relation == "partner")
        if connection.execute(ends.where(case_relations.c.until == "").limit(1)).first() is not None:
            rebuild(log)  # migration 0008 forgot until when: it used to be told by another clock
            return True
        older_rules = is_drawn_by_older_rules(connection)
        old = _is_never_drawn(connection, case_board.c.office)
        without_columns = any(_is_never_drawn(connection, one) for one in (case_board.c.handle, case_board.c.risk))
    if older_rules or old:
        rebuild(log)
    elif without_columns:
        _draw_without_names(log)
    return older_rules or old or without_columns


def _draw_without_names(log: Log) -> None:
    """Draw the board, what people are called, who is in danger and who is told of what; nobody's name is opened."""
    replay = Replay(log)
    with log.database.reading() as connection:
        for event in events_on(log, connection):
            replay.take(event)
    with log.database.writing() as connection:
        hold_off_writers(connection, _WITHOUT_NAMES)
        for event in events_on(log, connection, after=replay.position):
            replay.take(event)
        rows = open_rows(replay)
        _put_in_place(connection, {table: rows[table] for table in _WITHOUT_NAMES})


def _is_never_drawn(connection: Connection, column: ColumnElement[str]) -> bool:
    """Tell whether no row of the board has what a migration added.

    One row among drawn ones is damage, for `verify` to find: it is not mended in passing.
    """
    case_id = case_board.c.case_id
    if connection.execute(select(case_id).where(column == "").limit(1)).first() is None:
        return False
    return connection.execute(select(case_id).where(column > "").limit(1)).first() is None


def record_tokens_drawn(log: Log) -> RecordedRebuild:
    """Record that names are opened to draw search tokens of, before any is; so every case's own record stays short."""
    row = {"account": REBUILDING, "at": log.now(), "case_id": EVERY_CASE, "page": SEARCH_TOKENS, "session": ""}
    with log.database.writing() as connection:
        statement = insert(looks).values(row | {"listed": True, "refused": False, "stops": False, "proof": ""})
        if connection.execute(select(looks.c.at).filter_by(**row)).first() is None:
            connection.execute(statement)
    return RecordedRebuild(row["at"])


def _catch_up(
    log: Log,
    connection: Connection,
    replay: Replay,
    tokens: dict[Any, Row],
    receipt: Receipt,
    progress: Progress | None,
) -> None:
    key = search_key(log.keys)
    for event in events_on(log, connection, after=replay.position, progress=progress):
        replay.take(event)
        draw_tokens(tokens, log, event, key, receipt)


def draw_tokens(tokens: dict[Any, Row], log: Log, event: RecordedEvent, key: bytes, receipt: Receipt) -> None:
    """Bring the search tokens up to an event; most change nothing.

    Opened for nobody to read: what comes out are keyed hashes. Of whom the key is gone, none are made.
    """
    if event.envelope.type not in _SAY_WHO:
        return
    said, case_id = log.opened(event, ("identity", "contact"), receipt), case_of_stream(event.envelope.stream)
    if isinstance(said, CaseOpened | IdentityCorrected) and case_id is not None:
        follow_tokens(tokens, case_id, said, token_rows(key, case_id, said))


def hold_off_writers(connection: Connection, tables: Iterable[Table] = READ_MODELS) -> None:
    """Wait for writes in progress and stop new ones; SQLite has one writer and we are it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(table.name for table in tables)} IN EXCLUSIVE MODE")


def _written(connection: Connection, replay: Replay, tokens: Mapping[Any, Row]) -> Rebuilt:
    rows = {**open_rows(replay), name_tokens: tokens}
    _put_in_place(connection, rows)
    return Rebuilt(len(rows[case_board]), len(rows[work_items]), replay.position)


def _put_in_place(connection: Connection, rows: Rows) -> None:
    """Put rows in place of everything that lies in their tables."""
    tables = [table for table in READ_MODELS if table in rows]
    for table in tables:
        connection.execute(delete(table))
    for table in reversed(tables):
        _fill(connection, table, rows[table].values())


def _fill(connection: Connection, table: Table, rows: Collection[Row]) -> None:
    waiting = list(rows)
    for start in range(0, len(waiting), _AT_ONCE):
        _INSERTS[table].run(connection, waiting[start : start + _AT_ONCE])
