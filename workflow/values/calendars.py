"""Working days, each in its own country, and months.

Public holidays and moved days off come from the ``holidays`` package: in Russia the government moves days off
each year, so that a Saturday may be a working day and a Friday not.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

import holidays
from holidays.registry import EntityLoader

from workflow.values.days import at_clock, by_clock, day_of

Day = TypeVar("Day", bound=date)  # a day or an instant
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


def is_working_day(day: date, country: str, *, weekend: bool = True) -> bool:
    """Tell whether people work on a day in a country; ``weekend=False`` looks at public holidays only."""
    calendar = _calendar(country)
    return calendar.is_working_day(day) if weekend else day not in calendar


def after_working_days(day: date, days: int, country: str) -> date:
    """Return the day so many working days later; the day itself is not counted.

    >>> after_working_days(date(2026, 4, 30), 1, "RU")
    datetime.date(2026, 5, 4)
    """
    calendar = _calendar(country)
    while days > 0:
        day += timedelta(days=1)
        days -= calendar.is_working_day(day)
    return day


def working_days_later(at: datetime, days: int, country: str, zone: str) -> datetime:
    """Return the same time of day so many working days later, as clocks in the zone show it; in UTC."""
    due = after_working_days(day_of(at, zone), days, country)
    return at_clock(due, by_clock(at, zone).time(), zone)


def months_later(start: Day, months: int) -> Day:
    """Return the same day some months later, or the last day of a shorter month.

    >>> months_later(date(2007, 1, 31), 1)
    datetime.date(2007, 2, 28)
    """
    years, month = divmod(start.month - 1 + months, 12)
    for day in (start.day, 30, 29, 28):
        try:
            return start.replace(year=start.year + years, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def has_calendar(country: str) -> bool:
    """Tell whether the public holidays of a country are known."""
    return country in _known()


def is_time_zone(name: str) -> bool:
    """Tell whether a time zone of this name exists."""
    try:
        return bool(ZoneInfo(name).key)
    except (KeyError, ValueError, OSError):
        return False


@cache
def _known() -> frozenset[str]:
    """Return the countries' codes from the package's table; its own list of them loads every calendar there is."""
    return frozenset(EntityLoader.get_country_codes())


@cache
def _calendar(country: str) -> holidays.HolidayBase:
    """Return a country's calendar; years are added as they are asked for. Unknown countries have weekends only."""
    if not has_calendar(country):
        return holidays.HolidayBase()
    return holidays.country_holidays(country)
