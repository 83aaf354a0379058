"""Who looked at what, and why: pages, openings, disclosures and emergencies, for whoever watches over them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from console.views.reader import Reader
from events.instants import instant, instant_text
from handlers.projections.work_items import list_work
from handlers.queries.access_log import AccessQuery, CaseAccessRecord, bulk_readers, readings
from handlers.queries.record_view import stopped_at
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
    is_stopped: bool  # still: nobody has found it justified
    review: str = ""  # the case at which the reader may look into it


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
        still = stopped_at(connection, [row["account"] for row in stopped])
        waiting = list_work(connection, kind="review_access", limit=ROWS_MAX)
    theirs = _theirs_to_review(reader, still)
    named = ((row["account"], row["times"], instant(row["last"])) for row in stopped)
    bulk = tuple(Bulk(who, times, last, who in still, theirs.get(who, "")) for who, times, last in named)
    return AccessView(tuple(found[:ROWS_MAX]), len(found) > ROWS_MAX, tuple(_emergencies(reader, waiting)), bulk)


def rows_of(found: Iterable[CaseAccessRecord]) -> Iterator[tuple[str, ...]]:
    """Yield readings as rows of text under ``HEADS``."""
    for one in found:
        yield one.at, one.case_id, one.account, one.mandate, one.what, " ".join(one.parts), one.why


def last_days(reader: Reader) -> str:
    """Return the instant from which on the page shows when nothing is asked for."""
    return instant_text(reader.now - timedelta(days=DAYS))


def _theirs_to_review(reader: Reader, still: Mapping[str, str]) -> dict[str, str]:
    """Return the stopped accounts, with the case where it was told, that the reader may look into: never their own."""
    snapshots = reader.cases(set(still.values()))
    may = {case_id for case_id, one in snapshots.items() if reader.may("case.review", one) is not None}
    return {who: case_id for who, case_id in still.items() if case_id in may and who != reader.account.account}


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
