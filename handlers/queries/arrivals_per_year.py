"""Planned and actual: how many people came to a programme in each year, beside its target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC
from typing import NamedTuple

from events.facts.closing import ArrivalCounted
from events.instants import instant
from events.log import Log
from handlers.states.state_cache import fold_events
from workflow.programme.programme import Programme
from workflow.subjects.intake.yearly_count import YearlyIntake

Month = tuple[int, int]  # the year and the month


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
    found = Counter[Month]()
    for event in log.stream(programme.intake_stream):
        fact = log.fact(event)
        if isinstance(fact, ArrivalCounted):
            day = instant(event.envelope.recorded_at).astimezone(UTC)  # years are counted in UTC, as all days are
            found[fact.year, day.month if day.year == fact.year else 0] += 1
    return found


def yearly_intake(log: Log, programme: Programme) -> YearlyIntake:
    """Return who came to a programme, and whether it was ended."""
    stream = programme.intake_stream
    return fold_events(stream, log.stream(stream), log.fact).state or YearlyIntake()
