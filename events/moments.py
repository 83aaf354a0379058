"""When writes happen: by one clock, and never before the newest event of the log."""

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from events.asking import Asked, Rows, ask
from events.database import Database
from events.errors import ClockBehind, StreamMoved
from events.instants import instant, instant_text
from events.world import Clock

CLOCK_SKEW_MAX: Final = timedelta(minutes=1)  # that much the clocks of two machines may differ
_NEWEST: Final = "SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1"
_BEHIND: Final = (
    "the clock says {now} and the newest event is from {newest} (UTC): set the clock right, "
    "nothing is recorded until then; if that event came from a wrong clock and this one is right, "
    "say so: wayhome clock accept"
)


class Moments:
    """Asks for moments: of the database's own clock, unless another was given."""

    def __init__(self, database: Database, clock: Clock | None) -> None:
        self._database = database
        self.clock = clock

    def now(self, connection: Connection) -> str:
        """Return the present instant."""
        return self.asked_of_the_clock(connection).answer

    def told(self) -> str | None:
        """Return the present instant by the clock that was given; None where the database's own clock stamps."""
        return None if self.clock is None else instant_text(self.clock.now())

    def asked_of_the_clock(self, connection: Connection) -> Asked[str]:
        """Ask for the present instant, whatever the log says."""
        if self.clock is not None:
            return Asked((), self._given)
        return ask(connection, f"SELECT {self._database.now_sql}", (), lambda rows: str(next(iter(rows))[0]))

    def asked(self, connection: Connection) -> Asked[str]:
        """Ask for the moment of a write; a clock a little behind, as another process's may be, waits for the newest.

        Raises ClockBehind, when the answer is read, for a clock that was set back.
        """
        now = "''" if self.clock is not None else self._database.now_sql
        return ask(connection, f"SELECT {now}, ({_NEWEST})", (), self._not_before_the_newest)

    def newest(self, connection: Connection) -> str:
        """Return when the last event was recorded, or nothing for an empty log."""
        return ask(connection, _NEWEST, (), lambda rows: next((str(row[0]) for row in rows), "")).answer

    def refuse_overtaken(self, now: str, before: str) -> None:
        """Raise StreamMoved when the clock leapt during a write, and another took its place in the log meanwhile.

        Else the log would say for ever that its clock was set back.
        """
        if now < before and instant(before) - instant(now) > CLOCK_SKEW_MAX:
            raise StreamMoved("the clock was set ahead during the write, and another was stored before it")

    def _not_before_the_newest(self, rows: Rows) -> str:
        ((asked, last),) = rows
        now, newest = asked or self._given(()), last or ""
        if now < newest and instant(newest) - instant(now) > CLOCK_SKEW_MAX:
            raise ClockBehind(_BEHIND.format(now=now[:19], newest=newest[:19]))
        return str(max(now, newest))

    def _given(self, _rows: Rows) -> str:
        """Return what the given clock says when the answer is read: whatever was locked before is held by then."""
        told = self.told()
        assert told is not None
        return told


class AsTheClockSays(Moments):
    """Takes the clock's word for it: for whoever has looked, and says that it is right."""

    def asked(self, connection: Connection) -> Asked[str]:
        """Ask for the present instant, also when the newest event is later."""
        return self.asked_of_the_clock(connection)

    def refuse_overtaken(self, now: str, before: str) -> None:
        """Let it pass."""
