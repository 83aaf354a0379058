"""Working days, opening hours and telephone numbers."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from workflow.programme.hours import Hours
from workflow.values.calendars import after_working_days, is_working_day, working_days_later
from workflow.values.phones import e164, is_toll_free

MOSCOW = ZoneInfo("Europe/Moscow")
HOTLINE = Hours(opens=time(8, 30), closes=time(18, 30), time_zone="Europe/Moscow", holidays_of="RU")


@pytest.mark.parametrize(
    ("written", "kept"),
    [("+7.495.797.8722", "+74957978722"), ("8-800-333-00-16", "+78003330016"), ("+998 71 202 25 50", "+998712022550")],
)
def test_numbers_are_kept_as_the_world_dials_them(written: str, kept: str) -> None:
    assert e164(written) == kept


@pytest.mark.parametrize("written", ["", "call me", "12", "+7 495 797 8722 0000 0000", "Иванова"])
def test_what_is_no_number_is_refused_without_being_repeated(written: str) -> None:
    with pytest.raises(ValueError, match="is not a telephone number"):
        e164(written)


def test_the_hotline_costs_its_callers_nothing() -> None:
    assert is_toll_free("+78003330016")
    assert not is_toll_free("+74957978722")


def test_the_last_second_is_open_and_half_past_six_is_closed() -> None:
    assert HOTLINE.is_open(datetime(2026, 11, 20, 18, 29, 59, tzinfo=MOSCOW))
    assert not HOTLINE.is_open(datetime(2026, 11, 20, 18, 30, tzinfo=MOSCOW))
    assert HOTLINE.is_open(datetime(2026, 11, 20, 8, 30, tzinfo=MOSCOW))


def test_on_saturday_the_next_opening_is_monday_morning() -> None:
    saturday = datetime(2026, 11, 21, 12, tzinfo=MOSCOW)
    assert HOTLINE.next_opening(saturday) == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)


def test_holidays_and_moved_days_off_are_closed() -> None:
    assert not HOTLINE.is_open(datetime(2026, 1, 9, 12, tzinfo=MOSCOW))  # a Friday, moved from a Saturday
    assert HOTLINE.next_opening(datetime(2025, 12, 31, 12, tzinfo=MOSCOW)).astimezone(MOSCOW).date() == date(
        2026, 1, 12
    )


def test_a_caller_far_away_is_told_the_hours_of_their_own_clock() -> None:
    opens, closes = HOTLINE.on(date(2026, 11, 20), "Asia/Vladivostok") or (None, None)
    assert opens is not None
    assert closes is not None
    assert (f"{opens:%H:%M}", f"{closes:%H:%M}") == ("15:30", "01:30")
    assert closes.date() == date(2026, 11, 21)


def test_working_days_leave_out_weekends_and_holidays() -> None:
    assert after_working_days(date(2026, 11, 20), 3, "RU") == date(2026, 11, 25)
    assert after_working_days(date(2026, 12, 30), 1, "RU") == date(2027, 1, 11)
    assert not is_working_day(date(2026, 11, 22), "RU")


def test_the_time_of_day_stays_when_clocks_change() -> None:
    before = datetime(2026, 3, 27, 9, tzinfo=ZoneInfo("Europe/Berlin"))  # the Friday before summer time
    due = working_days_later(before, 1, "DE", "Europe/Berlin")
    assert due.astimezone(ZoneInfo("Europe/Berlin")) == datetime(2026, 3, 30, 9, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    "wrong",
    [{"days": ("xx",)}, {"days": ()}, {"closes": time(8)}, {"time_zone": "Moscow"}, {"holidays_of": "ZZ"}],
)
def test_hours_nobody_could_keep_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Hours.model_validate(HOTLINE.model_dump() | wrong)
