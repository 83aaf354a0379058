"""Planned and actual: how many people came to a programme in each year, beside its target."""

from __future__ import annotations

from typing import NamedTuple

from events.log import Log
from handlers.folds import folded
from workflow.intake import Intake
from workflow.programme import Programme


class Year(NamedTuple):
    """One year of a programme; ``share`` is per cent of the target, rounded to whole ones."""

    year: int
    target: int
    arrived: int
    share: int


def pace(log: Log, programme: Programme) -> list[Year]:
    """Return a programme's years in order; arrivals are those counted when cases were opened."""
    intake = intake_of(log, programme)
    target = programme.target_per_year
    return [Year(year, target, count, round(100 * count / target)) for year, count in sorted(intake.arrivals.items())]


def intake_of(log: Log, programme: Programme) -> Intake:
    """Return who came to a programme, and whether it was ended."""
    stream = programme.intake_stream
    return folded(stream, log.stream(stream), log.fact).state or Intake()
