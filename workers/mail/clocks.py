"""Times and days as letters tell them: by the clocks of the place they are about, which is named.

A driver in Moscow and a partner in Chisinau read the time on their own wall, and from the offset that comes with it
whoever is somewhere else can tell theirs.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, get_timezone_location

from workflow.programme.programme import Programme
from workflow.values.days import by_clock, day_of

_LOCALES: Final = {"en": Locale("en", "GB"), "ru": Locale("ru", "RU")}  # every letter is in both


def when(name: str, at: datetime, zone: str) -> dict[str, str]:
    """Return what stands for a time in the texts of a letter, by language.

    >>> from datetime import UTC
    >>> when("at", datetime(2007, 3, 7, 22, 30, tzinfo=UTC), "Europe/Moscow")
    {'at_en': '8 March 2007, 01:30 (Moscow, UTC+3)', 'at_ru': '8 марта 2007 г., 01:30 (Москва, UTC+3)'}
    """
    here = by_clock(at, zone)
    days, clock = on_day(name, day_of(at, zone)), f"{here:%H:%M}"
    return {key: f"{day}, {clock} ({_place(zone, key[-2:])}{offset(here)})" for key, day in days.items()}


def on_day(name: str, day: date) -> dict[str, str]:
    """Return what stands for a day in the texts of a letter, by language."""
    return {f"{name}_{code}": _plain(format_date(day, "long", locale=locale)) for code, locale in _LOCALES.items()}


def offset(here: datetime) -> str:
    """Return how far a place's clocks are from UTC.

    >>> from datetime import UTC
    >>> [offset(by_clock(datetime(2026, 7, 1, tzinfo=UTC), zone)) for zone in ("Asia/Kathmandu", "America/New_York")]
    ['UTC+5:45', 'UTC-4']
    """
    ahead = here.utcoffset() or timedelta()
    hours, minutes = divmod(abs(ahead) // timedelta(minutes=1), 60)
    sign = "" if not ahead else "-" if ahead < timedelta() else "+"
    return f"UTC{sign}{hours or ''}{f':{minutes:02}' if minutes else ''}" if sign else "UTC"


def zone_in(country: str, at: datetime, programme: Programme) -> str:
    """Return by whose clocks a time in a country is told: the country's where all of it goes by one, else ours.

    Which zones a country has is Unicode CLDR's to say.
    """
    zones: Mapping[str, Iterable[str]] = get_global("territory_zones")
    known = () if country in ("", programme.home_country) else tuple(zones.get(country, ()))
    by_offset = {by_clock(at, zone).utcoffset(): zone for zone in reversed(known)}
    return next(iter(by_offset.values())) if len(by_offset) == 1 else programme.time_zone


def _place(zone: str, language: str) -> str:
    if zone == "UTC":
        return ""
    return f"{get_timezone_location(zone, locale=_LOCALES[language], return_city=True)}, "


def _plain(text: str) -> str:
    """Return a text with plain spaces: some mail programs show the narrow one as a box."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
