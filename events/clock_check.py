"""Whether the clock can be believed: a log's own events are what it is held against.

A clock that was set back would record what comes after before what came first: nothing is recorded then. One that
leaps forward by days would let every timer run out at once: timers wait for somebody who looks.
"""

from datetime import timedelta
from uuid import UUID

from events.facts.office import ClockAccepted
from events.instants import instant
from events.log import Log
from events.writing import EventMetadata

CLOCK_STREAM = "clock:log"


def leap(log: Log) -> timedelta:
    """Return by how much the clock is ahead of the newest event; nothing for an empty log, below zero when behind."""
    newest = log.newest()
    return instant(log.now()) - instant(newest) if newest else timedelta(0)


def accept_clock(log: Log, actor: str, command_id: UUID) -> ClockAccepted:
    """Record that the clock is right, whatever it says; what follows is held against this event."""
    with log.writing(as_the_clock_says=True) as writing:
        writing.lock([CLOCK_STREAM])
        fact = ClockAccepted(newest=instant(log.newest() or writing.now))
        said = EventMetadata(str(command_id), actor, "operator", "command:AcceptClock", writing.now, "")
        writing.append(CLOCK_STREAM, fact, said)
        writing.remember(str(command_id), "", '{"case":"","version":0,"facts":["ClockAccepted"]}')
    return fact
