"""When an office is open, in its own time zone; closed on the public holidays of its country."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from workflow.programme.part import ProgrammePart, TimeZone
from workflow.values.calendars import WEEKDAYS, has_calendar, is_working_day

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
        here = at.astimezone(ZoneInfo(self.time_zone))
        return self._works_on(here.date()) and self.opens <= here.time() < self.closes

    def next_opening(self, at: datetime) -> datetime:
        """Return the instant itself while open, else when the office opens next; in UTC."""
        if self.is_open(at):
            return at
        here = at.astimezone(ZoneInfo(self.time_zone))
        for ahead in range(_LOOK_AHEAD_DAYS):
            day = here.date() + timedelta(days=ahead)
            opens = datetime.combine(day, self.opens, ZoneInfo(self.time_zone))
            if self._works_on(day) and opens >= here:
                return opens.astimezone(UTC)
        raise AssertionError(f"an office that does not open for {_LOOK_AHEAD_DAYS} days")

    def closing(self, at: datetime) -> datetime:
        """Return when the office closes, or would close, on the day of an instant; in UTC."""
        zone = ZoneInfo(self.time_zone)
        return datetime.combine(at.astimezone(zone).date(), self.closes, zone).astimezone(UTC)

    def on(self, day: date, zone: str) -> tuple[datetime, datetime] | None:
        """Return from when to when it is open on a day of its own, told in another time zone; None when closed."""
        if not self._works_on(day):
            return None
        here, there = ZoneInfo(self.time_zone), ZoneInfo(zone)
        opens, closes = (datetime.combine(day, at, here).astimezone(there) for at in (self.opens, self.closes))
        return opens, closes

    def _works_on(self, day: date) -> bool:
        if self.holidays_of is None:
            return WEEKDAYS[day.weekday()] in self.days
        return WEEKDAYS[day.weekday()] in self.days and is_working_day(day, self.holidays_of, weekend=False)
