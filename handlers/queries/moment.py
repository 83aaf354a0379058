"""What every page is told as it begins, in one question: which moment it is, and what goes with that moment."""

from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, bindparam, func, literal_column, select

from events.instants import instant
from events.log import Log
from events.tables import log_head
from handlers.projections.notices import new_of
from handlers.projections.tables import account_marks
from handlers.queries.quarantine import LAST_TOLD, is_on

NAMES_SEEN: Final = select(func.count(), func.coalesce(func.sum(account_marks.c.version), 0))


class Moment(NamedTuple):
    """A moment of the office, and how it stands for one account then."""

    now: datetime
    names: tuple[int, int]  # another pair as soon as any account is called otherwise
    quarantine: bool
    bell: int  # notices they have not read
    size: int  # of the log: what is read after it is no older


def moment_of(log: Log, account: str) -> Moment:
    """Return the present moment and what every page of an account says of it."""
    clock = log.told_time()
    query = _asked(None if clock else log.database.now_sql)
    with log.database.reading() as connection:
        now, count, versions, last, bell, size = connection.execute(query, {"account": account, "clock": clock}).one()
        on = is_on(log, connection, last)
    return Moment(instant(now), (int(count), int(versions)), on, int(bell), int(size))


@cache
def _asked(now_sql: str | None) -> Select[Any]:
    """Return the question, with the database's own clock or with the moment another clock told."""
    clock: ColumnElement[str] = literal_column(now_sql, Text) if now_sql else bindparam("clock", type_=Text)
    moment = select(clock.label("now")).subquery("moment")
    names, account = NAMES_SEEN.subquery("names"), bindparam("account", type_=Text)
    bell = new_of(account, moment.c.now).scalar_subquery()
    size = select(log_head.c.size).scalar_subquery()
    return select(moment.c.now, *names.c, LAST_TOLD.scalar_subquery(), bell, size).select_from(
        moment.join(names, literal_column("1 = 1"))
    )
