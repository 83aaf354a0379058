"""A log is not written before its newest event, and a clock that leaps is looked at by somebody."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from events.clock_check import CLOCK_STREAM, accept_clock, leap
from events.database import Database
from events.errors import ClockBehind, StreamMoved
from events.facts import catalogue
from events.instants import instant
from events.log import Log
from events.moments import CLOCK_SKEW_MAX
from events.verify import verify
from events.world import ManualClock, SeededEntropy
from tests.kit.logs import CASE, OPENED, OTHER, said, shared_keys, tell

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


KEYS = shared_keys(SeededEntropy(1))  # as in life, every process has the same


def log_at(database: Database, now: datetime) -> Log:
    """Return the log as a process that starts at this time by its clock has it."""
    return Log(database, catalogue(), KEYS, SeededEntropy(2), ManualClock(now))


@pytest.fixture
def at_noon(database: Database) -> Log:
    log = log_at(database, NOON)
    tell(log, (CASE, OPENED))
    return log


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(minutes=2), timedelta(days=365)])
def test_nothing_is_recorded_by_a_clock_that_was_set_back(database: Database, at_noon: Log, back: timedelta) -> None:
    behind = log_at(database, NOON - back)
    with pytest.raises(ClockBehind, match=r"set the clock right.*wayhome clock accept"):
        tell(behind, (CASE, OPENED))
    assert at_noon.size() == behind.size() == 1  # and reading goes on
    at_noon.moments.clock.advance(timedelta(seconds=1))  # type: ignore[union-attr]
    tell(at_noon, (CASE, OPENED))


def test_a_clock_a_moment_behind_anothers_records_at_the_newest(database: Database, at_noon: Log) -> None:
    tell(log_at(database, NOON - CLOCK_SKEW_MAX), (CASE, OPENED))
    assert [event.envelope.recorded_at for event in at_noon.stream(CASE)] == [at_noon.newest()] * 2


def test_after_a_wrong_clock_of_the_future_recording_goes_on_once_somebody_says_so(
    database: Database, at_noon: Log
) -> None:
    tell(log_at(database, NOON + timedelta(days=3650)), (CASE, OPENED))
    at_noon.moments.clock.advance(timedelta(hours=1))  # type: ignore[union-attr]
    with pytest.raises(ClockBehind):
        tell(at_noon, (CASE, OPENED))
    fact = accept_clock(at_noon, "staff:operator", UUID(int=1, version=4))
    assert fact.newest == NOON + timedelta(days=3650)
    tell(at_noon, (CASE, OPENED))
    assert [event.envelope.actor for event in at_noon.stream(CLOCK_STREAM)] == ["staff:operator"]
    assert instant(at_noon.newest()) == NOON + timedelta(hours=1)


def test_a_leap_is_measured_from_the_newest_event(database: Database, at_noon: Log) -> None:
    later = log_at(database, NOON + timedelta(days=30))
    assert leap(later) == timedelta(days=30)
    accept_clock(later, "staff:operator", UUID(int=1, version=4))
    assert leap(later) == timedelta(0)
    assert leap(at_noon) == timedelta(days=-30)


def told_meanwhile(ours: Log, theirs: Log, by: timedelta) -> None:
    """Write at one console, and in the middle of it the clock goes on and something is written at the other."""
    with ours.writing() as writing:
        writing.lock([CASE])
        writing.append(CASE, OPENED, said(writing, "ours"))
        writing.remember("ours", "digest", "{}")
        ours.moments.clock.advance(by)  # type: ignore[union-attr]
        tell(theirs, (OTHER, OPENED))


@pytest.fixture
def consoles(prepared_pg_url: str) -> Iterator[tuple[Log, Log]]:
    clock, databases = ManualClock(NOON), [Database(prepared_pg_url), Database(prepared_pg_url)]
    with closing(databases[0]), closing(databases[1]):
        yield tuple(Log(one, catalogue(), KEYS, SeededEntropy(3), clock) for one in databases)  # type: ignore[misc]


def test_a_write_that_the_clock_leapt_over_is_told_anew(consoles: tuple[Log, Log]) -> None:
    ours, theirs = consoles
    tell(ours, (OTHER, OPENED))
    with pytest.raises(StreamMoved):
        told_meanwhile(ours, theirs, timedelta(hours=16))
    tell(ours, (CASE, OPENED))  # as the caller of a write does
    assert [event.envelope.stream for page in ours.pages() for event in page] == [OTHER, OTHER, CASE]
    assert verify(ours).findings == ()


def test_a_write_beside_another_of_the_same_moment_goes_on(consoles: tuple[Log, Log]) -> None:
    ours, theirs = consoles
    told_meanwhile(ours, theirs, CLOCK_SKEW_MAX)
    assert [event.envelope.stream for page in ours.pages() for event in page] == [OTHER, CASE]
    assert verify(ours).findings == ()
