"""The case manager's part in arrivals and the way home: who is met late, who misses the train, who turns up at last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from workflow.command import Command
from workflow.guard_context import GuardContext
from workflow.subjects.reception.commands import DelayArrival, MeetPerson, PlanArrival
from workflow.subjects.reception.state import reception_of
from workflow.subjects.travel.commands import AnswerEscort, AnswerHost, HandOver, PlanTrip, RecordTransitVisa, TripLeg
from workflow.subjects.travel.guards import escort_needed, transit_visas_are_in_order
from workflow.subjects.travel.state import Trip, travel_of, trip_is_ahead

if TYPE_CHECKING:
    from console.simulation.manager import Look

Steps = Iterator[Command]
# Met when the case manager looks the day after; with an hour's delay still before anybody is missed.
_UNTIL_ARRIVAL: Final = timedelta(hours=22, minutes=30)
_DELAY: Final = timedelta(hours=1)
_UNTIL_DEPARTURE: Final = timedelta(days=3, hours=6)
_FLIGHT: Final = timedelta(hours=4)


def arrival_planned(look: Look) -> Steps:
    """Say when the person comes."""
    if reception_of(look.case).arrival is None:
        at, place = look.now + _UNTIL_ARRIVAL, "Sheremetyevo, terminal D"
        yield look.make(PlanArrival, at=at, place=place, means="flight", number="SU1491")


def met(look: Look) -> Steps:
    """Meet the person; some come later than they said, some only when they are missed."""
    arrival = reception_of(look.case).arrival
    if arrival is None or arrival.over:
        return
    if look.fate.is_late and arrival.sequence == 0 and look.now < arrival.at:
        yield look.make(DelayArrival, at=arrival.at + _DELAY)
    elif look.now >= arrival.at and (not look.fate.is_missed or "no_show" in look.case.escalations):
        yield look.make(MeetPerson)


def trip(look: Look) -> Steps:
    """Plan the way home, see to host, escort and visa, and let the person go; who missed it gets another."""
    case = look.case
    trip = travel_of(case).trip
    if trip is None or not trip_is_ahead(case) or _has_come_to_nothing(look, trip):
        yield _plan(look)
        return
    yield from _answers(look, trip)
    missing = transit_visas_are_in_order(GuardContext(case, look.seen.definition.programme, look.now))
    if missing:
        valid = look.now.date() + timedelta(days=90)
        yield look.make(RecordTransitVisa, country=trip.transit[0], valid_until=valid, number="TV-0000")
    hours = look.seen.definition.programme.policies.departure_check_hours
    if look.now >= trip.departs_at - timedelta(hours=hours) and not _misses(look, trip):
        yield look.advance("depart")


def arrived(look: Look) -> Steps:
    """Let whoever receives the person report it; some are received only when somebody asks."""
    case = look.case
    trip = travel_of(case).trip
    if "hand_over" in case.provided:
        yield look.advance("come_home")
    elif trip is not None and look.now >= trip.arrives_at:
        if look.fate.is_missed and "not_handed_over" not in case.escalations:
            return
        who: dict[str, Any] = {"received_by": "host"}
        if look.is_child:
            who = {"received_by": "guardian", "receiver": "Опекун"}
        yield look.make(HandOver, **who)


def _answers(look: Look, planned: Trip) -> Steps:
    booked, fate = travel_of(look.case).booked, look.fate
    if planned.escort and not planned.confirmed and "escort" in booked:
        # By the trip, not by how far the history is: else an unlucky case would hear no for ever.
        yield look.make(AnswerEscort, accepted=not fate.escort_declines or _every_second(planned))
    if planned.host and not planned.host_ready and "arrival_host" in booked:
        # Where there is only one host, the next journey may suit them.
        accepts = not fate.host_declines or bool(planned.hosts_declined) or _every_second(planned)
        yield look.make(AnswerHost, accepted=accepts)


def _has_come_to_nothing(look: Look, planned: Trip) -> bool:
    missed = "missed_departure" in look.case.escalations or planned.departs_at < look.now - timedelta(hours=24)
    needs_escort = escort_needed(look.case, look.now.date()) != "none"
    return missed or (needs_escort and not planned.escort)


def _misses(look: Look, planned: Trip) -> bool:
    """Tell whether this is a departure the person does not come to; about every second one of those who miss any."""
    return look.fate.misses_departure and _every_second(planned)


def _every_second(planned: Trip) -> bool:
    return ord(planned.trip_id[-1]) % 2 == 0


def _plan(look: Look) -> Command:
    home = look.seen.definition.programme.home_country
    departs, abroad = look.now + _UNTIL_DEPARTURE, travel_of(look.case).destination != home
    if look.fate.changes and abroad:
        return look.make(PlanTrip, legs=_through_istanbul(departs, home))
    arrives = departs + 2 * _FLIGHT
    return look.make(PlanTrip, departs_at=departs, arrives_at=arrives, origin="Moscow", destination="Home")


def _through_istanbul(departs: datetime, home: str) -> tuple[TripLeg, ...]:
    there = departs + _FLIGHT
    onward = there + timedelta(hours=2)
    return (
        TripLeg(
            mode="flight", number="TK414", origin="Moscow", destination="Istanbul",
            from_country=home, to_country="TR", departs_at=departs, arrives_at=there,
        ),
        TripLeg(
            mode="flight", number="TK370", origin="Istanbul", destination="Home",
            from_country="TR", departs_at=onward, arrives_at=onward + _FLIGHT,
        ),
    )  # fmt: skip
