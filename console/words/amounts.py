"""Days, times, spans and sums as people write them in a language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta, get_timezone_location
from babel.numbers import format_currency, format_decimal, get_currency_precision

from console.words.language import LOCALES, Language
from events.money import Money

_Unit = Literal["year", "month", "day", "hour", "minute"]
_NEVER: Final = 1e9  # Babel takes a larger unit from so many on; we choose the unit ourselves


def day(value: date, language: Language) -> str:
    """Return a day.

    >>> day(date(2026, 3, 12), "en"), day(date(2026, 3, 12), "ru").replace(chr(8239), " ")
    ('12 Mar 2026', '12 мар. 2026 г.')
    """
    return format_date(value, "medium", locale=LOCALES[language])


def month(value: date, language: Language) -> str:
    """Return a month and its year.

    >>> month(date(2026, 3, 1), "en"), month(date(2026, 3, 1), "ru")
    ('March 2026', 'март 2026')
    """
    return format_date(value, "LLLL y", locale=LOCALES[language])


def clock(value: datetime, zone: str, language: Language) -> str:
    """Return the time of day by the clocks of a place, without its day."""
    return format_datetime(value, "HH:mm", tzinfo=ZoneInfo(zone), locale=LOCALES[language])


def moment(value: datetime, zone: str, language: Language) -> str:
    """Return a day and a time by the clocks of a place, and which place that is.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 3, 12, 15, 40, tzinfo=UTC), "Europe/Moscow", "en")
    '12 Mar 2026, 18:40 (Moscow)'
    """
    there = value.astimezone(ZoneInfo(zone))
    return f"{day(there.date(), language)}, {clock(value, zone, language)} ({place_of(zone, language)})"


def place_of(zone: str, language: Language) -> str:
    """Return whose clocks a time zone means, in one word.

    >>> place_of("Asia/Vladivostok", "ru"), place_of("UTC", "ru")
    ('Владивосток', 'UTC')
    """
    if zone == "UTC":
        return zone
    named = get_timezone_location(zone, locale=LOCALES[language], return_city=True)
    return str(named)


def how_long(span: timedelta, language: Language) -> str:
    """Return a span in whole years, months, days, hours or minutes, whichever says most in one word.

    >>> [how_long(timedelta(days=days), "ru") for days in (1, 3, 5)], how_long(timedelta(days=3), "en")
    (['1 день', '3 дня', '5 дней'], '3 days')
    """
    return format_timedelta(abs(span), granularity=_unit(span), threshold=_NEVER, locale=LOCALES[language])


def how_long_ago(then: datetime, now: datetime, language: Language) -> str:
    """Return how long ago, or in how long, something is.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 12, 12, tzinfo=UTC)
    >>> how_long_ago(noon, noon + timedelta(days=3), "en"), how_long_ago(noon, noon - timedelta(hours=2), "ru")
    ('3 days ago', 'через 2 часа')
    """
    span = then - now
    return format_timedelta(
        span, granularity=_unit(span), threshold=_NEVER, add_direction=True, locale=LOCALES[language]
    )


def money(value: Money, language: Language) -> str:
    """Return a sum with its currency; without minor units when there are none.

    >>> money(Money.parse("EUR 1800"), "en"), money(Money.parse("RUB 1200.50"), "ru").replace(chr(160), " ")
    ('EUR 1,800', '1 200,50 RUB')
    """
    digits = get_currency_precision(value.currency)
    whole = value.amount == value.amount.to_integral_value()
    pattern = "¤¤ #,##0" if language == "en" else "#,##0 ¤¤"
    if not whole and digits:
        pattern = pattern.replace("#,##0", "#,##0." + "0" * digits)
    return format_currency(
        value.amount, value.currency, pattern, locale=LOCALES[language], currency_digits=False, group_separator=True
    ).replace("\xa0\xa0", "\xa0")


def number(value: float, language: Language) -> str:
    """Return a number with its thousands apart.

    >>> number(12500, "en"), number(12500, "ru").replace(chr(160), " ")
    ('12,500', '12 500')
    """
    return format_decimal(value, locale=LOCALES[language])


def _unit(span: timedelta) -> _Unit:
    """Return the unit people would count in: ten days are ten days, not a week."""
    days = abs(span).total_seconds() / 86400
    if days >= 730:
        return "year"
    if days >= 60:
        return "month"
    if days >= 1:
        return "day"
    return "hour" if days >= 1 / 24 else "minute"
