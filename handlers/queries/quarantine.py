"""Whether an older copy of the log is in place and nothing may leave the house, and what it does not know."""

from typing import Final

from sqlalchemy import Connection, select

from events.ids import RESTORE
from events.log import Log
from events.tables import events
from handlers.states.state_cache import fold_events
from workflow.subjects.restore.state import Quarantine

_LAST: Final = (
    select(events.c.type)
    .where(events.c.stream == RESTORE, events.c.type.in_(("LogRestored", "QuarantineLifted")))
    .order_by(events.c.version.desc())
    .limit(1)
)


def is_quarantined(connection: Connection) -> bool:
    """Tell whether nothing may leave the house now; one short look, asked before anything does."""
    return connection.execute(_LAST).scalar_one_or_none() == "LogRestored"


def quarantine_of(log: Log) -> Quarantine:
    """Return the quarantine as it stands, with everything that was found."""
    found: Quarantine | None = fold_events(RESTORE, log.stream(RESTORE), log.fact).state
    return found or Quarantine()
