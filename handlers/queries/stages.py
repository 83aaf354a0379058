"""How people move through the journey, and how they fare after it: read off the log for one programme, as counts.

One question to the log however many cases there are; nothing here holds the number of a case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from events.envelope import RecordedEvent
from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.facts.reintegration import FollowUpVisited
from events.ids import case_of_stream
from events.instants import instant
from events.log import Log, recorded_event
from events.tables import events
from handlers.projections.tables import case_board
from workflow.programme.programme import Programme

_TYPES: Final = ("CaseOpened", "StageEntered", "FollowUpVisited")
_TOLD = select(events).where(events.c.type.in_(_TYPES)).order_by(events.c.position)
VisitFinding = tuple[int, str]  # how many months after the return, and what was found


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
    for event in _told(log, programme.programme):
        fact, at, stream = log.fact(event), instant(event.envelope.recorded_at), event.envelope.stream
        if isinstance(fact, FollowUpVisited):
            visits[fact.month, fact.outcome] += fact.made_on.year == year
            continue
        if isinstance(fact, StageEntered) and stream in entered and at.astimezone(zone).year == year:
            spans.setdefault(fact.source, []).append(at - entered[stream])
        if isinstance(fact, CaseOpened | StageEntered):
            entered[stream] = at
    return StageStatistics({stage: _stays(found) for stage, found in spans.items()}, +visits)


def _stays(spans: Sequence[timedelta]) -> StageStay:
    return StageStay(len(spans), timedelta(seconds=median(span.total_seconds() for span in spans)))


def _told(log: Log, programme: str) -> Iterable[RecordedEvent]:
    with log.database.reading() as connection:
        rows = [recorded_event(row) for row in connection.execute(_TOLD)]
        query = select(case_board.c.case_id).where(case_board.c.programme == programme)
        cases = set(connection.execute(query).scalars())
    return [event for event in rows if case_of_stream(event.envelope.stream) in cases]
