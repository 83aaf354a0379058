"""Days, times, spans and sums as people write them in a language."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal

from babel.dates import format_date, format_datetime, format_timedelta, get_timezone_location
from babel.numbers import format_currency, format_decimal, get_currency_precision

from console.words.language import LOCALES, Language
from events.money import Money
from workflow.values.days import by_clock, day_of

_Unit = Literal["year", "month", "day", "hour", "minute"]
_A_MINUTE: Final = timedelta(minutes=1)
_JUST_NOW: Final[Mapping[Language, str]] = {"en": "just now", "ru": "только что"}
_SECONDS: Final[Mapping[_Unit, int]] = {
    "year": 365 * 86_400, "month": 30 * 86_400, "day": 86_400, "hour": 3600, "minute": 60,
}  # fmt: skip
_NEVER: Final = 1e9  # Babel takes a larger unit from so many on; we choose the unit ourselves


class Amounts:
    """Writes amounts in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._locale = LOCALES[language]

    def day(self, value: date) -> str:
        """Return a day.

        >>> Amounts("en").day(date(2026, 3, 12)), Amounts("ru").day(date(2026, 3, 12)).replace(chr(8239), " ")
        ('12 Mar 2026', '12 мар. 2026 г.')
        """
        return _day(value, self.language)

    def day_at(self, value: datetime, zone: str) -> str:
        """Return the day of an instant by the clocks of a place.

        >>> from datetime import UTC
        >>> Amounts("en").day_at(datetime(2026, 3, 12, 22, 40, tzinfo=UTC), "Europe/Moscow")
        '13 Mar 2026'
        """
        return self.day(day_of(value, zone))

    def month(self, value: date) -> str:
        """Return a month and its year.

        >>> Amounts("en").month(date(2026, 3, 1)), Amounts("ru").month(date(2026, 3, 1))
        ('March 2026', 'март 2026')
        """
        return format_date(value, "LLLL y", locale=self._locale)

    def clock(self, value: datetime, zone: str = "UTC") -> str:
        """Return the time of day by the clocks of a place, without its day."""
        return format_datetime(by_clock(value, zone), "HH:mm", tzinfo=None, locale=self._locale)

    def moment(self, value: datetime, zone: str = "UTC") -> str:
        """Return a day and a time by the clocks of a place, and which place that is.

        >>> from datetime import UTC
        >>> Amounts("en").moment(datetime(2026, 3, 12, 15, 40, tzinfo=UTC), "Europe/Moscow")
        '12 Mar 2026, 18:40 (Moscow)'
        """
        return _moment(value, zone, self.language)

    def how_long(self, span: timedelta) -> str:
        """Return a span in whole years, months, days, hours or minutes, whichever says most in one word.

        >>> [Amounts("ru").how_long(timedelta(days=days)) for days in (1, 3, 5)]
        ['1 день', '3 дня', '5 дней']
        """
        return _span(*_in_words(abs(span)), self.language)

    def how_long_ago(self, then: datetime, now: datetime) -> str:
        """Return how long ago, or in how long, something is.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 3, 12, 12, tzinfo=UTC)
        >>> Amounts("en").how_long_ago(noon, noon + timedelta(days=3))
        '3 days ago'
        >>> Amounts("en").how_long_ago(noon, noon + timedelta(seconds=20)), Amounts("ru").how_long_ago(noon, noon)
        ('just now', 'только что')
        """
        if timedelta() <= now - then < _A_MINUTE:
            return _JUST_NOW[self.language]
        number, unit = _in_words(then - now)
        return _span(number if then > now else -number, unit, self.language, is_direction=True)

    def money(self, value: Money) -> str:
        """Return a sum with its currency; without minor units when there are none.

        >>> [Amounts("en").money(Money.parse(sum_)) for sum_ in ("EUR 1800", "RUB 1200.50")]
        ['EUR 1,800', 'RUB 1,200.50']
        """
        digits = get_currency_precision(value.currency)
        whole = value.amount == value.amount.to_integral_value()
        pattern = "¤¤ #,##0" if self.language == "en" else "#,##0 ¤¤"
        if not whole and digits:
            pattern = pattern.replace("#,##0", "#,##0." + "0" * digits)
        return format_currency(
            value.amount, value.currency, pattern, locale=self._locale, currency_digits=False, group_separator=True
        ).replace("\xa0\xa0", "\xa0")

    def number(self, value: float) -> str:
        """Return a number with its thousands apart.

        >>> Amounts("en").number(12500), Amounts("ru").number(12500).replace(chr(160), " ")
        ('12,500', '12 500')
        """
        return format_decimal(value, locale=self._locale)


@lru_cache(maxsize=20_000)
def _day(value: date, language: Language) -> str:
    return format_date(value, "medium", locale=LOCALES[language])


# The same times stand on page after page; what they are written as depends on nothing else.
@lru_cache(maxsize=20_000)
def _moment(value: datetime, zone: str, language: Language) -> str:
    words = Amounts(language)
    return f"{words.day_at(value, zone)}, {words.clock(value, zone)} ({place_of(zone, language)})"


@lru_cache(maxsize=1000)
def place_of(zone: str, language: Language) -> str:
    """Return whose clocks a time zone means, in one word.

    >>> place_of("Asia/Vladivostok", "ru"), place_of("UTC", "ru")
    ('Владивосток', 'UTC')
    """
    if zone == "UTC":
        return zone
    return str(get_timezone_location(zone, locale=LOCALES[language], return_city=True))


@lru_cache(maxsize=5000)
def _span(number: int, unit: _Unit, language: Language, *, is_direction: bool = False) -> str:
    span = timedelta(seconds=number * _SECONDS[unit])
    return format_timedelta(
        span, granularity=unit, threshold=_NEVER, add_direction=is_direction, locale=LOCALES[language]
    )


def _in_words(span: timedelta) -> tuple[int, _Unit]:
    """Return how many of which unit a span is, at least one of them unless it is nothing."""
    seconds, unit = abs(span.days * 86_400 + span.seconds), _unit(span)
    return round(max(1, seconds / _SECONDS[unit])) if seconds else 0, unit


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
