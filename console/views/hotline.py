"""The hotline desk: open or not by everybody's own clock, who is to call again, and what was counted today.

Nothing here knows a caller. Both doors look it up here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from console.views.reader import Reader
from handlers.queries.reports import hotline_state_since
from workflow.programme.loading import Definition
from workflow.programme.programme import Programme
from workflow.subjects.hotline.definition import Hotline
from workflow.subjects.hotline.state import HotlineState
from workflow.values.days import begin_of, by_clock, day_told


class ZoneClock(NamedTuple):
    """The hours of the day it is open next, as a clock in a zone shows them."""

    zone: str
    since: datetime
    until: datetime
    now: datetime
    next_opening: datetime

    @property
    def ends_next_day(self) -> bool:
        """Tell whether the end is on the day after."""
        return day_told(self.until) > day_told(self.since)


class Status(NamedTuple):
    """Whether the hotline is open at an instant, and when it opens next."""

    is_open: bool
    at: datetime
    next_opening: datetime
    closes: datetime
    zones: tuple[ZoneClock, ...]


class CallBack(NamedTuple):
    """Somebody who is to call again; only the code they were given is known."""

    code: str
    due_at: datetime
    overdue: bool


class Today(NamedTuple):
    """What was counted since midnight at the desk, by the hotline's own clock."""

    how: Mapping[str, int]  # calls by how they ended, visits, talks by telephone
    missed: int

    @property
    def total(self) -> int:
        """Return how many were heard."""
        return sum(self.how.values())


class DeskView(NamedTuple):
    """Everything the page of the desk shows."""

    programme: Programme
    line: Hotline
    status: Status
    call_backs: tuple[CallBack, ...]
    case_codes: tuple[str, ...]
    today: Today


def status_of(line: Hotline, at: datetime, zones: Sequence[str] = ()) -> Status:
    """Return whether the hotline is open, and its hours by the clocks of these zones."""
    opens = line.hours.next_opening(at)
    begins = line.hours.day(opens)
    clocks = []
    for zone in zones:
        day = line.hours.on(begins, zone)
        assert day is not None, "it opens on that day"
        clocks.append(ZoneClock(zone, *day, by_clock(at, zone), by_clock(opens, zone)))
    return Status(line.hours.is_open(at), at, opens, line.hours.closing(opens), tuple(clocks))


def call_backs_of(desk: HotlineState, line: Hotline, now: datetime) -> tuple[CallBack, ...]:
    """Return the call-backs that are open, the longest due first."""
    overdue = desk.overdue(now, line.hours)
    rows = sorted((due, code) for code, due in desk.call_backs.items())
    return tuple(CallBack(code, due, code in overdue) for due, code in rows)


def desks(reader: Reader) -> dict[str, Definition]:
    """Return the programmes with a hotline that a reader works for, by name."""
    return {name: one for name, one in reader.own_programmes().items() if one.programme.hotline is not None}


def desk_view(reader: Reader, programme: Programme) -> DeskView:
    """Return the desk of a programme as it stands."""
    line, log = programme.hotline, reader.container.log
    assert line is not None, "only programmes with a hotline are asked about"
    stream = programme.hotline_stream
    desk = reader.container.cases.states([stream])[stream].state or HotlineState()
    midnight = begin_of(line.hours.day(reader.now), line.hours.time_zone)
    counted = hotline_state_since(log, programme, midnight)
    return DeskView(
        programme,
        line,
        status_of(line, reader.now, line.zones),
        call_backs_of(desk, line, reader.now),
        tuple(sorted(desk.case_codes)),
        Today(counted.counted("how"), sum(counted.counted("missed").values())),
    )
