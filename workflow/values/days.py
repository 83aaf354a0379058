"""The one place that turns instants into days and into times of day; whose clocks go is always said.

Instants are stored and compared in UTC. A day is somebody's: the programme's (``Programme.day``), a house's
(``Facility.day``), an authority's. Whoever needs one asks them, or this module with a zone's name; a test of the
architecture keeps ``.date()`` and ``astimezone`` out of everything else, so that a rule, a form, a ledger, a count and
a payment file cannot disagree about which day it is.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
_FARTHEST_WEST = timedelta(hours=12)  # Baker Island, UTC-12


def by_clock(at: datetime, zone: str) -> datetime:
    """Return an instant as the clocks of a zone show it.

    >>> by_clock(datetime(2007, 3, 7, 22, 30, tzinfo=UTC), "Europe/Moscow").isoformat()
    '2007-03-08T01:30:00+03:00'
    """
    return at.astimezone(ZoneInfo(zone))


def in_utc(at: datetime) -> datetime:
    """Return the same instant told in UTC."""
    return at.astimezone(UTC)


@lru_cache(maxsize=1024)
def day_of(at: datetime, zone: str) -> date:
    """Return which day it is in a zone at an instant.

    >>> at = datetime(2007, 3, 7, 22, 30, tzinfo=UTC)
    >>> [day_of(at, zone).isoformat() for zone in ("America/New_York", "Europe/Moscow")]
    ['2007-03-07', '2007-03-08']
    """
    return by_clock(at, zone).date()


def month_of(at: datetime, zone: str) -> str:
    """Return the month of an instant in a zone, as counts are kept by it.

    >>> month_of(datetime(2006, 12, 31, 22, 30, tzinfo=UTC), "Europe/Moscow")
    '2007-01'
    """
    return f"{by_clock(at, zone):%Y-%m}"


def at_clock(day: date, clock: time, zone: str) -> datetime:
    """Return the instant at which the clocks of a zone show a time on a day; in UTC.

    A time that comes twice is the first of the two; one that is left out is as long after midnight as it says.
    """
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def begin_of(day: date, zone: str) -> datetime:
    """Return when a day begins, as clocks in the zone show it; in UTC."""
    return at_clock(day, time(), zone)


def end_of(day: date, zone: str) -> datetime:
    """Return the instant at which a day is over, as clocks in the zone show it; in UTC.

    >>> end_of(date(2007, 3, 8), "Europe/Moscow").isoformat()
    '2007-03-08T21:00:00+00:00'
    """
    return begin_of(day + ONE_DAY, zone)


def earliest_day(at: datetime) -> date:
    """Return the earliest day it is anywhere at an instant: for a reminder that may come early and never late.

    >>> earliest_day(datetime(2007, 3, 8, 11, 30, tzinfo=UTC))
    datetime.date(2007, 3, 7)
    """
    return (at - _FARTHEST_WEST).astimezone(UTC).date()


def utc_day(stored: str) -> date:
    """Return the day of a stored instant in UTC: only for facts of a time when no other day was told.

    >>> utc_day("2007-03-07T22:30:00.000000Z")
    datetime.date(2007, 3, 7)
    """
    return date.fromisoformat(stored[:10])


def day_told(at: datetime) -> date:
    """Return the day that is told with an instant itself: by a bank's own clocks, or by those it is shown by.

    >>> day_told(by_clock(datetime(2007, 3, 7, 22, 30, tzinfo=UTC), "Europe/Moscow"))
    datetime.date(2007, 3, 8)
    """
    return at.date()
