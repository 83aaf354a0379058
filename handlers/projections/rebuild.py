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
from handlers.projections.notices import DRAWN, mark_read
from handlers.projections.person_search import follow_tokens, is_drawn_by_older_rules, search_key, token_rows
from handlers.projections.replay import Progress, Replay, Row, events_on
from handlers.projections.tables import (
    accounts,
    beds,
    beds_in_use,
    bell_reads,
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
# In the order in which a turn writes them, so that neither waits for the other for ever.
LOCKED: Final = (
    name_tokens, case_board, work_items, case_alerts, case_relations, case_handles, notices, accounts, beds_in_use,
    beds,
)  # fmt: skip
_INSERTS = {table: InsertRows(table) for table in LOCKED}


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
        _draw_board(log)
    return older_rules or old or without_columns


def _draw_board(log: Log) -> None:
    """Draw the board, what people are called, who is in danger and what is asked of whom; nobody's name is opened."""
    replay = Replay(log)
    with log.database.reading() as connection:
        for event in events_on(log, connection):
            replay.take(event)
    with log.database.writing() as connection:
        hold_off_writers(connection, (case_board, case_alerts, case_handles))
        for event in events_on(log, connection, after=replay.position):
            replay.take(event)
        drawn = ((case_board, replay.board()), (case_alerts, replay.alerts()), (case_handles, replay.handles()))
        for table, rows in drawn:
            connection.execute(delete(table))
            _fill(connection, table, rows.values())


def _is_never_drawn(connection: Connection, column: ColumnElement[str]) -> bool:
    """Tell whether no row of the board has what a migration added.

    One row among drawn ones is damage, for `verify` to find: it is not mended in passing.
    """
    case_id = case_board.c.case_id
    if connection.execute(select(case_id).where(column == "").limit(1)).first() is None:
        return False
    return connection.execute(select(case_id).where(column > "").limit(1)).first() is None


def draw_notices_once(log: Log) -> bool:
    """Draw what each account was told in a log of an older Wayhome, as read by now; tell whether that was needed."""
    with log.database.reading() as connection:
        if connection.execute(select(bell_reads.c.account).where(bell_reads.c.account == DRAWN)).first() is not None:
            return False
    replay = Replay(log)
    with log.database.writing() as connection:
        hold_off_writers(connection)
        for event in events_on(log, connection):
            replay.take(event)
        rows = replay.notices().values()
        connection.execute(delete(notices))
        _fill(connection, notices, rows)
        for account in sorted({DRAWN, *(row["account"] for row in rows)}):
            mark_read(connection, account, log.now())
    return True


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


def hold_off_writers(connection: Connection, tables: Iterable[Table] = LOCKED) -> None:
    """Wait for writes in progress and stop new ones; SQLite has one writer and we are it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(table.name for table in tables)} IN EXCLUSIVE MODE")


def _written(connection: Connection, replay: Replay, tokens: Mapping[Any, Row]) -> Rebuilt:
    board, items = replay.board(), replay.items()
    there, used = replay.beds()
    for table in (
        beds_in_use, beds, work_items, case_alerts, case_relations, case_handles, name_tokens, case_board, notices,
        accounts,
    ):  # fmt: skip
        connection.execute(delete(table))
    _fill(connection, case_board, board.values())
    _fill(connection, work_items, items.values())
    _fill(connection, case_alerts, replay.alerts().values())
    _fill(connection, beds, there.values())
    _fill(connection, beds_in_use, used.values())
    _fill(connection, accounts, replay.accounts().values())
    _fill(connection, case_relations, replay.relations().values())
    _fill(connection, notices, replay.notices().values())
    _fill(connection, case_handles, replay.handles().values())
    _fill(connection, name_tokens, tokens.values())
    return Rebuilt(len(board), len(items), replay.position)


def _fill(connection: Connection, table: Table, rows: Collection[Row]) -> None:
    waiting = list(rows)
    for start in range(0, len(waiting), _AT_ONCE):
        _INSERTS[table].run(connection, waiting[start : start + _AT_ONCE])
