"""Counts read off the log: who came, how people move through the journey and fare after it, corridors, advice given.

What is for people outside is suppressed, so that nobody can be found in it. A question to the log serves however many
cases there are; nothing here holds the number of a case.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, bindparam, select

from events.envelope import RecordedEvent
from events.facts.closing import ArrivalCounted, ArrivalTakenBack
from events.facts.corrections import RecordRetracted
from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.facts.reintegration import FollowUpVisited
from events.facts.trafficking_routes import RouteLeg, RouteRecorded
from events.ids import case_of_stream
from events.instants import instant, instant_text
from events.log import END, Log, recorded_event
from events.tables import events
from handlers.projections.tables import case_board
from handlers.queries.suppression import K, safe_count, suppress, suppress_table
from handlers.states.state_cache import fold_events
from workflow.programme.programme import Programme
from workflow.subjects.hotline.state import HotlineState, evolve
from workflow.subjects.intake.yearly_count import YearlyIntake
from workflow.values.days import utc_day

UNKNOWN: Final = "unknown"
NOT_COUNTED: Final = ("not_a_victim",)  # stages: who was found not to be a victim was not taken any way
_TOLD = select(events).where(events.c.type.in_(bindparam("types", expanding=True))).order_by(events.c.position)
_MOVES: Final = ("CaseOpened", "StageEntered", "FollowUpVisited", "RecordRetracted")
Key = TypeVar("Key", bound=Hashable)
VisitFinding = tuple[int, str]  # how many months after the return, and what was found
Corridor = tuple[str, str]  # from the country of recruitment to that of the last exploitation
_WAYS = ("call_advised", "call_referred", "call_call_back", "call_silent", "call_wrong_number", "call_emergency",
         "visit", "phone")  # fmt: skip
_PAGE: Final = 200
Month = tuple[int, int]  # the year and the month


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
    """Return what happened in a year of a programme, by its own calendar: when it did, whenever it was written down."""
    entered: dict[str, datetime] = {}
    spans: dict[str, list[timedelta]] = {}
    visits: Counter[VisitFinding] = Counter()
    told = _told(log, _MOVES, case_board.c.programme == programme.programme)
    slips = _slips(log, told)
    for event in told:
        if (event.envelope.stream, event.envelope.version) in slips:
            continue
        fact, at, stream = log.fact(event), instant(event.envelope.occurred_at), event.envelope.stream
        if isinstance(fact, FollowUpVisited):
            visits[fact.month, fact.outcome] += fact.made_on.year == year
            continue
        if isinstance(fact, StageEntered) and stream in entered and programme.day(at).year == year:
            spans.setdefault(fact.source, []).append(max(at - entered[stream], timedelta()))
        if isinstance(fact, CaseOpened | StageEntered):
            entered[stream] = at
    stays = {
        stage: StageStay(len(found), timedelta(seconds=median(span.total_seconds() for span in found)))
        for stage, found in spans.items()
    }
    return StageStatistics(stays, +visits)


def _slips(log: Log, told: Sequence[RecordedEvent]) -> set[tuple[str, int]]:
    """Return what was retracted, by its stream and number there: it is not counted."""
    facts = ((event.envelope.stream, log.fact(event)) for event in told if event.envelope.type == "RecordRetracted")
    return {(stream, fact.record) for stream, fact in facts if isinstance(fact, RecordRetracted)}


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
        counted = select(case_board.c.case_id).where(case_board.c.led_by == "", *of_cases)  # each person once
        cases = set(connection.execute(counted).scalars())
    return [event for event in rows if case_of_stream(event.envelope.stream) in cases]


def _shown(counts: Mapping[Key, int | None]) -> dict[Key, int]:
    return {key: count for key, count in counts.items() if count is not None}


class ArrivalYear(NamedTuple):
    """One year of a programme; ``share`` is per cent of the target, rounded to whole ones."""

    year: int
    target: int
    arrived: int
    share: int


def arrivals_per_year(log: Log, programme: Programme) -> list[ArrivalYear]:
    """Return a programme's years in order; arrivals are those counted when cases were opened."""
    intake = yearly_intake(log, programme)
    target = programme.target_per_year
    arrived = sorted(intake.arrivals.items())
    return [ArrivalYear(year, target, count, round(100 * count / target)) for year, count in arrived]


def arrivals_by_month(log: Log, programme: Programme) -> Mapping[Month, int]:
    """Return how many people came in each month; the months of a year add up to what ``pace`` says of it.

    The month 0 holds those of whom only the year is known: they were registered elsewhere, or long before.
    """
    months: dict[str, Month] = {}
    counted: dict[str, bool] = {}
    for event in log.stream(programme.intake_stream):
        fact = log.fact(event)
        if isinstance(fact, ArrivalCounted):
            days = programme.day(event.recorded), utc_day(event.envelope.recorded_at)  # older years were UTC's
            month = fact.year, next((day.month for day in days if day.year == fact.year), 0)
            months.setdefault(fact.case_id, month)
            counted[fact.case_id] = True
        elif isinstance(fact, ArrivalTakenBack):
            counted[fact.case_id] = False
    return Counter(month for case_id, month in months.items() if counted[case_id])


def yearly_intake(log: Log, programme: Programme) -> YearlyIntake:
    """Return who came to a programme, and whether it was ended."""
    stream = programme.intake_stream
    return fold_events(stream, log.stream(stream), log.fact).state or YearlyIntake()


class ConsultationReport(NamedTuple):
    """How many were advised in a year, about what and in which at-risk group; None is a count below k, or hides one.

    A consultation may name several topics and groups, so those lists need not add up to the total.
    """

    programme: str
    year: int
    k: int
    total: int | None
    missed: int | None
    converted: int | None
    how: Mapping[str, int | None]
    topics: Mapping[str, int | None]
    groups: Mapping[str, int | None]


def hotline_state_of(log: Log, programme: Programme) -> HotlineState:
    """Return a programme's desk as the log tells it."""
    stream = programme.hotline_stream
    found = fold_events(stream, log.stream(stream), log.fact).state
    return found if isinstance(found, HotlineState) else HotlineState()


def hotline_state_since(log: Log, programme: Programme, since: datetime) -> HotlineState:
    """Return a desk that knows only what was written down since an instant."""
    desk, before, begins = HotlineState(), END, instant_text(since)
    while True:
        page = log.latest(programme.hotline_stream, _PAGE, before=before)
        fresh = [event for event in page if event.envelope.recorded_at >= begins]
        for event in fresh:
            desk = evolve(desk, log.fact(event))
        if len(fresh) < _PAGE:
            return desk
        before = page[-1].envelope.version


def consultation_report(desk: HotlineState, programme: Programme, year: int, k: int = K) -> ConsultationReport:
    """Return the counts of a year with everything hidden that could tell of fewer than k people.

    Always of one year: of two years' counts and their sum, a hidden year would be the difference.
    """
    how = _all_of(_WAYS, desk.counted("how", year))
    topics = [topic.id for topic in programme.consultation_topics]
    groups = [group.id for group in programme.at_risk_groups]
    return ConsultationReport(
        programme.programme,
        year,
        k,
        total=safe_count(sum(how.values()), k),
        missed=safe_count(sum(desk.counted("missed", year).values()), k),
        converted=safe_count(sum(desk.counted("converted", year).values()), k),
        how=suppress(how, k),
        topics=suppress(_all_of((*topics, "none"), desk.counted("topic", year)), k),
        groups=suppress(_all_of((*groups, "none"), desk.counted("group", year)), k),
    )


def _all_of(names: Iterable[str], counted: Mapping[str, int]) -> dict[str, int]:
    """Return a count for every name, also for those of which there were none."""
    return {**dict.fromkeys(names, 0), **counted}
