"""Who arrives and departs in the next days, where the escorts are, and what else is due: read off timers and states.

Each view takes the same few questions to the database, however many people travel.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, Text, and_, bindparam, or_, select
from sqlalchemy.engine import RowMapping

from events.instants import instant_text
from events.log import Log
from handlers.projections.case_access import may_act_then
from handlers.projections.tables import case_board, timers
from handlers.states.case_reader import CaseSnapshot
from handlers.states.state_cache import fold_events
from workflow.guard_context import Guard, GuardContext
from workflow.programme.programme import Programme
from workflow.rights.table import Account
from workflow.subjects.documents.guards import travel_papers_are_in_order
from workflow.subjects.reception.state import Arrival, reception_of
from workflow.subjects.travel.definition import Escort
from workflow.subjects.travel.escorts import EscortPool
from workflow.subjects.travel.guards import (
    ON_THE_WAY,
    escort_is_confirmed,
    host_is_ready,
    ticket_is_issued,
    transit_visas_are_in_order,
)
from workflow.subjects.travel.state import Trip, travel_of, trip_is_ahead


class Arriving(NamedTuple):
    """Somebody who is to be met."""

    case_id: str
    at: datetime
    place: str
    by: str
    meeter: str
    sign: str
    state: str
    moved: int = 0  # how often it was put off


class Departing(NamedTuple):
    """Somebody who is to leave, and what is certain of it."""

    case_id: str
    at: datetime
    origin: str
    destination: str
    route: str
    escort: str
    host: str
    missing: tuple[str, ...]


class EscortJourney(NamedTuple):
    """An escort's trip there and back."""

    trip_id: str
    case_id: str
    leaves_at: datetime
    back_at: datetime


class EscortSchedule(NamedTuple):
    """An escort and the trips that are not over."""

    escort: Escort
    trips: tuple[EscortJourney, ...]


# A no-show is told some hours after the arrival; its case is asked for and then looked at.
_LATER: Final = timedelta(days=7)
# Whoever did not come stays on the board for so long.
_MISSED: Final = timedelta(days=30)


def cases_with_timer(connection: Connection, kind: str, now: datetime, until: datetime) -> list[str]:
    """Return the cases with a time of a kind until then, and those whose time came lately."""
    ahead = (timers.c.status == "set") & (timers.c.due_at <= instant_text(until + _LATER))
    lately = (timers.c.status == "fired") & (timers.c.due_at >= instant_text(now - _MISSED))
    query = select(timers.c.case_id).where(timers.c.kind == kind, ahead | lately).distinct()
    return sorted(row.case_id for row in connection.execute(query))


def timers_due_for(
    connection: Connection,
    account: Account,
    now: datetime,
    until: Mapping[datetime, Sequence[str]],
    *,
    owner: str = "",
    limit: int = 100,
) -> list[RowMapping]:
    """Return the timers that go off on cases somebody may see, of some kinds until each instant, the next first.

    Few timers are set for one day, so that looking up the case of each is no work however many cases there are.
    """
    ends = {f"until_{number}": instant_text(end) for number, end in enumerate(until)}
    query = _timers_due(account, tuple(map(tuple, until.values())), owner, limit)
    asked = {"now": instant_text(now), "last": max(ends.values()), **ends}
    return list(connection.execute(query, asked).mappings())


@lru_cache(maxsize=1024)
def _timers_due(account: Account, kinds: tuple[tuple[str, ...], ...], owner: str, limit: int) -> Select[Any]:
    """Return what asks for them, built once for an account: the moments are filled in."""
    due, board = timers.c, case_board.c
    ends = [(bindparam(f"until_{number}", type_=Text), some) for number, some in enumerate(kinds)]
    query = (
        select(due.timer_id, due.case_id, due.kind, due.subject, due.due_at, board.programme, board.owner)
        .join(case_board, board.case_id == due.case_id)
        .where(due.status == "set", due.due_at <= bindparam("last", type_=Text))
        .where(or_(*[and_(due.due_at <= end, due.kind.in_(some)) for end, some in ends]))
        .where(may_act_then(account, "case.see"))
        .order_by(due.due_at, due.timer_id)
        .limit(limit)
    )
    return query.where(board.owner == owner) if owner else query


def arrivals(seen: Sequence[CaseSnapshot], until: datetime) -> list[Arriving]:
    """Return who of these is to be met until then, the first at the top."""
    found = [
        _arriving(one, arrival)
        for one in seen
        if (arrival := reception_of(one.case).arrival) is not None and not arrival.over and arrival.at <= until
    ]
    return sorted(found, key=lambda one: (one.at, one.case_id))


def departures(seen: Sequence[CaseSnapshot], until: datetime) -> list[Departing]:
    """Return who of these is to leave until then, the first at the top."""
    found = [
        _departing(one, trip)
        for one in seen
        if (trip := travel_of(one.case).trip) is not None
        and trip_is_ahead(one.case)
        and one.case.stage != ON_THE_WAY
        and trip.departs_at <= until
    ]
    return sorted(found, key=lambda one: (one.at, one.case_id))


def current_escort_schedules(log: Log, programme: Programme, now: datetime) -> list[EscortSchedule]:
    """Return the escorts of a programme with the trips from which they are not back."""
    stream = programme.escorts_stream
    return escort_schedules(fold_events(stream, log.stream(stream), log.fact).state, programme, now)


def escort_schedules(pool: EscortPool | None, programme: Programme, now: datetime) -> list[EscortSchedule]:
    """Return the escorts of a programme with those of these trips from which they are not back."""
    trips = [
        (one.escort, EscortJourney(key, one.case_id, one.leaves_at, one.back_at))
        for key, one in (pool or EscortPool()).trips.items()
    ]
    ahead = sorted((trip.leaves_at, trip, who) for who, trip in trips if trip.back_at > now)
    return [EscortSchedule(one, tuple(trip for _, trip, who in ahead if who == one.id)) for one in programme.escorts]


def _arriving(seen: CaseSnapshot, arrival: Arrival) -> Arriving:
    case_id, at, by = seen.case.case_id, arrival.at, f"{arrival.means} {arrival.number}".strip()
    state = "missed" if "no_show" in seen.case.escalations else "told" if arrival.notified else "not told yet"
    return Arriving(case_id, at, arrival.place, by, arrival.meeter, arrival.sign, state, arrival.sequence)


# What must be there on the day, by the guards of the departure; each is named as the board names it.
_NEEDED: Final[Mapping[str, Guard]] = {
    "ticket": ticket_is_issued,
    "host": host_is_ready,
    "escort": escort_is_confirmed,
    "document": travel_papers_are_in_order,
    "visa": transit_visas_are_in_order,
}


def _departing(seen: CaseSnapshot, trip: Trip) -> Departing:
    case_id, at = seen.case.case_id, trip.departs_at
    asked = GuardContext(seen.case, seen.definition.programme, at)
    missing = tuple(name for name, guard in _NEEDED.items() if guard(asked) is not None)
    return Departing(case_id, at, trip.origin, trip.destination, trip.route, trip.escort, trip.host, missing)
