"""When an office is open, in its own time zone; closed on the public holidays of its country."""

from datetime import date, datetime, time, timedelta
from typing import Self

from pydantic import Field, field_validator, model_validator

from workflow.programme.part import ProgrammePart, TimeZone
from workflow.values.calendars import WEEKDAYS, has_calendar, is_working_day
from workflow.values.days import at_clock, by_clock, day_of

_LOOK_AHEAD_DAYS = 60  # no office is closed for longer without saying so


class Hours(ProgrammePart):
    """When an office is open: days of the week, from and to in its own time zone; ``to`` itself is closed."""

    days: tuple[str, ...] = ("mo", "tu", "we", "th", "fr")
    opens: time
    closes: time
    time_zone: TimeZone
    holidays_of: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")  # closed on this country's public holidays

    @field_validator("days")
    @classmethod
    def _known_days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or set(value) - set(WEEKDAYS):
            raise ValueError(f"days are some of {', '.join(WEEKDAYS)}")
        return value

    @field_validator("holidays_of")
    @classmethod
    def _known_calendar(cls, value: str | None) -> str | None:
        if value is not None and not has_calendar(value):
            raise ValueError(f"no calendar of public holidays is known for {value}; leave it out")
        return value

    @model_validator(mode="after")
    def _some_time_between(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("closes is not after opens")
        return self

    def is_open(self, at: datetime) -> bool:
        """Tell whether the office is open at an instant: 18:30:00 is closed when it closes at 18:30."""
        clock = by_clock(at, self.time_zone).time()
        return self._works_on(self.day(at)) and self.opens <= clock < self.closes

    def day(self, at: datetime) -> date:
        """Return which day it is there at an instant."""
        return day_of(at, self.time_zone)

    def next_opening(self, at: datetime) -> datetime:
        """Return the instant itself while open, else when the office opens next; in UTC."""
        if self.is_open(at):
            return at
        for ahead in range(_LOOK_AHEAD_DAYS):
            day = self.day(at) + timedelta(days=ahead)
            opens = at_clock(day, self.opens, self.time_zone)
            if self._works_on(day) and opens >= at:
                return opens
        raise AssertionError(f"an office that does not open for {_LOOK_AHEAD_DAYS} days")

    def closing(self, at: datetime) -> datetime:
        """Return when the office closes, or would close, on the day of an instant; in UTC."""
        return at_clock(self.day(at), self.closes, self.time_zone)

    def on(self, day: date, zone: str) -> tuple[datetime, datetime] | None:
        """Return from when to when it is open on a day of its own, told in another time zone; None when closed."""
        if not self._works_on(day):
            return None
        opens, closes = (by_clock(at_clock(day, at, self.time_zone), zone) for at in (self.opens, self.closes))
        return opens, closes

    def _works_on(self, day: date) -> bool:
        if self.holidays_of is None:
            return WEEKDAYS[day.weekday()] in self.days
        return WEEKDAYS[day.weekday()] in self.days and is_working_day(day, self.holidays_of, weekend=False)


def fewer_hours(now: Hours | None, before: Hours | None) -> bool:
    """Tell whether an office is open at no time at which it was not before; without hours nobody knows, or always."""
    if now is None or before is None:
        return before is None
    return (
        {*now.days} <= {*before.days}
        and before.opens <= now.opens
        and now.closes <= before.closes
        and now.time_zone == before.time_zone
        and before.holidays_of in (None, now.holidays_of)
    )
