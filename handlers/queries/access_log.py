"""Who looked at what: page by page beside the log, and every opening of what is sealed in the log itself.

What stores a look, and stops whoever looks at too many cases, is in ``handlers.queries.record_view``.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.engine import RowMapping

from events.envelope import RecordedEvent
from events.facts.access import GlassBroken
from events.facts.intake import SealedOpened
from events.facts.referrals import DisclosureMade
from events.facts.safety import SealedDenied
from events.ids import case_of_stream, case_stream
from events.instants import instant_text
from events.log import END, Log
from handlers.projections.tables import looks
from handlers.queries.history import EventQuery, search_events

_WINDOWS_MAX: Final = 20  # of the log, when all cases are gone through for openings
_OPENINGS: Final = ("SealedOpened", "SealedDenied", "DisclosureMade", "GlassBroken")


class AccessRecord(NamedTuple):
    """One look or opening: when, who, by which right, what, and why."""

    at: str
    account: str
    mandate: str
    what: str  # page, listed, opened, denied, disclosed, glass, too_many_files
    parts: tuple[str, ...]  # the page, the compartments, or what a provider was shown
    why: str


def views_of_case(connection: Connection, case_id: str) -> list[RowMapping]:
    """Return who saw something of a case, the first first."""
    query = select(looks).where(looks.c.case_id == case_id).order_by(looks.c.at)
    return list(connection.execute(query).mappings())


def bulk_readers(connection: Connection, since: datetime) -> list[RowMapping]:
    """Return who was stopped for looking at too many cases, how often and when last, the last first."""
    last = func.max(looks.c.at).label("last")
    query = (
        select(looks.c.account, func.count().label("times"), last)
        .where(looks.c.refused, looks.c.at >= instant_text(since))
        .group_by(looks.c.account)
        .order_by(last.desc())
    )
    return list(connection.execute(query).mappings())


def accesses_of_case(log: Log, case_id: str) -> list[AccessRecord]:
    """Return who read what of a case, in the order of time: looks, openings, refused openings, and disclosures."""
    with log.database.reading() as connection:
        found = [_look(row) for row in views_of_case(connection, case_id)]
    found += [_opening(log, event) for event in log.of_types(case_stream(case_id), _OPENINGS)]
    return sorted(found, key=lambda read: (read.at, read.account, read.what, read.parts))  # the same on each database


class AccessQuery(NamedTuple):
    """Which readings are looked for; what is empty narrows nothing."""

    case_id: str = ""
    account: str = ""
    since: str = ""  # instants as they are stored
    until: str = ""
    lists: bool = True  # also what was shown on a list among others


class CaseAccessRecord(NamedTuple):
    """Somebody's look at a case, or their opening of what is sealed there."""

    case_id: str
    at: str
    account: str
    mandate: str
    what: str  # as of Read
    parts: tuple[str, ...]
    why: str


def readings(log: Log, wanted: AccessQuery, limit: int) -> list[CaseAccessRecord]:
    """Return who read what, of all cases or of one, the last first."""
    with log.database.reading() as connection:
        rows = connection.execute(_wanted(wanted, limit)).mappings()
        found = [CaseAccessRecord(row["case_id"], *_look(row)) for row in rows]
    openings = ((case_of_stream(event.envelope.stream) or "", event) for event in _openings(log, wanted, limit))
    found += [CaseAccessRecord(case_id, *_opening(log, event)) for case_id, event in openings]
    return sorted(found, key=lambda one: (one.at, one.case_id), reverse=True)[:limit]


def _wanted(wanted: AccessQuery, limit: int) -> Select[Any]:
    column, asked = looks.c, [looks.c.case_id == wanted.case_id] if wanted.case_id else []
    asked += [column.account == wanted.account] if wanted.account else []
    asked += [column.at >= wanted.since] if wanted.since else []
    asked += [column.at <= wanted.until] if wanted.until else []
    asked += [] if wanted.lists else [column.listed.is_(False)]
    return select(looks).where(*asked).order_by(column.at.desc(), column.case_id).limit(limit)


def _openings(log: Log, wanted: AccessQuery, limit: int) -> list[RecordedEvent]:
    """Return the events that opened something, gone back for as far as one page of the list may cost."""
    sought = EventQuery(wanted.case_id, wanted.account, _OPENINGS, "", wanted.since, wanted.until)
    events: list[RecordedEvent] = []
    before: int | None = END
    for _ in range(_WINDOWS_MAX):
        if before is None or len(events) >= limit:
            break
        page = search_events(log, sought, before=before, limit=limit)
        events += [event for event in page.events if case_of_stream(event.envelope.stream) is not None]
        before = page.earlier
    return events


def _look(row: RowMapping) -> AccessRecord:
    what = "too_many_files" if row["refused"] else "listed" if row["listed"] else "page"
    return AccessRecord(row["at"], row["account"], "", what, (row["page"],), "")


def _opening(log: Log, event: RecordedEvent) -> AccessRecord:
    fact, envelope, who = log.fact(event), event.envelope, event.envelope.actor
    match fact:
        case SealedOpened():
            what = ("opened", (*fact.compartments, *(("file",) if fact.file_id else ())), fact.why)
        case SealedDenied():
            what = ("denied", fact.compartments, fact.why)
        case DisclosureMade():
            who, what = fact.provider, ("disclosed", fact.parts, fact.why)
        case _:
            assert isinstance(fact, GlassBroken)
            what = ("glass", (), fact.reason)
    return AccessRecord(envelope.recorded_at, who, envelope.mandate, *what)
