"""Looking leaves a trace before anything is shown, at every door, and whoever looks at very many cases is stopped.

A curious colleague and a stolen session look alike. So each proof of who somebody is opens so many cases within an
hour, and beyond a second number nothing is shown to the account any more until somebody else has looked into it.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Final, Literal, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Text,
    bindparam,
    case,
    distinct,
    exists,
    func,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from events.database import Database
from events.errors import StoreFull
from events.instants import instant_text
from events.keys import Keys
from handlers.projections.case_access import STOPPED
from handlers.projections.tables import case_relations, looks
from handlers.queries.planted import is_planted

Stored = TypeVar("Stored")
SAME_VIEW_WITHIN: Final = timedelta(minutes=15)  # the same page of the same case in one session is one look so long
SAME_LIST_WITHIN: Final = timedelta(hours=8)  # and a case on the same list in one session: as long as a session lasts
BULK_WINDOW: Final = timedelta(hours=1)

# What came of asking: shown; a fresh proof is needed first; nothing is shown to the account any more.
Sight = Literal["shown", "prove", "stopped"]


class Viewer(NamedTuple):
    """Somebody who looks: their account, from which session, and when they last proved who they are."""

    account: str
    session: str
    proof: str = ""


class ViewLimits(NamedTuple):
    """How many different cases somebody may open."""

    cases_per_proof: int = 40
    cases_per_hour: int = 120


def record_view(
    database: Database, keys: Keys, case_id: str, viewer: Viewer, page: str, now: datetime, limits: ViewLimits
) -> Sight:
    """Store that somebody looks at a page of a case, before it is shown; nothing may be shown unless it says so.

    The same page of the same case in the same session within a quarter of an hour is the same look and stores
    nothing. A case somebody is at work on within the hour opens again without counting. At a planted case the first
    who looks is stopped, until somebody has looked into it, for which they may look themselves.
    """
    with database.reading() as connection:
        before = _seen_before(connection, case_id, viewer, page, now)
    if before is not None:
        return before

    planted = is_planted(keys, case_id)

    def count() -> Sight:
        with _alone(database, viewer.account) as connection:
            if planted and not _is_looked_into(connection, case_id):
                return _stopped(connection, case_id, viewer, page, now)
            return _counted(connection, case_id, viewer, page, now, limits)

    return _on_full_disk_too(database, count)


def record_listed(database: Database, case_ids: Collection[str], viewer: Viewer, page: str, now: datetime) -> Sight:
    """Store which cases somebody sees among others, before it is shown; a case on the same list is stored once.

    What is on a list does not count towards the limit; whoever is stopped sees no list with cases either. Nobody asks
    here whether there is such a case: what takes longer for one that is there would tell of it.
    """
    with database.reading() as connection:
        stopped, known = _listed_before(connection, viewer, page, now)
    if stopped:
        return "stopped"
    if new := sorted(set(case_ids) - known):
        rows = [_row(one, viewer, page, now, listed=True) for one in new]

        def store() -> None:
            with database.writing() as connection:
                connection.execute(_insert(connection).on_conflict_do_nothing(), rows)

        _on_full_disk_too(database, store)
    return "shown"


def is_stopped(database: Database, account: str) -> bool:
    """Tell whether an account was stopped for looking at too many cases, and nobody has looked into it yet."""
    with database.reading() as connection:
        return _is_later(*connection.execute(select(_stopped_at(account), _resumed(account))).one())


def stopped_at(connection: Connection, accounts: Collection[str]) -> dict[str, str]:
    """Return which of these accounts are stopped now, each with the case where that is told."""
    here = (case_relations.c.relation == STOPPED, case_relations.c.who.in_(accounts), case_relations.c.until == "")
    rows = connection.execute(select(case_relations.c.who, case_relations.c.case_id).where(*here)).all()
    return {row.who: row.case_id for row in rows}


class UntoldStop(NamedTuple):
    """That an account was stopped, at which case and when, while nobody has been told."""

    case_id: str
    at: str


def untold_stop(database: Database, account: str) -> UntoldStop | None:
    """Return the stop of an account that the log does not tell of yet, if there is one.

    Whoever is stopped has it told; were that interrupted, the next request of theirs does.
    """
    told = exists().where(*_stops(account), case_relations.c.until == "")
    last = (looks.c.account == account, looks.c.stops, looks.c.at > func.coalesce(_resumed(account), ""))
    query = select(looks.c.case_id, looks.c.at).where(*last, ~told).order_by(looks.c.at.desc()).limit(1)
    with database.reading() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else UntoldStop(row.case_id, row.at)


def _on_full_disk_too(database: Database, store: Callable[[], Stored]) -> Stored:
    """Store a look; on a full disk into the room that is kept for that. Raises StoreFull when that is used up."""
    try:
        return store()
    except StoreFull:
        if not database.give_up_reserve():
            raise
    return store()


# -- one case: counted -------------------------------------------------------------------------------------------


@contextmanager
def _alone(database: Database, account: str) -> Iterator[Connection]:
    """Yield a transaction in which nobody else counts or stores a look of the account.

    SQLite has one writer at a time; PostgreSQL holds a lock that ends with the transaction.
    """
    with database.writing() as connection:
        if database.kind == "postgresql":
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:who, 0))")
            connection.execute(lock, {"who": f"looks/{account}"})
        yield connection


def _seen_before(connection: Connection, case_id: str, viewer: Viewer, page: str, now: datetime) -> Sight | None:
    """Return what is known without counting: somebody was stopped, or has just looked at the same; or None."""
    asked = _told_of(viewer, page, now - SAME_VIEW_WITHIN) | {"case_id": case_id}
    stopped_at, resumed_at, seen = connection.execute(_SEEN_BEFORE, asked).one()
    if _is_later(stopped_at, resumed_at):
        return "stopped"
    return "shown" if seen else None


def _counted(
    connection: Connection, case_id: str, viewer: Viewer, page: str, now: datetime, limits: ViewLimits
) -> Sight:
    """Decide and store in one transaction, in which nobody else can look as the same account."""
    found = connection.execute(_count(case_id, viewer, now)).one()
    if _is_later(found.stopped_at, found.resumed_at):  # by another request, since it was asked for the first time
        return "stopped"
    is_new = not found.at_work
    if is_new and found.in_all >= limits.cases_per_hour:
        return _stopped(connection, case_id, viewer, page, now)
    if is_new and found.by_proof >= limits.cases_per_proof:
        return "prove"
    row = _row(case_id, viewer, page, now)
    connection.execute(_insert(connection).values(row).on_conflict_do_nothing())  # looked twice in one moment
    return "shown"


def _stopped(connection: Connection, case_id: str, viewer: Viewer, page: str, now: datetime) -> Sight:
    connection.execute(_insert(connection).on_conflict_do_nothing(), [_row(case_id, viewer, page, now, stops=True)])
    return "stopped"


def _is_looked_into(connection: Connection, case_id: str) -> bool:
    """Tell whether somebody was stopped at this case and it is being looked into now."""
    here = (case_relations.c.relation == STOPPED, case_relations.c.case_id == case_id, case_relations.c.until == "")
    return connection.execute(select(case_relations.c.who).where(*here)).first() is not None


def _count(case_id: str, viewer: Viewer, now: datetime) -> Select[Any]:
    """Return whether a case was opened within the hour, how many were under this proof, and how many in all.

    What somebody else looked into since then is not counted again.
    """
    opened, resumed_at = looks.c.case_id, _resumed(viewer.account)
    columns = (
        _stopped_at(viewer.account).label("stopped_at"),
        resumed_at.label("resumed_at"),
        func.count(case((opened == case_id, opened))).label("at_work"),
        func.count(distinct(case((looks.c.proof == viewer.proof, opened)))).label("by_proof"),
        func.count(distinct(opened)).label("in_all"),
    )
    lately = (looks.c.at > instant_text(now - BULK_WINDOW), looks.c.at >= func.coalesce(resumed_at, ""))
    shown = (looks.c.listed.is_(False), looks.c.refused.is_(False))
    return select(*columns).where(looks.c.account == viewer.account, *lately, *shown)


# -- among others: not counted -----------------------------------------------------------------------------------


def _listed_before(connection: Connection, viewer: Viewer, page: str, now: datetime) -> tuple[bool, set[str]]:
    """Return whether somebody is stopped, and the cases that they saw on the same list before."""
    rows = connection.execute(_LISTED_BEFORE, _told_of(viewer, page, now - SAME_LIST_WITHIN))
    (_, stopped_at, resumed_at), *known = sorted(rows, key=itemgetter(0))  # of no case: whether they are stopped
    return _is_later(stopped_at, resumed_at), {row[0] for row in known}


# -- what both are made of ---------------------------------------------------------------------------------------


def _insert(connection: Connection) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(looks) if connection.dialect.name == "sqlite" else postgresql.insert(looks)


def _is_later(stopped_at: str | None, resumed_at: str | None) -> bool:
    """Tell whether the last refusal of an account is younger than the last time somebody looked into it."""
    return stopped_at is not None and stopped_at > (resumed_at or "")


def _stopped_at(account: str | ColumnElement[str]) -> ScalarSelect[Any]:
    return select(func.max(looks.c.at)).where(looks.c.account == account, looks.c.stops).scalar_subquery()


def _resumed(account: str | ColumnElement[str]) -> ScalarSelect[Any]:
    return select(func.max(case_relations.c.until)).where(*_stops(account)).scalar_subquery()


def _stops(account: str | ColumnElement[str]) -> tuple[ColumnElement[bool], ...]:
    return case_relations.c.relation == STOPPED, case_relations.c.who == account


def _told_of(viewer: Viewer, page: str, since: datetime) -> dict[str, str]:
    """Return what the two statements below are told: they are on every page, and built once."""
    return {"who": viewer.account, "session": viewer.session, "page": page, "since": instant_text(since)}


_WHO: Final = bindparam("who", type_=Text)
_SAME: Final = (
    looks.c.account == _WHO, looks.c.at > bindparam("since", type_=Text), looks.c.refused.is_(False),
    looks.c.session == bindparam("session", type_=Text), looks.c.page == bindparam("page", type_=Text),
)  # fmt: skip
_SEEN_BEFORE: Final = select(
    _stopped_at(_WHO),
    _resumed(_WHO),
    exists().where(*_SAME, looks.c.listed.is_(False), looks.c.case_id == bindparam("case_id", type_=Text)),
)
_LISTED_BEFORE: Final = union_all(
    select(literal("", Text()), _stopped_at(_WHO), _resumed(_WHO)),
    select(looks.c.case_id, null(), null()).where(*_SAME, looks.c.listed),
)


def _row(
    case_id: str, viewer: Viewer, page: str, now: datetime, *, stops: bool = False, listed: bool = False
) -> dict[str, Any]:
    who = {"account": viewer.account, "session": viewer.session, "proof": viewer.proof}
    what = {"at": instant_text(now), "case_id": case_id, "page": page, "listed": listed}
    return {**who, **what, "refused": stops, "stops": stops}
