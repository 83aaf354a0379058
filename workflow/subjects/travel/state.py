"""The way home."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from events.facts.travel import EscortAnswered, EscortInvited, HostAnswered, HostAsked, HostChosen, TripPlanned
from workflow.case.change import At, Change

if TYPE_CHECKING:
    from workflow.case.state import Case


class Trip(NamedTuple):
    """The way home as planned."""

    trip_id: str
    departs_at: datetime
    arrives_at: datetime
    origin: str
    destination: str
    escort: str = ""
    confirmed: bool = False
    route: str = "international"
    transit: tuple[str, ...] = ()  # countries between
    host: str = ""
    host_ready: bool = False
    hosts_declined: tuple[str, ...] = ()


_SETTLED = frozenset({"missed_departure", "departure_not_ready", "no_host", "not_handed_over"})


def _trip(case: Case, fact: TripPlanned, _at: At) -> Case:
    trip = Trip(
        fact.trip_id, fact.departs_at, fact.arrives_at, fact.origin, fact.destination, fact.escort,
        route=fact.route, transit=fact.transit, host=fact.host,
    )  # fmt: skip
    return _settled(case._replace(trip=trip, booked=(), provided=case.provided - {"hand_over"}))


def _settled(case: Case) -> Case:
    return case._replace(escalations=case.escalations - _SETTLED)


def _invited(case: Case, fact: EscortInvited, _at: At) -> Case:
    still_asked = case.trip is not None and case.trip.escort == fact.escort
    return booked_for(case, fact.trip_id, "escort") if still_asked else case


def _answered(case: Case, fact: EscortAnswered, _at: At) -> Case:
    if case.trip is None or case.trip.trip_id != fact.trip_id:
        return case
    if fact.accepted:
        return case._replace(trip=case.trip._replace(confirmed=True))
    return _not_booked(case._replace(trip=case.trip._replace(escort="", confirmed=False)), "escort")


def _host_asked(case: Case, fact: HostAsked, _at: At) -> Case:
    still_asked = case.trip is not None and case.trip.host == fact.host
    return booked_for(case, fact.trip_id, "arrival_host") if still_asked else case


def _host_chosen(case: Case, fact: HostChosen, _at: At) -> Case:
    if case.trip is None:
        return case
    trip = case.trip._replace(host=fact.host, host_ready=False)
    return _not_booked(case._replace(trip=trip, escalations=case.escalations - {"no_host"}), "arrival_host")


def _host_answered(case: Case, fact: HostAnswered, _at: At) -> Case:
    if case.trip is None:
        return case
    if fact.accepted:
        return case._replace(trip=case.trip._replace(host_ready=True))
    declined = (*case.trip.hosts_declined, fact.host)
    trip = case.trip._replace(host=fact.next_host, host_ready=False, hosts_declined=declined)
    return _not_booked(case._replace(trip=trip), "arrival_host")


def booked_for(case: Case, trip_id: str, what: str) -> Case:
    """Remember a booking for the trip it was made for; one for a trip called off is released by a reaction."""
    if not case.is_on_trip(trip_id) or what in case.booked:
        return case
    return case._replace(booked=(*case.booked, what))


def _not_booked(case: Case, what: str) -> Case:
    return case._replace(booked=tuple(booking for booking in case.booked if booking != what))


CHANGES: dict[str, Change] = {
    "ReturnDeclared": lambda c, f, _: c._replace(destination=f.destination, stays=False),
    "StayChosen": lambda c, _f, _: c._replace(stays=True, destination=""),
    "TransitVisaRecorded": lambda c, f, _: c._replace(visas={**c.visas, f.country: f.valid_until}),
    "TripPlanned": _trip,
    "TripCancelled": lambda c, _f, _: _settled(c._replace(trip=None, booked=())),
    "TicketIssued": lambda c, f, _: booked_for(c, f.trip_id, "ticket"),
    "EscortInvited": _invited,
    "EscortAnswered": _answered,
    "HostAsked": _host_asked,
    "HostChosen": _host_chosen,
    "HostAnswered": _host_answered,
    "PersonHandedOver": lambda c, _f, _: _settled(c),
}
