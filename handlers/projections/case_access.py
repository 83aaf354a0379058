"""Which cases somebody may see, as the database lists them: one question however many cases there are.

The table of rights stays the only place that decides: it says how somebody must stand to a case for an act, and this
module looks up to which cases they do. Owner, team, house and office are columns of the board; partners and who broke
the glass have rows of their own. A test compares both with what the rights say of each case.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache, reduce
from operator import add
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Select,
    Text,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.engine import RowMapping

from events.batch import DeleteRows, InsertRows
from events.instants import instant_text
from events.writing import Writing
from handlers.projections.board_counts import COUNTED
from handlers.projections.standing import Asker, page_of
from handlers.projections.tables import board_counts, case_board, case_relations, timers, work_items
from workflow.case.state import Case
from workflow.programme.loading import Definition
from workflow.rights.acts import Act
from workflow.rights.table import Account, Relation
from workflow.rights.visibility import organisations_shown_until
from workflow.subjects.access.state import LookingStop, access_of

Row = dict[str, Any]


class PageRequest(NamedTuple):
    """Which part of a list: so many rows after one, which is named by what the list is sorted by."""

    after: tuple[str, ...] = ()  # of cases (since, case_id), of work (since, case_id, item)
    limit: int = 50


# The relation of an account to the case at which it was stopped for opening too many. It opens nothing.
STOPPED: Final = "stopped"
RELATION_KEY: Final = ("case_id", "relation", "who")
_ROWS = InsertRows(case_relations, replace=True)
_GONE = DeleteRows(case_relations)
FIRST_PAGE: Final = PageRequest()
_FOR_EVER: Final = "9999"
_BETWEEN: Final = "\x1f"  # stands in no value that is counted
_BUILT: Final = 4096  # statements kept ready: an account asks for a handful, the board for one a stage
_board, _items = case_board.c, work_items.c


# -- what is written ---------------------------------------------------------------------------------------------


def relation_rows(case: Case, definition: Definition) -> list[Row]:
    """Return how others than the programme's people stand to a case; it depends on the case and its rules only."""
    partners = organisations_shown_until(case, definition.programme)
    rows = [_row(case, "partner", word, _end_of(day, definition)) for word, day in partners.items()]
    ends: dict[str, datetime] = {}
    for glass in access_of(case).glass.values():
        ends[glass.account] = max(glass.until, ends.get(glass.account, glass.until))
    rows += [_row(case, "glass", account, instant_text(until)) for account, until in ends.items()]
    return rows + [_row(case, STOPPED, account, _resumed_at(stop)) for account, stop in access_of(case).stops.items()]


def store_relations(writing: Writing, before: Case | None, after: Case, definition: Definition) -> None:
    """Write what changed in how others stand to a case."""
    old = relation_rows(before, definition) if before is not None else []
    new = relation_rows(after, definition)
    for row in new:
        if row not in old:
            writing.write(_ROWS, row)
    kept = {(row["relation"], row["who"]) for row in new}
    for row in old:
        if (row["relation"], row["who"]) not in kept:
            writing.write(_GONE, {name: row[name] for name in RELATION_KEY})


def _resumed_at(stop: LookingStop) -> str:
    """Return since when an account that was stopped sees cases again; nothing while it does not."""
    return stop.reviewed_at if stop.outcome == "justified" else ""


def _row(case: Case, relation: Relation | Literal["stopped"], who: str, until: str) -> Row:
    return {"case_id": case.case_id, "relation": relation, "who": who, "until": until}


def _end_of(day: date | None, definition: Definition) -> str:
    """Return the instant at which a last day of the programme is over."""
    return _FOR_EVER if day is None else instant_text(definition.programme.end_of(day))


class CaseFilter(NamedTuple):
    """What somebody narrows a list of cases to; what is empty narrows nothing."""

    programme: str = ""
    owner: str = ""
    team: str = ""
    child: bool | None = None
    since_before: str = ""  # in their stage since before this instant
    facility: str = ""
    language: str = ""
    country: str = ""  # of which they are a citizen
    age: str = ""
    risk: str = ""
    overdue: bool = False  # somebody has to look, and nobody has
    due_before: str = ""  # something is due before this instant
    owners: tuple[str, ...] | None = None  # any of these

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on the board."""
        found = [column == value for column, value in self._equal() if value]
        found += [_board.child.is_(self.child)] if self.child is not None else []
        found += [(literal(" ") + _board.citizenships + " ").contains(f" {self.country} ")] if self.country else []
        found += [_waits_overdue()] if self.overdue else []
        found += [_is_due(self.due_before)] if self.due_before else []
        found += [_board.owner.in_(self.owners)] if self.owners is not None else []
        return found + ([_board.since < self.since_before] if self.since_before else [])

    def _equal(self) -> tuple[tuple[ColumnElement[str], str], ...]:
        place = (_board.programme, self.programme), (_board.owner, self.owner), (_board.team, self.team)
        person = (_board.language, self.language), (_board.age, self.age), (_board.risk, self.risk)
        return (*place, (_board.facility, self.facility), *person)


# Of the house's own keeping, not of what somebody has to be ready for.
_NOT_FOR_PEOPLE: Final = ("retention", "idle", "glass_over", "access_review", "bank_answer", "of_age", "proposal")


def is_due_kind(kind: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a timer tells of something people have to be ready for."""
    return kind.not_in(_NOT_FOR_PEOPLE)


def _waits_overdue() -> ColumnElement[bool]:
    return exists().where(_items.case_id == _board.case_id, _items.kind == "escalation")


def _is_due(before: str) -> ColumnElement[bool]:
    set_for = (timers.c.case_id == _board.case_id, timers.c.status == "set", timers.c.due_at < before)
    return exists().where(*set_for, is_due_kind(timers.c.kind))


NO_FILTER: Final = CaseFilter()


# -- what is asked -----------------------------------------------------------------------------------------------


def cases_for(
    connection: Connection,
    account: Account,
    now: datetime,
    *,
    act: Act = "case.see",
    stage: str | None = None,
    ended: bool | None = False,
    only: CaseFilter = NO_FILTER,
    page: PageRequest = FIRST_PAGE,
) -> list[RowMapping]:
    """Return the cases somebody may do an act on, those that have waited longest in their stage first.

    One question, however many cases there are.
    """
    return _found(connection, _cases(account, act, stage, only, page, ended=ended), now)


def cases_by_stage(
    connection: Connection, account: Account, now: datetime, stages: tuple[str, ...], only: CaseFilter, limit: int
) -> dict[str, list[RowMapping]]:
    """Return the cases somebody may see of each of these stages, those that have waited longest in it first.

    One question for all stages.
    """
    found: dict[str, list[RowMapping]] = {stage: [] for stage in stages}
    for row in _found(connection, _by_stage(account, stages, only, limit) if stages else None, now):
        found[row["stage"]].append(row)
    return {stage: sorted(rows, key=lambda row: (row["since"], row["case_id"])) for stage, rows in found.items()}


class BoardTold(NamedTuple):
    """What the board of somebody's cases says of them all: how many have which stage, owner, house, and so on."""

    counts: Mapping[str, Mapping[str, int]]  # by name and value

    def of(self, name: str) -> dict[str, int]:
        """Return how many cases have each value, by value."""
        return dict(sorted(self.counts.get(name, {}).items()))


def board_told(connection: Connection, account: Account, now: datetime, name: str = "", value: str = "") -> BoardTold:
    """Return how many cases somebody may see have which value, or how many one value of one name.

    Nothing is counted but what they see by relations to few cases.
    """
    found: dict[str, Counter[str]] = {each: Counter() for each in COUNTED}
    for row in _found(connection, _told(account, name, value), now):
        of_case = zip(COUNTED, row["value"].split(_BETWEEN), strict=True)
        for each, one in [(row["name"], row["value"])] if row["name"] else of_case:
            found[each][one] += int(row["cases"])
    return BoardTold(found)


def count_by_stage(
    connection: Connection, account: Account, now: datetime, *, act: Act = "case.see", only: CaseFilter = NO_FILTER
) -> dict[str, int]:
    """Return how many cases somebody may do an act on are in each stage."""
    found: dict[str, int] = {}
    for row in _found(connection, _counts(account, act, only), now):
        found[row["stage"]] = found.get(row["stage"], 0) + int(row["cases"])
    return dict(sorted(found.items()))  # groups come in whatever order a database finds them


class WorkAsked(NamedTuple):
    """One list of what waits for people: by which act, of which kinds if not of all, on whose cases if not on all."""

    act: Act = "case.see"
    kinds: tuple[str, ...] = ()
    owner: str = ""


def work_of_all(
    connection: Connection, account: Account, now: datetime, asked: tuple[WorkAsked, ...], page: PageRequest
) -> list[RowMapping]:
    """Return what is on several such lists, each as far as its page goes; a thing on several comes as often."""
    return _found(connection, _work_of_all(account, asked, page), now)


def may_act_on(account: Account, act: Act, now: datetime) -> ColumnElement[bool]:
    """Return the condition on the board that somebody may do an act on a case; for few cases found otherwise."""
    return _standing(Asker(account, act, case_board, literal(instant_text(now))))


@lru_cache(maxsize=_BUILT)
def may_act_then(account: Account, act: Act) -> ColumnElement[bool]:
    """Return the same for a statement that is built once, and is told the moment as ``now`` whenever it is asked."""
    return _standing(Asker(account, act, case_board))


def _standing(asker: Asker) -> ColumnElement[bool]:
    return or_(false(), *asker.broad(), *asker.own(), *asker.few())


# -- how it is asked: statements are built once for each way of asking, the moment is filled in --------------------


@lru_cache(maxsize=_BUILT)
def _cases(
    account: Account, act: Act, stage: str | None, only: CaseFilter, page: PageRequest, *, ended: bool | None
) -> Executable | None:
    key = (_board.since, _board.case_id)
    where = [*only.conditions(), *([_board.stage == stage] if stage is not None else [])]
    where += [_board.ended.is_(ended)] if ended is not None else []
    where += [tuple_(*key) > tuple_(*page.after)] if page.after else []
    return page_of(Asker(account, act, case_board), where, key, page.limit)


@lru_cache(maxsize=_BUILT)
def _by_stage(account: Account, stages: tuple[str, ...], only: CaseFilter, limit: int) -> Executable | None:
    key, asker = (_board.since, _board.case_id), Asker(account, "case.see", case_board)
    found = (page_of(asker, [*only.conditions(), _board.stage == stage], key, limit) for stage in stages)
    pages = [select(one.subquery()) for one in found if one is not None]
    return union_all(*pages) if pages else None


@lru_cache(maxsize=_BUILT)
def _told(account: Account, name: str, value: str) -> Executable | None:
    """Ask what is kept of all whom one stands to by office or team, and look at the few besides, each once."""
    counts, kept = board_counts.c, Asker(account, "case.see", board_counts).broad()
    said = select(counts.name, counts.value, func.sum(counts.cases).label("cases")).where(or_(false(), *kept))
    said = said.where(counts.name == name, *([counts.value == value] if value else [])) if name else said
    told = [said.group_by(counts.name, counts.value)] if kept else []
    asker = Asker(account, "case.see", case_board)
    if narrow := [*asker.own(), *asker.few()]:
        where = [not_(or_(false(), *asker.broad())), *([_board[name] == value] if value else [])]
        values = [_board[each] for each in COUNTED]
        once = union(*[select(_board.case_id, *values).where(one, *where) for one in narrow]).subquery()
        joined = reduce(add, [one for each in COUNTED for one in (literal(_BETWEEN, Text()), once.c[each])][1:])
        each = (literal("", Text()).label("name"), joined.label("value"), func.count().label("cases"))
        told.append(select(*each).group_by(*[once.c[column] for column in COUNTED]))
    return union_all(*told) if told else None


@lru_cache(maxsize=_BUILT)
def _counts(account: Account, act: Act, only: CaseFilter) -> Executable | None:
    asker, where = Asker(account, act, case_board), only.conditions()
    broad, narrow = asker.broad(), [*asker.own(), *asker.few()]
    count = func.count().label("cases")
    counted = [select(_board.stage, count).where(one, *where).group_by(_board.stage) for one in broad]
    if narrow:
        others = not_(or_(false(), *broad))
        once = union(*[select(_board.case_id, _board.stage).where(one, others, *where) for one in narrow]).subquery()
        counted.append(select(once.c.stage, count).group_by(once.c.stage))
    return union_all(*counted) if counted else None


@lru_cache(maxsize=_BUILT)
def _work(account: Account, act: Act, kinds: tuple[str, ...], owner: str, page: PageRequest) -> Select[Any] | None:
    key = (_items.since, _items.case_id, _items.item)
    where: list[ColumnElement[bool]] = [_items.kind.in_(kinds)] if kinds else []
    where += [_items.owner == owner] if owner else []
    where += [tuple_(*key) > tuple_(*page.after)] if page.after else []
    return page_of(Asker(account, act, work_items), where, key, page.limit)


@lru_cache(maxsize=_BUILT)
def _work_of_all(account: Account, asked: tuple[WorkAsked, ...], page: PageRequest) -> Executable | None:
    found = (_work(account, one.act, one.kinds, one.owner, page) for one in asked)
    lists = [select(one.subquery()) for one in found if one is not None]
    return union_all(*lists) if lists else None


def _found(connection: Connection, query: Executable | None, now: datetime) -> list[RowMapping]:
    return [] if query is None else list(connection.execute(query, {"now": instant_text(now)}).mappings())
