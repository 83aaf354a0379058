"""Days, times, spans and sums, as people write them in two languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from console.words.amounts import Amounts
from console.words.language import Language
from events.money import Money

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


def plain(text: str) -> str:
    """Return a text with ordinary spaces for those that do not break."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_a_day_is_written_before_its_month() -> None:
    assert Amounts("en").day(date(2026, 3, 12)) == "12 Mar 2026"
    assert plain(Amounts("ru").day(date(2026, 3, 12))) == "12 мар. 2026 г."


def test_a_time_is_told_by_the_clocks_of_a_place() -> None:
    assert Amounts("en").moment(NOON, "Europe/Moscow") == "12 Mar 2026, 15:00 (Moscow)"
    assert plain(Amounts("ru").moment(NOON, "Asia/Vladivostok")) == "12 мар. 2026 г., 22:00 (Владивосток)"
    assert Amounts("en").moment(NOON, "UTC") == "12 Mar 2026, 12:00 (UTC)"
    assert Amounts("ru").clock(NOON, "Europe/Kaliningrad") == "14:00"


def test_a_time_late_in_the_evening_is_the_next_day_further_east() -> None:
    late = datetime(2026, 3, 12, 20, 0, tzinfo=UTC)
    assert Amounts("en").moment(late, "Asia/Kamchatka").startswith("13 Mar 2026, 08:00")


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
    assert Amounts("en").how_long(span) == english
    assert Amounts("ru").how_long(span) == russian


def test_how_long_ago_and_in_how_long() -> None:
    assert Amounts("en").how_long_ago(NOON - timedelta(days=3), NOON) == "3 days ago"
    assert Amounts("ru").how_long_ago(NOON - timedelta(days=5), NOON) == "5 дней назад"
    assert Amounts("ru").how_long_ago(NOON + timedelta(hours=2), NOON) == "через 2 часа"


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
    assert plain(Amounts(language).money(Money.parse(sum_))) == written


def test_thousands_stand_apart() -> None:
    assert Amounts("en").number(12500) == "12,500"
    assert plain(Amounts("ru").number(12500)) == "12 500"
