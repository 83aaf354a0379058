"""The list of cases by any of its columns, page by page: what one page asks is the same for ten cases and ten thousand.

A page ends with the key its last row is sorted by, and the next begins behind it: nobody is shown twice or left out
because somebody else's case moved meanwhile. What is empty stands at the end, whichever way it is sorted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Text,
    bindparam,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.engine import RowMapping

from events.batch import InsertRows
from events.instants import instant
from handlers.projections.case_access import NO_FILTER, BoardTold, CaseFilter, is_due_kind, may_act_on
from handlers.projections.tables import case_board, kept_columns, timers, work_items
from workflow.rights.table import Account

_board = case_board.c
AGE_BANDS: Final = ("0-8", "9-17", "18-20", "21-23", "24-26", "27-29", "30-38", "39-47", "48+")
RISKS: Final = ("high", "medium", "low")
_ranked = {
    "risk": case({name: str(rank) for rank, name in enumerate(RISKS)}, value=_board.risk, else_=""),
    "age": case({name: str(rank) for rank, name in enumerate(AGE_BANDS)}, value=_board.age, else_=""),
}
_next_due = (
    select(func.min(timers.c.due_at))
    .where(timers.c.case_id == _board.case_id, timers.c.status == "set", is_due_kind(timers.c.kind))
    .correlate(case_board)
    .scalar_subquery()
)
_BY: Final[Mapping[str, ColumnElement[str]]] = {
    "since": _board.since, "opened": _board.opened_at, "due": func.coalesce(_next_due, ""),
    "owner": _board.owner, "house": _board.facility, "language": _board.language, "country": _board.citizenships,
    **_ranked,
}  # fmt: skip
SORTS: Final = tuple(_BY)
_NARROWED: Final = ("owner", "facility", "language", "citizenships")


class ListQuery(NamedTuple):
    """Which part of the list: by what it is sorted, narrowed to what, behind which row, how many."""

    sort: str
    descending: bool
    stage: str = ""
    ended: bool | None = False
    only: CaseFilter = NO_FILTER
    after: tuple[str, ...] = ()  # the key and the number of the row before
    limit: int = 50


class DueNext(NamedTuple):
    """What is due next of a case."""

    at: datetime
    kind: str


def listed_cases(connection: Connection, account: Account, now: datetime, asked: ListQuery) -> list[RowMapping]:
    """Return the rows of the board somebody may see, each with the ``place`` at which the list goes on behind it."""
    key = _key(asked.sort, descending=asked.descending)
    where = [may_act_on(account, "case.see", now), *asked.only.conditions()]
    where += [_board.stage == asked.stage] if asked.stage else []
    where += [_board.ended.is_(asked.ended)] if asked.ended is not None else []
    order = (key, _board.case_id)
    if asked.after:
        behind = tuple_(*order) < tuple_(*asked.after) if asked.descending else tuple_(*order) > tuple_(*asked.after)
        where.append(behind)
    sorted_by = [one.desc() for one in order] if asked.descending else order
    query = select(case_board, key.label("place")).where(*where).order_by(*sorted_by).limit(asked.limit)
    return list(connection.execute(query).mappings())


def waiting_and_due(
    connection: Connection, case_ids: Sequence[str]
) -> tuple[dict[str, dict[str, int]], dict[str, DueNext]]:
    """Return of these cases how many things of each kind wait, and what is due next; one question about all of them.

    A case nothing waits on, or nothing is due of, is left out.
    """
    waiting: dict[str, dict[str, int]] = {}
    due: dict[str, DueNext] = {}
    if not case_ids:
        return waiting, due
    for case_id, kind, count, due_at in sorted(connection.execute(_WAITING_AND_DUE, {"ids": list(case_ids)}).all()):
        if due_at == "":
            waiting.setdefault(case_id, {})[kind] = int(count)
            continue
        found = DueNext(instant(due_at), kind)
        due[case_id] = min(found, due.get(case_id, found))
    return waiting, due


_IDS: Final[BindParameter[str]] = bindparam("ids", type_=Text, expanding=True)
_WAITING_AND_DUE: Final = union_all(
    select(work_items.c.case_id, work_items.c.kind, func.count(), literal("", Text()))
    .where(work_items.c.case_id.in_(_IDS))
    .group_by(work_items.c.case_id, work_items.c.kind),
    select(timers.c.case_id, timers.c.kind, literal(0), func.min(timers.c.due_at))
    .where(timers.c.case_id.in_(_IDS), timers.c.status == "set", is_due_kind(timers.c.kind))
    .group_by(timers.c.case_id, timers.c.kind),
)


def values_in_use(told: BoardTold) -> dict[str, tuple[str, ...]]:
    """Return to what the list may be narrowed: whoever looks after a case somebody may see, its house and languages."""
    return {name: tuple(sorted({one for value in told.of(name) for one in value.split()})) for name in _NARROWED}


def _key(sort: str, *, descending: bool) -> ColumnElement[str]:
    """Return what a list is sorted by: what is empty comes last in either direction."""
    column, empty, full = _BY[sort], *(("0", "1") if descending else ("1", "0"))
    return case((column == "", literal(empty, Text())), else_=literal(full, Text()) + column)


# -- the columns somebody wants to see --------------------------------------------------------------------------------

_KEPT: Final = InsertRows(kept_columns, replace=True)


def columns_kept(connection: Connection, account: str) -> tuple[str, ...]:
    """Return the columns somebody chose, in their order; nothing where they never did."""
    query = select(kept_columns.c.columns).where(kept_columns.c.account == account)
    return tuple((connection.execute(query).scalar_one_or_none() or "").split())


def keep_columns(connection: Connection, account: str, columns: Sequence[str], now: str) -> None:
    """Keep which columns somebody wants to see."""
    _KEPT.run(connection, [{"account": account, "columns": " ".join(columns), "saved_at": now}])
