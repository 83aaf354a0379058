"""What Wayhome itself vouches for of each account: its row, as of the last event of its history.

The row of an account can be drawn from the log by anybody, and to the log anybody who may write the database can add.
So the row counts only with a mark made with this installation's key, over all of it and the version of its history: a
changed row, an older one brought back and one drawn from events that no command of ours stored are not there.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, func, literal, select
from sqlalchemy.engine import RowMapping

from events.batch import InsertRows
from events.ids import account_stream
from events.log import Log
from events.tables import events
from events.writing import Writing
from handlers.projections.accounts import ACCOUNT_ROWS, AccountRow, account_from, account_row
from handlers.projections.row_macs import MAC, AnyRow, RowMacs
from handlers.projections.tables import account_marks, accounts
from handlers.states.state_cache import VersionedState, fold_events

_log = logging.getLogger(__name__)
_MARK_ROWS: Final = InsertRows(account_marks, replace=True)
_COLUMNS: Final = tuple(column.name for column in accounts.columns)
_HEAD: Final = (
    select(func.max(events.c.version))
    .where(events.c.stream == literal(account_stream("")) + accounts.c.account)
    .scalar_subquery()
)
_WITH_MARKS: Final = accounts.outerjoin(account_marks, account_marks.c.account == accounts.c.account)
_MARKED_COLUMNS: Final = (accounts, account_marks.c.version.label("marked"), account_marks.c.mac, _HEAD.label("head"))
_MARKED: Final = select(*_MARKED_COLUMNS).select_from(_WITH_MARKS).order_by(accounts.c.account)


def find_marked(connection: Connection, macs: RowMacs, account: str) -> AccountRow | None:
    """Return an account, closed or open, or None when there is none that Wayhome vouches for."""
    row = connection.execute(_MARKED.where(accounts.c.account == account)).mappings().one_or_none()
    return account_from(row) if row is not None and _holds(macs, row) else None


def with_accounts(table: Table, account: ColumnElement[str]) -> Select[Any]:
    """Return what asks for the rows of a table, each with its account beside it, for ``split_marked`` to tell apart."""
    own = (column.label(f"{table.name}_{column.name}") for column in table.columns)
    return select(*_MARKED_COLUMNS, *own).select_from(_WITH_MARKS.join(table, account == accounts.c.account))


def split_marked(macs: RowMacs, table: Table, found: RowMapping) -> tuple[dict[str, Any], AccountRow | None]:
    """Return a row of the table, and its account, or None when it is none that Wayhome vouches for."""
    own = {column.name: found[f"{table.name}_{column.name}"] for column in table.columns}
    return own, account_from(found) if _holds(macs, found) else None


def list_marked(connection: Connection, macs: RowMacs) -> Sequence[AccountRow]:
    """Return every account that Wayhome vouches for by its name, the closed ones too."""
    return [account_from(row) for row in connection.execute(_MARKED).mappings() if _holds(macs, row)]


def unmarked(connection: Connection, macs: RowMacs) -> Iterator[str]:
    """Yield the accounts whose rows or histories are not as Wayhome wrote them."""
    return (row["account"] for row in connection.execute(_MARKED).mappings() if not _holds(macs, row, told=True))


def store_account(writing: Writing, macs: RowMacs, before: VersionedState, after: VersionedState) -> None:
    """Put an account's row into the write, and its mark if what it was before is what Wayhome vouched for.

    Otherwise the row is drawn as the log says and does not count: whoever forged an event must not have it vouched for
    by the next command.
    """
    row = account_row(after.state)
    writing.write(ACCOUNT_ROWS, row)
    if before.version < 0 or _stands(writing.connection, macs, before):
        writing.write(_MARK_ROWS, mark_of(macs, row, after.version))


def mark_of(macs: RowMacs, row: AnyRow, version: int) -> dict[str, Any]:
    """Return the mark of an account's row as of a version of its history."""
    return {"account": row["account"], "version": version, MAC: macs.of(accounts.name, {**row, "version": version})}


def vouch_for(log: Log, connection: Connection, macs: RowMacs, account: str = "") -> int:
    """Vouch for an account, or for all, as the log tells of it now, whatever its row says; return for how many."""
    stream = events.c.stream
    which = stream == account_stream(account) if account else stream.startswith(account_stream(""))
    marks = []
    for name in connection.execute(select(stream).where(which).distinct().order_by(stream)).scalars():
        version, state, _ = fold_events(name, log.stream(name), log.fact)
        marks.append(mark_of(macs, account_row(state), version))
    _MARK_ROWS.run(connection, marks)
    return len(marks)


def _stands(connection: Connection, macs: RowMacs, before: VersionedState) -> bool:
    """Tell whether an account was, before this write, what Wayhome vouched for."""
    row = account_row(before.state)
    found = connection.execute(_MARKED.where(accounts.c.account == row["account"])).mappings().one_or_none()
    if found is None or found["marked"] != before.version or {name: found[name] for name in _COLUMNS} != row:
        _log.error("an account's history holds what no command of ours stored; it stays out until it is vouched for")
        return False
    return _holds(macs, found)


def _holds(macs: RowMacs, found: AnyRow, *, told: bool = False) -> bool:
    row = {name: found[name] for name in _COLUMNS} | {"version": found["head"] if found["head"] is not None else -1}
    check = macs.is_right if told else macs.holds
    return check(accounts.name, row | {MAC: found[MAC]}) and found["marked"] == found["head"]
