"""The next days on the road: who comes, who leaves and what is missing, and where those who go along are.

The command line asks the same questions; what differs is only who may see which case.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from console.container import Container
from console.views.reader import Reader
from handlers.queries.arrivals_departures import (
    Arriving,
    Departing,
    EscortJourney,
    EscortSchedule,
    arrivals,
    cases_with_timer,
    departures,
    escort_schedules,
)
from handlers.states.case_reader import CaseSnapshot
from workflow.programme.programme import Programme
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.reception.definition import Meeter
from workflow.subjects.reception.meeters import MeeterAssignment, MeeterPool
from workflow.subjects.safety.state import is_at_high_risk
from workflow.subjects.travel.definition import Escort, EscortAbsence
from workflow.subjects.travel.state import travel_of
from workflow.values.days import day_of

When = Literal["late", "today", "tomorrow", "later"]
Doing = Literal["free", "going", "resting", "returning", "away"]


class Coming(NamedTuple):
    """Somebody who is to be met."""

    arriving: Arriving
    when: When
    time_zone: str
    met_by: str  # the meeter's name
    has_bed: bool
    may_record: bool
    high_risk: bool = False


class Leaving(NamedTuple):
    """Somebody who is to leave."""

    departing: Departing
    when: When
    time_zone: str
    escort: str  # names as the programme file has them
    escort_confirmed: bool
    host: str
    host_ready: bool
    may_record: bool
    high_risk: bool = False


class Trip(NamedTuple):
    """An escort's trip; the case number only for whoever may see the case."""

    journey: EscortJourney
    case_id: str
    confirmed: bool | None  # None when it is not theirs to see


class Escorting(NamedTuple):
    """An escort, what they are doing now, and what is ahead."""

    escort: Escort
    doing: Doing
    trips: tuple[Trip, ...]
    leave: tuple[EscortAbsence, ...]  # that is not over
    time_zone: str


class Meeting(NamedTuple):
    """Somebody who meets arrivals, and the errands that are not over."""

    meeter: Meeter
    is_out: bool
    errands: tuple[MeeterAssignment, ...]
    time_zone: str


class TravelBoard(NamedTuple):
    """Everything on the road until some days from now."""

    days: int
    coming: tuple[Coming, ...]
    leaving: tuple[Leaving, ...]
    escorts: tuple[Escorting, ...]
    meeters: tuple[Meeting, ...]


def expected(container: Container, kind: str, now: datetime, until: datetime) -> list[CaseSnapshot]:
    """Return the cases of which an arrival (``no_show``) or a departure is expected until then, or was missed."""
    with container.database.reading() as connection:
        case_ids = cases_with_timer(connection, kind, now, until)
    return container.cases.at_many(case_ids)


def travel_board(reader: Reader, days: int = 7) -> TravelBoard:
    """Return the board of the next days, as far as the reader may see its cases."""
    until = reader.now + timedelta(days=days)
    programmes = [one.programme for one in reader.own_programmes().values()]
    return TravelBoard(
        days=days,
        coming=tuple(arrivals_for(reader, days)),
        leaving=tuple(_leaving(reader, until)),
        escorts=tuple(_escorts(reader, programmes)),
        meeters=tuple(_meeters(reader, programmes)),
    )


def arrivals_for(reader: Reader, days: int) -> Iterator[Coming]:
    """Yield who is to be met in the next days, the first at the top."""
    until = reader.now + timedelta(days=days)
    snapshots = _theirs(reader, expected(reader.container, "no_show", reader.now, until))
    for one in arrivals(list(snapshots.values()), until):
        case, programme = snapshots[one.case_id].case, snapshots[one.case_id].definition.programme
        meeter = programme.meeter_of.get(one.meeter)
        when = _when(one.at, reader.now, programme.time_zone, is_late=one.state == "missed")
        met_by, has_bed = meeter.name if meeter else one.meeter, accommodation_of(case).has_bed(reader.now)
        may_record = reader.may("case.record", snapshots[one.case_id]) is not None
        yield Coming(one, when, programme.time_zone, met_by, has_bed, may_record, is_at_high_risk(case))


def _leaving(reader: Reader, until: datetime) -> Iterator[Leaving]:
    snapshots = _theirs(reader, expected(reader.container, "departure", reader.now, until))
    for one in departures(list(snapshots.values()), until):
        trip, programme = travel_of(snapshots[one.case_id].case).trip, snapshots[one.case_id].definition.programme
        assert trip is not None, "whoever leaves has a trip"
        escort, host = programme.escort_of.get(one.escort), programme.host_of.get(one.host)
        yield Leaving(
            one, _when(one.at, reader.now, programme.time_zone), programme.time_zone,
            escort=escort.name if escort else one.escort, escort_confirmed=trip.confirmed,
            host=host.name if host else one.host, host_ready=trip.host_ready,
            may_record=reader.may("case.record", snapshots[one.case_id]) is not None,
            high_risk=is_at_high_risk(snapshots[one.case_id].case),
        )  # fmt: skip


def _theirs(reader: Reader, snapshots: Iterable[CaseSnapshot]) -> dict[str, CaseSnapshot]:
    return {one.case.case_id: one for one in snapshots if reader.may("case.see", one)}


def _when(at: datetime, now: datetime, time_zone: str, *, is_late: bool = False) -> When:
    if is_late or at < now:
        return "late"
    day, today = (day_of(moment, time_zone) for moment in (at, now))
    return "today" if day == today else "tomorrow" if day == today + timedelta(days=1) else "later"


def _escorts(reader: Reader, programmes: Sequence[Programme]) -> Iterator[Escorting]:
    pools = reader.container.cases.states([programme.escorts_stream for programme in programmes])
    found = [
        (programme, one)
        for programme in programmes
        for one in escort_schedules(pools[programme.escorts_stream].state, programme, reader.now)
    ]
    case_ids = {trip.case_id for _, one in found for trip in one.trips}
    snapshots = reader.visible_cases(sorted(case_ids))
    for programme, one in found:
        rest = timedelta(hours=programme.policies.escort_rest_hours)
        yield Escorting(
            escort=one.escort,
            doing=_doing(one, rest, reader.now, programme.day(reader.now)),
            trips=tuple(_trip(trip, snapshots) for trip in one.trips),
            leave=tuple(away for away in one.escort.away if away.until >= programme.day(reader.now)),
            time_zone=programme.time_zone,
        )


def _trip(journey: EscortJourney, snapshots: Mapping[str, CaseSnapshot]) -> Trip:
    found = snapshots.get(journey.case_id)
    if found is None:
        return Trip(journey, "", None)
    trip = travel_of(found.case).trip
    return Trip(journey, journey.case_id, trip is not None and trip.trip_id == journey.trip_id and trip.confirmed)


def _doing(schedule: EscortSchedule, rest: timedelta, now: datetime, today: date) -> Doing:
    """Return what an escort does now; the way back takes as long as the way there, after a rest."""
    for trip in schedule.trips:
        if trip.leaves_at <= now < trip.back_at:
            there = trip.leaves_at + max(trip.back_at - trip.leaves_at - rest, timedelta()) / 2
            return "going" if now < there else "resting" if now < there + rest else "returning"
    return "away" if any(away.since <= today <= away.until for away in schedule.escort.away) else "free"


def _meeters(reader: Reader, programmes: Sequence[Programme]) -> Iterator[Meeting]:
    pools = reader.container.cases.states([programme.meeters_stream for programme in programmes])
    for programme in programmes:
        pool: MeeterPool = pools[programme.meeters_stream].state or MeeterPool()
        for meeter in programme.meeters:
            theirs = (one for one in pool.errands.values() if one.meeter == meeter.id and one.back_at > reader.now)
            errands = tuple(sorted(theirs, key=lambda one: one.leaves_at))
            is_out = any(one.leaves_at <= reader.now for one in errands)
            yield Meeting(meeter, is_out, errands, programme.time_zone)
