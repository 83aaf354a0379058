"""A programme in numbers: who is where, who came, beds, money, corridors, advice, visits and how long stages last.

Whoever may see every case of the programme sees the counts as they are. To everybody else, and to donors always,
nothing is told that fewer than eleven people share, nor what would lead to it by subtraction.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from console.views.reader import Reader
from handlers.projections.board import count_cases
from handlers.queries import reports
from handlers.queries.books import LineBalance, fund_balances, funder_totals
from handlers.queries.occupancy import occupancies
from handlers.queries.reports import (
    ConsultationReport,
    StageStatistics,
    arrivals_by_month,
    consultation_report,
    stage_statistics,
)
from handlers.queries.suppression import K, safe_count, suppress, suppress_table
from workflow.programme.loading import Definition
from workflow.programme.programme import Programme
from workflow.subjects.hotline.state import HotlineState

Count = int | None  # None: too few to be told, or it would lead to such a number
Corridor = tuple[str, str]
_REST: Final = ("", "")  # everybody whose corridor is not shown
ONLY_YEAR: Final = 0  # in place of a month: of these people only the year is known
HEADS: Final = ("table", "row", "column", "number")


class Arrivals(NamedTuple):
    """How many came in each month of a year, and what was planned."""

    months: Mapping[int, Count]
    year: Count
    target: int


class House(NamedTuple):
    """How many people had a bed of a house at the end of each month, and today."""

    facility: str
    name: str
    people: tuple[Count, ...]


class Occupied(NamedTuple):
    """The houses over a year."""

    days: tuple[date, ...]
    houses: tuple[House, ...]


class StageDuration(NamedTuple):
    """How long people were in a stage they left in the year; ``people`` only where counts are told as they are."""

    stage: str
    days: float
    people: Count


class Figures(NamedTuple):
    """Everything the page of statistics shows of a programme and a year."""

    programme: Programme
    definition: Definition
    year: int
    years: tuple[int, ...]
    k: int | None  # nothing fewer people share is told; None: everything is
    stages: Mapping[str, Count]
    arrivals: Arrivals
    occupied: Occupied
    funders: tuple[LineBalance, ...]
    corridors: Mapping[Corridor, Count]
    consultations: ConsultationReport | None
    visits: Mapping[tuple[int, str], Count]
    stays: tuple[StageDuration, ...]


def limit_for(reader: Reader) -> int | None:
    """Return below which number nothing is told to a reader, None when they may count the cases themselves.

    >>> from workflow.rights.table import Account
    >>> [limit_for(Reader(None, Account("a:b", frozenset({role})), None)) for role in ("donor", "supervisor")]
    [11, None]
    """
    counts_cases = reader.may("cases.see") or reader.may("history.see")
    return None if counts_cases and "donor" not in reader.account.roles else K


def figures(reader: Reader, definition: Definition, year: int | None = None) -> Figures:
    """Return a programme's numbers, of a year where they are a year's; as many questions however many cases."""
    programme, container, k = definition.programme, reader.container, limit_for(reader)
    today = programme.day(reader.now)
    counted = arrivals_by_month(container.log, programme)
    years = tuple(sorted({today.year, *(year for year, _ in counted)}, reverse=True))
    chosen = year if year in years else today.year
    months = today.month if chosen == today.year else 12
    with container.database.reading() as connection:
        cases = count_cases(connection, programme.programme)
    stages = {**dict.fromkeys(programme.journey.states, 0), **cases}  # cases of older definitions too
    streams = container.cases.states([programme.fund_stream, programme.hotline_stream])
    course = stage_statistics(container.log, programme, chosen)
    return Figures(
        programme, definition, chosen, years, k,
        stages=stages if k is None else suppress(stages, k),
        arrivals=_arrivals(counted, chosen, months, programme.target_per_year, k),
        occupied=_occupied(reader, programme, chosen, k),
        funders=tuple(funder_totals(fund_balances(definition, streams[programme.fund_stream].state))),
        corridors=_corridors(reader, programme, sum(cases.values()), k),
        consultations=_advice(streams[programme.hotline_stream].state, programme, chosen, k),
        visits=_visits(course, k),
        stays=tuple(_stays(course, programme, k)),
    )  # fmt: skip


def chosen(reader: Reader, name: str) -> Definition | None:
    """Return the programme named, or the first of the reader's; None when it is not theirs."""
    known = reader.own_programmes()
    return known.get(name) if name else next(iter(known.values()), None)


def rows_of(found: Figures) -> Iterator[tuple[str, str, str, str]]:
    """Yield all that is shown as rows of text under ``HEADS``: no number is in them that is not on the page."""
    for stage, count in found.stages.items():
        yield "stages", stage, "now", _text(count)
    for month, count in found.arrivals.months.items():
        yield "arrivals", f"{found.year}-{month:02}" if month else f"{found.year}", "people", _text(count)
    yield "arrivals", str(found.year), "together", _text(found.arrivals.year)
    yield "arrivals", str(found.year), "planned", str(found.arrivals.target)
    for house in found.occupied.houses:
        for day, count in zip(found.occupied.days, house.people, strict=True):
            yield "beds in use", house.facility, day.isoformat(), _text(count)
    for row in found.funders:
        amounts = {"planned": row.planned, "set aside": row.committed, "paid": row.disbursed, "left": row.left}
        for name, amount in amounts.items():
            yield "money", row.funder, f"{name} {row.currency}", str(amount)
    for (source, dest), count in found.corridors.items():
        yield "corridors", source, dest, _text(count)
    yield from _advice_rows(found.consultations)
    for (month, outcome), count in found.visits.items():
        yield "visits", f"{month} months after the return", outcome, _text(count)
    for stay in found.stays:
        yield "days in a stage", stay.stage, "median", str(stay.days)


def _arrivals(counted: Mapping[tuple[int, int], int], year: int, until: int, target: int, k: int | None) -> Arrivals:
    """Return a year's months so far; all years are made safe together, so that no two tell what one hides."""
    months = [*range(1, until + 1), *([ONLY_YEAR] if (year, ONLY_YEAR) in counted else [])]
    own: dict[int, Count] = {month: counted.get((year, month), 0) for month in months}
    total: Count = sum(counted.get((year, month), 0) for month in months)
    if k is not None:
        years = sorted({year for year, _ in counted})
        every = {(year, month): counted.get((year, month), 0) for year in years for month in range(13)}
        safe = suppress_table(every, k)
        own = {month: safe.cells.get((year, month)) for month in months}
        total = safe.rows.get(year)
    return Arrivals(own, total, target)


def _occupied(reader: Reader, programme: Programme, year: int, k: int | None) -> Occupied:
    today = programme.day(reader.now)
    ends = [date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in range(1, 13)]
    days = tuple(sorted({day for day in ends if day < today} | ({today} if today.year == year else set())))
    instants = [min(programme.end_of(day) - timedelta(seconds=1), reader.now) for day in days]
    log, houses = reader.container.log, programme.beds_facilities
    people = {one.id: [len(day.used) for day in occupancies(log, one.id, one.time_zone, instants)] for one in houses}
    by_day = ({house: counts[number] for house, counts in people.items()} for number in range(len(days)))
    safe: list[Mapping[str, Count]] = [{**counts} if k is None else suppress(counts, k) for counts in by_day]
    return Occupied(days, tuple(House(one.id, one.name, tuple(day[one.id] for day in safe)) for one in houses))


def _corridors(reader: Reader, programme: Programme, people: int, k: int | None) -> Mapping[Corridor, Count]:
    """Return the corridors as the report outside has them.

    The page also tells how many people there are in all. So that nobody finds by it how few have another corridor or
    none, these count as one more entry, which hides others until they are enough.
    """
    found = reports.corridors(reader.container.log, programme=programme.programme, k=k or 1)
    cells: dict[Corridor, int] = dict(sorted(found.cells.items()))
    if k is None:
        return cells
    rest = people - sum(cells.values())
    safe = suppress({**cells, _REST: max(rest, 0)}, k)
    return {corridor: count for corridor, count in safe.items() if corridor != _REST and count is not None}


def _advice(desk: HotlineState | None, programme: Programme, year: int, k: int | None) -> ConsultationReport | None:
    if programme.hotline is None and not programme.consultation_topics:
        return None
    found = consultation_report(desk or HotlineState(), programme, year, k or 1)
    if k is not None:
        return found
    told = found._replace(total=found.total or 0, missed=found.missed or 0, converted=found.converted or 0)
    return told._replace(how=_exact(found.how), topics=_exact(found.topics), groups=_exact(found.groups))


def _exact(counts: Mapping[str, Count]) -> Mapping[str, Count]:
    """Return counts that hide nothing: what is not told of a list where one is enough is nobody."""
    return {name: count or 0 for name, count in counts.items()}


def _advice_rows(found: ConsultationReport | None) -> Iterator[tuple[str, str, str, str]]:
    if found is None:
        return
    for name, counts in (("how", found.how), ("topic", found.topics), ("group", found.groups)):
        yield from (("advice", name, key, _text(count)) for key, count in counts.items())
    for name, count in (("together", found.total), ("missed", found.missed), ("became a case", found.converted)):
        yield "advice", name, "", _text(count)


def _visits(course: StageStatistics, k: int | None) -> Mapping[tuple[int, str], Count]:
    counts = dict(sorted(course.visits.items()))
    if k is None:
        return counts
    months, outcomes = {month for month, _ in counts}, {outcome for _, outcome in counts}
    every = [(month, outcome) for month in sorted(months) for outcome in sorted(outcomes)]
    return suppress_table({one: counts.get(one, 0) for one in every}, k).cells


def _stays(course: StageStatistics, programme: Programme, k: int | None) -> Iterator[StageDuration]:
    """Yield the stages people left; of how many people is not told where that could be taken from who is left in it."""
    for stage in dict.fromkeys((*programme.journey.states, *sorted(course.stays))):  # those of older definitions too
        found = course.stays.get(stage)
        if found is not None:
            days = round(found.median / timedelta(days=1), 1)
            if k is None:
                yield StageDuration(stage, days, found.people)
            elif safe_count(found.people, k) is not None:
                yield StageDuration(stage, days, None)


def _text(count: Count) -> str:
    return "" if count is None else str(count)
