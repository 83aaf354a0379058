"""Counts read off the log: corridors for people outside, in which nobody can be found, and how people fare inside.

Inside is how they move through the journey of one programme, and what visits find after it. One question to the log
however many cases there are; nothing here holds the number of a case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, select

from events.envelope import RecordedEvent
from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.facts.reintegration import FollowUpVisited
from events.facts.trafficking_routes import RouteLeg, RouteRecorded
from events.ids import case_of_stream
from events.instants import instant
from events.log import Log, recorded_event
from events.tables import events
from handlers.projections.tables import case_board
from handlers.queries.suppression import K, suppress_table
from workflow.programme.programme import Programme

UNKNOWN: Final = "unknown"
NOT_COUNTED: Final = ("not_a_victim",)  # stages: who was found not to be a victim was not taken any way
_TOLD = select(events).where(events.c.type.in_(bindparam("types", expanding=True))).order_by(events.c.position)
_MOVES: Final = ("CaseOpened", "StageEntered", "FollowUpVisited")
Key = TypeVar("Key", bound=Hashable)
VisitFinding = tuple[int, str]  # how many months after the return, and what was found
Corridor = tuple[str, str]  # from the country of recruitment to that of the last exploitation


class Corridors(NamedTuple):
    """How many people were taken from where to where; what is not listed is hidden or nobody."""

    k: int
    cells: Mapping[Corridor, int]
    recruited: Mapping[str, int]
    exploited: Mapping[str, int]
    total: int | None


def corridors(log: Log, *, programme: str | None = None, k: int = K) -> Corridors:
    """Return the corridors of everybody whose route is known, safe to hand out as they are.

    Safe is one release. Two of them, a case apart or with another k, may be subtracted: hand out few.
    """
    return suppressed_corridors(_counted(log, programme), k)


def suppressed_corridors(counts: Mapping[Corridor, int], k: int = K) -> Corridors:
    """Return counts as they may be told: nothing below k, nor what would lead to it by subtraction."""
    safe = suppress_table(counts, k)
    return Corridors(k, _shown(safe.cells), _shown(safe.rows), _shown(safe.columns), safe.total)


def corridor_of(legs: Iterable[RouteLeg]) -> Corridor:
    """Return from where to where somebody was taken: first recruited, last exploited.

    >>> corridor_of([RouteLeg(order=1, kind="Exploitation", country="RU")])
    ('unknown', 'RU')
    """
    known = sorted(legs, key=lambda leg: leg.order)
    recruited = [leg.country for leg in known if leg.kind == "Recruitment"]
    exploited = [leg.country for leg in known if leg.kind == "Exploitation"]
    return (recruited or [UNKNOWN])[0], (exploited or [UNKNOWN])[-1]


class StageStay(NamedTuple):
    """How many people left a stage in a year, and how long the middle one of them had been there."""

    people: int
    median: timedelta


class StageStatistics(NamedTuple):
    """What happened in a programme in a year: who left which stage after how long, and what visits found."""

    stays: Mapping[str, StageStay]
    visits: Mapping[VisitFinding, int]


def stage_statistics(log: Log, programme: Programme, year: int) -> StageStatistics:
    """Return what happened in a year of a programme, by its own calendar."""
    zone = ZoneInfo(programme.time_zone)
    entered: dict[str, datetime] = {}
    spans: dict[str, list[timedelta]] = {}
    visits: Counter[VisitFinding] = Counter()
    for event in _told(log, _MOVES, case_board.c.programme == programme.programme):
        fact, at, stream = log.fact(event), instant(event.envelope.recorded_at), event.envelope.stream
        if isinstance(fact, FollowUpVisited):
            visits[fact.month, fact.outcome] += fact.made_on.year == year
            continue
        if isinstance(fact, StageEntered) and stream in entered and at.astimezone(zone).year == year:
            spans.setdefault(fact.source, []).append(at - entered[stream])
        if isinstance(fact, CaseOpened | StageEntered):
            entered[stream] = at
    stays = {
        stage: StageStay(len(found), timedelta(seconds=median(span.total_seconds() for span in found)))
        for stage, found in spans.items()
    }
    return StageStatistics(stays, +visits)


def _counted(log: Log, programme: str | None) -> Counter[Corridor]:
    """Count each case once, by what was last told of it."""
    counted: list[ColumnElement[bool]] = [case_board.c.stage.not_in(NOT_COUNTED)]
    counted += [] if programme is None else [case_board.c.programme == programme]
    facts = ((event.envelope.stream, log.fact(event)) for event in _told(log, ("RouteRecorded",), *counted))
    found = {stream: corridor_of(fact.legs) for stream, fact in facts if isinstance(fact, RouteRecorded)}
    return Counter(found.values())


def _told(log: Log, types: Sequence[str], *of_cases: ColumnElement[bool]) -> list[RecordedEvent]:
    """Return what was told of these kinds, in order, of the cases of which this holds: two questions for all."""
    with log.database.reading() as connection:
        rows = [recorded_event(row) for row in connection.execute(_TOLD, {"types": types})]
        cases = set(connection.execute(select(case_board.c.case_id).where(*of_cases)).scalars())
    return [event for event in rows if case_of_stream(event.envelope.stream) in cases]


def _shown(counts: Mapping[Key, int | None]) -> dict[Key, int]:
    return {key: count for key, count in counts.items() if count is not None}
