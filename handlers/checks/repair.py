"""Makes everything beside the log say again what the log says; of the log itself nothing is ever repaired.

Read models are put back row by row. Tasks and timers are truth about work to do, so they are put back only as far as
the log knows them: what is done stays done, what nobody knows stays unknown, and a task of which nobody can tell any
more whether a worker had begun it goes the way of a worker that never came back (it is asked about, or tried again
under the same key).
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, update

from events.facts.office import TablesRepaired
from events.ids import LOG_REPAIRS
from events.log import Log
from events.writing import EventMetadata, Writing
from handlers.checks.derived_rows import (
    COMPARED,
    RowDifference,
    columns_of,
    differences,
    implied_rows,
    key_text,
    keyed,
    stored_rows,
)
from handlers.projections.person_search import search_key
from handlers.projections.read_models import READ_MODELS, Rows
from handlers.projections.rebuild import draw_tokens, hold_off_writers, record_tokens_drawn
from handlers.projections.replay import Progress, Replay, Row, events_on
from handlers.projections.tables import beds_in_use, name_tokens, tasks, timers

REPAIRED: Final = (*COMPARED, name_tokens)
_NOBODY: Final = "nobody:repaired"  # whose lease on a task is over


class Derived:
    """What the log implies for every table, as far as it has been read."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._receipt = record_tokens_drawn(log)
        self._replay = Replay(log)
        self._tokens: dict[Any, Row] = {}

    def catch_up(self, connection: Connection, progress: Progress | None = None) -> None:
        """Fold what this connection sees and was not folded yet."""
        key = search_key(self._log.keys)
        for event in events_on(self._log, connection, after=self._replay.position, progress=progress):
            self._replay.take(event)
            draw_tokens(self._tokens, self._log, event, key, self._receipt)

    def rows(self) -> Rows:
        """Return the rows by table and key."""
        return {**implied_rows(self._replay), name_tokens: self._tokens}

    def different(self, connection: Connection) -> list[RowDifference]:
        """Return what lies in the tables and is not what the log implies."""
        implied, stored = self.rows(), stored_rows(connection, REPAIRED)
        return [one for table in REPAIRED for one in differences(table, implied[table], stored[table])]


def differences_now(log: Log, progress: Progress | None = None) -> list[RowDifference]:
    """Return every value beside the log that the log does not imply, from one state of the database."""
    derived = Derived(log)
    with log.database.reading() as connection:
        derived.catch_up(connection, progress)
        return derived.different(connection)


def repair(log: Log, actor: str, command_id: UUID, progress: Progress | None = None) -> list[RowDifference]:
    """Put right whatever is different, in one transaction, and record who did it; return what was different.

    Nothing to do changes nothing and records nothing. Most of the log is folded before anybody has to wait. To be
    called for a log that was verified: what a forger put into it must not be drawn into the tables as well.
    """
    derived = Derived(log)
    with log.database.reading() as connection:
        derived.catch_up(connection, progress)
    with log.writing() as writing:
        hold_off_writers(writing.connection, (tasks, timers, *READ_MODELS))
        derived.catch_up(writing.connection)
        found = derived.different(writing.connection)
        if found:
            put_right(writing.connection, derived.rows(), found, log.now())
            _record(writing, actor, command_id, TablesRepaired(rows=_counted(found)))
    return found


def put_right(connection: Connection, implied: Rows, found: Iterable[RowDifference], now: str) -> None:
    """Make the rows that differ what the log implies."""
    keys = {table: {one.key for one in found if one.table == table.name} for table in REPAIRED}
    for table in (tasks, timers):
        _put_work_right(connection, table, implied, keys[table], now)
    for table in READ_MODELS:
        stored = keyed(table, stored_rows(connection, [table])[table])
        for key in [key for key in stored if key_text(key) in keys[table]]:
            # Nobody has two beds, even for a moment.
            if table is beds_in_use or key not in implied[table]:
                connection.execute(delete(table).where(*_is(table, key)))
    for table in reversed(READ_MODELS):
        stored = keyed(table, stored_rows(connection, [table])[table])
        for key in [key for key in implied[table] if key_text(key) in keys[table]]:
            here, row = _is(table, key), implied[table][key]
            connection.execute(update(table).where(*here).values(row) if key in stored else insert(table).values(row))


def _put_work_right(connection: Connection, table: Table, implied: Rows, keys: set[str], now: str) -> None:
    stored = keyed(table, stored_rows(connection, [table])[table])
    for key in sorted(keys):
        row, said = stored.get(key), implied[table].get(key)
        if said is None:  # nobody asked for it: it must not be done
            connection.execute(delete(table).where(*_is(table, key)))
        elif row is None:
            connection.execute(insert(table).values({**said, **_as_left(table, said, now)}))
        else:
            known = {column: said[column] for column in columns_of(table, row)}
            again = {} if _agrees(row, said) else _as_left(table, {**said, "epoch": row.get("epoch", 0)}, now)
            connection.execute(update(table).where(*_is(table, key)).values({**known, **again}))


def _agrees(row: Row, said: Row) -> bool:
    """Tell whether a row says that the work is as far as the log says."""
    there, by_log = str(row["status"]), str(said["status"])
    return there == by_log or (there, by_log) == ("claimed", "waiting")


def _as_left(table: Table, said: Row, now: str) -> Row:
    """Return what is to stand in a task's row that the log says waits, when a worker may have begun it meanwhile."""
    if table is not tasks or said["status"] != "waiting" or said["due_at"] > now:
        return {}
    epoch = said["epoch"] + 1  # whoever holds it reports in vain
    return {"status": "claimed", "epoch": epoch, "attempts": 1, "owner": _NOBODY, "lease_until": now, "claimed_at": now}


def _is(table: Table, key: Any) -> list[ColumnElement[bool]]:
    values: Sequence[Any] = key if isinstance(key, tuple) else (key,)
    return [column == value for column, value in zip(table.primary_key, values, strict=True)]


def _counted(found: Iterable[RowDifference]) -> tuple[tuple[str, int], ...]:
    listed = [one.table for one in found]
    return tuple((table.name, listed.count(table.name)) for table in REPAIRED if table.name in listed)


def _record(writing: Writing, actor: str, command_id: UUID, fact: TablesRepaired) -> None:
    writing.lock([LOG_REPAIRS])
    name = type(fact).__name__
    said = EventMetadata(str(command_id), actor, "operator", "command:Fsck", writing.now, "")
    version = writing.append(LOG_REPAIRS, fact, said)
    writing.remember(str(command_id), "", f'{{"case":"","version":{version},"facts":["{name}"]}}')
