"""Who looked at what, and why: pages, openings, disclosures and emergencies, for whoever watches over them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from console.views.reader import Reader
from events.instants import instant, instant_text
from handlers.projections.work_items import list_work
from handlers.queries.access_log import AccessQuery, CaseAccessRecord, bulk_readers, readings
from workflow.subjects.access.state import access_of

DAYS: Final = 7  # shown when nothing is asked for
ROWS_MAX: Final = 300
_BULK_DAYS: Final = timedelta(days=30)
HEADS: Final = ("at", "case", "account", "mandate", "what", "parts", "why")


class Bulk(NamedTuple):
    """An account that was stopped for looking at too many cases."""

    account: str
    times: int
    last: datetime


class Emergency(NamedTuple):
    """An emergency access that nobody has reviewed yet."""

    case_id: str
    glass: str
    account: str
    reason: str
    since: datetime
    may_review: bool


class AccessView(NamedTuple):
    """Everything the page shows."""

    readings: tuple[CaseAccessRecord, ...]
    more: bool  # there are more than are shown
    emergencies: tuple[Emergency, ...]
    bulk: tuple[Bulk, ...]


def access(reader: Reader, wanted: AccessQuery) -> AccessView:
    """Return who looked at what within the wanted, the last first, and what needs somebody's eyes."""
    found = readings(reader.container.log, wanted, ROWS_MAX + 1)
    with reader.container.database.reading() as connection:
        stopped = bulk_readers(connection, reader.now - _BULK_DAYS)
        bulk = [Bulk(row["account"], row["times"], instant(row["last"])) for row in stopped]
        waiting = list_work(connection, kind="review_access", limit=ROWS_MAX)
    return AccessView(tuple(found[:ROWS_MAX]), len(found) > ROWS_MAX, tuple(_emergencies(reader, waiting)), tuple(bulk))


def rows_of(found: Iterable[CaseAccessRecord]) -> Iterator[tuple[str, ...]]:
    """Yield readings as rows of text under ``HEADS``."""
    for one in found:
        yield one.at, one.case_id, one.account, one.mandate, one.what, " ".join(one.parts), one.why


def last_days(reader: Reader) -> str:
    """Return the instant from which on the page shows when nothing is asked for."""
    return instant_text(reader.now - timedelta(days=DAYS))


def _emergencies(reader: Reader, waiting: Sequence[Any]) -> Iterator[Emergency]:
    """Yield the emergency accesses nobody has looked at, the oldest first."""
    snapshots = reader.cases({row["case_id"] for row in waiting})
    for row in waiting:
        case = snapshots[row["case_id"]]
        number = row["item"].partition(":")[2]
        access = access_of(case.case).unreviewed.get(number)
        if access is not None:
            broke = access.account == reader.account.account
            may = not broke and reader.may("case.review", case) is not None
            since = instant(access.broken_at)
            yield Emergency(case.case.case_id, number, access.account, access.reason, since, may)
