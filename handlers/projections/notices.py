"""What each account is told, as rows: drawn from cases and from who stands in for whom.

Whether it was read lies apart. A row of a day still to come counts from that day on: nothing has to go off for a
stand-in's time to begin or to be over.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select

from events.batch import DeleteRows, InsertRows
from events.instants import instant_text
from events.writing import Writing
from handlers.projections.case_access import may_act_on
from handlers.projections.tables import bell_reads, case_board, notices
from workflow.case.state import Case
from workflow.rights.table import Account, StandIn
from workflow.subjects.accounts.state import AccountState
from workflow.subjects.team.state import notices_of

KEY: Final = ("source", "number", "account")
SHOWN_MAX: Final = 100
_ROWS: Final = InsertRows(notices, replace=True)
_GONE: Final = DeleteRows(notices)
_READ: Final = InsertRows(bell_reads, replace=True)
Row = dict[str, Any]
_bell = notices.c


class ToldNotice(NamedTuple):
    """A notice as its account may read it: without the case's number where the case is not theirs to see any more."""

    kind: str
    by: str
    at: str
    about: str  # a case's number, or the colleague whom it concerns
    is_new: bool


def case_notices(case: Case | None) -> list[Row]:
    """Return the rows of a case."""
    if case is None:
        return []
    told = notices_of(case).numbered()
    return [_row(case.case_id, number, one.account, one.kind, one.by, one.at) for number, one in told]


def account_notices(standing: AccountState | None) -> list[Row]:
    """Return the rows of an account that stands in for others: both are told when it is named, begins and is over."""
    if standing is None:
        return []
    account = standing.account.account
    return [
        _row(account, number * 10 + step, who, kind, other, at)
        for number, one in enumerate(standing.account.stands_in)
        for step, (who, kind, other, at) in enumerate(_steps(account, one))
    ]


def _steps(account: str, one: StandIn) -> Iterable[tuple[str, str, str, str]]:
    for who, other, theirs in ((account, one.owner, "stands_in"), (one.owner, account, "stood_in")):
        if one.named_by != who:
            yield who, f"{theirs}_named", other, one.named_at
        if one.begins < one.ends:
            yield who, f"{theirs}_began", other, one.begins
        yield who, f"{theirs}_ended", other, one.ends


def store_notices(writing: Writing, before: Iterable[Row], after: Iterable[Row]) -> None:
    """Write what changed between two states of a case or of an account."""
    old, new = {_key(row): row for row in before}, {_key(row): row for row in after}
    for key, row in new.items():
        if old.get(key) != row:
            writing.write(_ROWS, row)
    for key in old.keys() - new.keys():
        writing.write(_GONE, dict(zip(KEY, key, strict=True)))


def new_of(account: ColumnElement[str], now: ColumnElement[str]) -> Select[int]:
    """Return what asks how many notices somebody has not read; part of what every page asks."""
    query = select(func.count()).select_from(notices.outerjoin(bell_reads, bell_reads.c.account == _bell.account))
    return query.where(_bell.account == account, _bell.at <= now, _is_new())


def told_to(connection: Connection, account: Account, now: datetime) -> list[ToldNotice]:
    """Return what somebody is told, the last first; of cases they may not see now, nothing that names them."""
    joined = notices.outerjoin(bell_reads, bell_reads.c.account == _bell.account).outerjoin(
        case_board, case_board.c.case_id == _bell.source
    )
    is_case, sees = case_board.c.case_id.is_not(None), may_act_on(account, "case.see", now)
    columns = (notices, is_case.label("is_case"), and_(is_case, sees).label("sees"), _is_new().label("is_new"))
    query = select(*columns).select_from(joined).where(*_told_to(account.account, now))
    rows = connection.execute(query.order_by(_bell.at.desc(), _bell.source, _bell.number).limit(SHOWN_MAX)).mappings()
    return [_told(row) for row in rows]


def mark_read(connection: Connection, account: str, up_to: str) -> None:
    """Keep that somebody has read what they were told until an instant; what came later stays new."""
    before = select(bell_reads.c.read_to).where(bell_reads.c.account == account)
    read_to = max(up_to, connection.execute(before).scalar() or "")
    _READ.run(connection, [{"account": account, "read_to": read_to}])


def _told(row: Any) -> ToldNotice:
    hidden = row["is_case"] and not row["sees"]
    # Who did it tells nothing of a case; which case it was, and what became of it, would.
    kind = row["kind"] if not hidden or row["kind"] == "taken" else "hidden"
    about = "" if hidden else row["source"] if row["is_case"] else row["by"]
    return ToldNotice(kind, row["by"], row["at"], about, bool(row["is_new"]))


def _told_to(account: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return _bell.account == account, _bell.at <= instant_text(now)


def _is_new() -> ColumnElement[bool]:
    return or_(false(), bell_reads.c.read_to.is_(None), _bell.at > bell_reads.c.read_to)


def _key(row: Row) -> tuple[str, int, str]:
    return row["source"], row["number"], row["account"]


def _row(source: str, number: int, account: str, kind: str, by: str, at: str) -> Row:
    return {"source": source, "number": number, "account": account, "kind": kind, "by": by, "at": at}
