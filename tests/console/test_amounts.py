"""Days, times, spans and sums, as people write them in two languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from console.words.amounts import clock, day, how_long, how_long_ago, moment, money, number
from console.words.language import Language
from events.money import Money

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


def plain(text: str) -> str:
    """Return a text with ordinary spaces for those that do not break."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_a_day_is_written_before_its_month() -> None:
    assert day(date(2026, 3, 12), "en") == "12 Mar 2026"
    assert plain(day(date(2026, 3, 12), "ru")) == "12 мар. 2026 г."


def test_a_time_is_told_by_the_clocks_of_a_place() -> None:
    assert moment(NOON, "Europe/Moscow", "en") == "12 Mar 2026, 15:00 (Moscow)"
    assert plain(moment(NOON, "Asia/Vladivostok", "ru")) == "12 мар. 2026 г., 22:00 (Владивосток)"
    assert moment(NOON, "UTC", "en") == "12 Mar 2026, 12:00 (UTC)"
    assert clock(NOON, "Europe/Kaliningrad", "ru") == "14:00"


def test_a_time_late_in_the_evening_is_the_next_day_further_east() -> None:
    late = datetime(2026, 3, 12, 20, 0, tzinfo=UTC)
    assert moment(late, "Asia/Kamchatka", "en").startswith("13 Mar 2026, 08:00")


@pytest.mark.parametrize(
    ("span", "english", "russian"),
    [
        (timedelta(minutes=1), "1 minute", "1 минута"),
        (timedelta(minutes=42), "42 minutes", "42 минуты"),
        (timedelta(hours=1), "1 hour", "1 час"),
        (timedelta(hours=21), "21 hours", "21 час"),
        (timedelta(days=1), "1 day", "1 день"),
        (timedelta(days=3), "3 days", "3 дня"),
        (timedelta(days=10), "10 days", "10 дней"),
        (timedelta(days=21), "21 days", "21 день"),
        (timedelta(days=90), "3 months", "3 месяца"),
        (timedelta(days=365 * 5), "5 years", "5 лет"),
    ],
)
def test_a_span_is_counted_in_one_unit_with_its_right_form(span: timedelta, english: str, russian: str) -> None:
    assert how_long(span, "en") == english
    assert how_long(span, "ru") == russian


def test_how_long_ago_and_in_how_long() -> None:
    assert how_long_ago(NOON - timedelta(days=3), NOON, "en") == "3 days ago"
    assert how_long_ago(NOON - timedelta(days=5), NOON, "ru") == "5 дней назад"
    assert how_long_ago(NOON + timedelta(hours=2), NOON, "ru") == "через 2 часа"


@pytest.mark.parametrize(
    ("sum_", "language", "written"),
    [
        ("EUR 1800", "en", "EUR 1,800"),
        ("EUR 1800", "ru", "1 800 EUR"),
        ("RUB 1200.50", "ru", "1 200,50 RUB"),
        ("USD 0.05", "en", "USD 0.05"),
        ("JPY 3000", "en", "JPY 3,000"),
        ("KWD 1.125", "en", "KWD 1.125"),
    ],
)
def test_a_sum_is_written_with_its_currency(sum_: str, language: Language, written: str) -> None:
    assert plain(money(Money.parse(sum_), language)) == written


def test_thousands_stand_apart() -> None:
    assert number(12500, "en") == "12,500"
    assert plain(number(12500, "ru")) == "12 500"
