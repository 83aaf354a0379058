"""What there is for a sweep to do, asked in one question: most of the time that is nothing."""

from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, exists, or_, select

from events.high_water import is_marked
from events.ids import RESTORE
from events.instants import instant, instant_text
from events.log import Log
from events.tables import events
from handlers.projections.tables import accounts, drafts, staff_mails, to_compare
from workers.running.leases import HAS_ELAPSED, IS_CALLED_OFF, IS_LOST, IS_UNKNOWN, IS_UNRUNG


class DueWork(NamedTuple):
    """For which parts of a sweep there was anything to do when it began."""

    restored: bool  # an older log was once put in place
    closed: bool  # somebody's account was
    drafts: bool
    lost: bool
    elapsed: bool
    unknown: bool
    called_off: bool
    new_cases: bool
    mail: bool  # somebody who works here has an address
    unrung: bool
    unmarked: bool  # something was recorded of which the mark beside the keys does not tell


_ASKED: Final[dict[str, ColumnElement[bool]]] = {
    "restored": exists().where(events.c.stream == RESTORE),
    "closed": exists().where(accounts.c.closed),
    "drafts": exists().where(drafts.c.until <= bindparam("now")),
    "lost": exists().where(IS_LOST),
    "elapsed": exists().where(HAS_ELAPSED),
    "unknown": exists().where(IS_UNKNOWN),
    "called_off": exists().where(IS_CALLED_OFF),
    "new_cases": exists(to_compare.c.case_id),
    "mail": or_(exists(staff_mails.c.letter), exists().where(accounts.c.mail != "")),
    "unrung": exists().where(IS_UNRUNG),
}
_DUE: Final = select(*(one.label(name) for name, one in _ASKED.items()))


def due_work(log: Log, connection: Connection, now: str, *, ring_again: timedelta, ask_again: timedelta) -> DueWork:
    """Return what is to be done at this instant of what this connection sees; what comes later the next sweep finds."""
    rung, asked = (instant_text(instant(now) - wait) for wait in (ring_again, ask_again))
    row = connection.execute(_DUE, {"now": now, "rung_before": rung, "asked_before": asked}).one()
    return DueWork(*map(bool, (*row, not is_marked(log, connection))))
