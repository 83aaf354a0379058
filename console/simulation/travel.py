"""The case manager's part in arrivals and the way home: who is met late, who misses the train, who turns up at last."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from console.simulation.managed_case import ManagedCase, Steps
from workflow.command import CaseCommand
from workflow.subjects.reception.commands import DelayArrival, MeetPerson, PlanArrival
from workflow.subjects.reception.state import reception_of
from workflow.subjects.travel.commands import AnswerEscort, AnswerHost, HandOver, PlanTrip, RecordTransitVisa, TripLeg
from workflow.subjects.travel.guards import escort_needed, transit_visas_are_in_order
from workflow.subjects.travel.state import Trip, travel_of, trip_is_ahead

# Met when the case manager looks the day after; with an hour's delay still before anybody is missed.
_UNTIL_ARRIVAL: Final = timedelta(hours=22, minutes=30)
_DELAY: Final = timedelta(hours=1)
_UNTIL_DEPARTURE: Final = timedelta(days=3, hours=6)
_FLIGHT: Final = timedelta(hours=4)


def arrival_planned(managed: ManagedCase) -> Iterator[CaseCommand]:
    """Say when the person comes."""
    if reception_of(managed.case).arrival is None:
        at, place = managed.now + _UNTIL_ARRIVAL, "Sheremetyevo, terminal D"
        yield managed.make(PlanArrival, at=at, place=place, means="flight", number="SU1491")


def met(managed: ManagedCase) -> Steps:
    """Meet the person; some come later than they said, some only when they are missed."""
    arrival = reception_of(managed.case).arrival
    if arrival is None or arrival.over:
        return
    if managed.fate.is_late and arrival.sequence == 0 and managed.now < arrival.at:
        yield managed.make(DelayArrival, at=arrival.at + _DELAY)
    elif managed.now >= arrival.at and (not managed.fate.is_missed or "no_show" in managed.case.escalations):
        yield managed.make(MeetPerson)


def trip(managed: ManagedCase) -> Steps:
    """Plan the way home, see to host, escort and visa, and let the person go; who missed it gets another."""
    case = managed.case
    trip = travel_of(case).trip
    if trip is None and managed.is_together:
        return
    if trip is None or not trip_is_ahead(case) or _has_come_to_nothing(managed, trip):
        yield first_trip(managed)
        return
    yield from _answers(managed, trip)
    if transit_visas_are_in_order(managed.asked):
        valid = managed.today + timedelta(days=90)
        yield managed.make(RecordTransitVisa, country=trip.transit[0], valid_until=valid, number="TV-0000")
    hours = managed.programme.policies.departure_check_hours
    if managed.now >= trip.departs_at - timedelta(hours=hours) and not _misses(managed, trip):
        yield managed.advance("depart")


def arrived(managed: ManagedCase) -> Steps:
    """Let whoever receives the person report it; some are received only when somebody asks."""
    case = managed.case
    trip = travel_of(case).trip
    if "hand_over" in case.provided:
        yield managed.advance("come_home")
    elif trip is not None and managed.now >= trip.arrives_at:
        if managed.fate.is_missed and "not_handed_over" not in case.escalations:
            return
        child = {"received_by": "guardian", "receiver": "Опекун"}
        yield managed.make(HandOver, **(child if managed.is_child else {"received_by": "host"}))


def _answers(managed: ManagedCase, planned: Trip) -> Steps:
    booked, fate = travel_of(managed.case).booked, managed.fate
    if planned.escort and not planned.confirmed and "escort" in booked:
        # By the trip, not by how far the history is: else an unlucky case would hear no for ever.
        yield managed.make(AnswerEscort, accepted=not fate.escort_declines or _every_second(planned))
    if planned.host and not planned.host_ready and "arrival_host" in booked:
        # Where there is only one host, the next journey may suit them.
        accepts = not fate.host_declines or bool(planned.hosts_declined) or _every_second(planned)
        yield managed.make(AnswerHost, accepted=accepts)


def _has_come_to_nothing(managed: ManagedCase, planned: Trip) -> bool:
    missed = "missed_departure" in managed.case.escalations or planned.departs_at < managed.now - timedelta(hours=24)
    needs_escort = escort_needed(managed.case, managed.today) != "none"
    return missed or (needs_escort and not planned.escort)


def _misses(managed: ManagedCase, planned: Trip) -> bool:
    """Tell whether this is a departure the person does not come to; about every second one of those who miss any."""
    return managed.fate.misses_departure and _every_second(planned)


def _every_second(planned: Trip) -> bool:
    return ord(planned.trip_id[-1]) % 2 == 0


def first_trip(managed: ManagedCase) -> CaseCommand:
    """Return the plan of the way home."""
    home = managed.programme.home_country
    departs, abroad = managed.now + _UNTIL_DEPARTURE, travel_of(managed.case).destination != home
    if managed.fate.changes and abroad:
        return managed.make(PlanTrip, legs=_through_istanbul(departs, home))
    arrives = departs + 2 * _FLIGHT
    return managed.make(PlanTrip, departs_at=departs, arrives_at=arrives, origin="Moscow", destination="Home")


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
