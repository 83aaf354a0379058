"""Repairs damaged read models: board, work list, relations, notices, beds, accounts, and by what people are found.

Tasks and timers are not read models: they hold what only the queue knows, and are compared, never rewritten.
"""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select

from events.batch import InsertRows
from events.envelope import RecordedEvent
from events.facts.intake import CaseOpened
from events.log import Log
from events.receipts import Receipt
from handlers.projections.notices import DRAWN, mark_read
from handlers.projections.person_search import search_key, token_rows
from handlers.projections.replay import Progress, Replay, Row, events_on
from handlers.projections.tables import (
    accounts,
    beds,
    beds_in_use,
    bell_reads,
    case_board,
    case_relations,
    looks,
    name_tokens,
    notices,
    work_items,
)
from handlers.queries.receipts import EVERY_CASE, REBUILDING, SEARCH_TOKENS, RecordedRebuild

_AT_ONCE = 1000
# In the order in which a turn writes them, so that neither waits for the other for ever.
LOCKED: Final = (name_tokens, case_board, work_items, case_relations, notices, accounts, beds_in_use, beds)
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
    replay, tokens, receipt = Replay(log), list[Row](), record_tokens_drawn(log)
    with log.database.reading() as connection:
        _catch_up(log, connection, replay, tokens, receipt, progress)
    with log.database.writing() as connection:
        hold_off_writers(connection)
        _catch_up(log, connection, replay, tokens, receipt, None)
        return _written(connection, replay, tokens)


def rebuild_if_new(log: Log) -> bool:
    """Draw the read models once for a database that an older Wayhome made, and tell whether that was needed."""
    case_id, office = case_board.c.case_id, case_board.c.office
    with log.database.reading() as connection:
        ends = select(case_relations.c.case_id).where(case_relations.c.relation == "partner")
        if connection.execute(ends.where(case_relations.c.until == "").limit(1)).first() is not None:
            rebuild(log)  # migration 0008 forgot until when: it used to be told by another clock
            return True
        old = connection.execute(select(case_id).where(office == "").limit(1)).first() is not None
        # One row among drawn ones is damage, for `verify` to find: it is not mended in passing.
        drawn = old and connection.execute(select(case_id).where(office > "").limit(1)).first() is not None
    if old and not drawn:
        rebuild(log)
    return old and not drawn


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
    log: Log, connection: Connection, replay: Replay, tokens: list[Row], receipt: Receipt, progress: Progress | None
) -> None:
    key = search_key(log.keys)
    for event in events_on(log, connection, after=replay.position, progress=progress):
        replay.take(event)
        tokens += tokens_of(log, event, key, receipt)


def tokens_of(log: Log, event: RecordedEvent, key: bytes, receipt: Receipt) -> list[Row]:
    """Return the search tokens of an event; most have none.

    Opened for nobody to read: what comes out are keyed hashes. Of whom the key is gone, none are made.
    """
    if event.envelope.type != "CaseOpened" or not event.envelope.sealed:
        return []
    opened = log.opened(event, ("identity", "contact"), receipt)
    return token_rows(key, opened) if isinstance(opened, CaseOpened) else []


def hold_off_writers(connection: Connection, tables: Iterable[Table] = LOCKED) -> None:
    """Wait for writes in progress and stop new ones; SQLite has one writer and we are it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(table.name for table in tables)} IN EXCLUSIVE MODE")


def _written(connection: Connection, replay: Replay, tokens: list[Row]) -> Rebuilt:
    board, items = replay.board(), replay.items()
    there, used = replay.beds()
    for table in (beds_in_use, beds, work_items, case_relations, name_tokens, case_board, notices, accounts):
        connection.execute(delete(table))
    _fill(connection, case_board, board.values())
    _fill(connection, work_items, items.values())
    _fill(connection, beds, there.values())
    _fill(connection, beds_in_use, used.values())
    _fill(connection, accounts, replay.accounts().values())
    _fill(connection, case_relations, replay.relations().values())
    _fill(connection, notices, replay.notices().values())
    _fill(connection, name_tokens, tokens)
    return Rebuilt(len(board), len(items), replay.position)


def _fill(connection: Connection, table: Table, rows: Collection[Row]) -> None:
    waiting = list(rows)
    for start in range(0, len(waiting), _AT_ONCE):
        _INSERTS[table].run(connection, waiting[start : start + _AT_ONCE])
