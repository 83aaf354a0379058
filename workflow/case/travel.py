"""The way home."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from events.facts import case as told
from workflow.case.change import At, Change, task_over

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


def _trip(case: Case, fact: told.TripPlanned, _at: At) -> Case:
    trip = Trip(fact.trip_id, fact.departs_at, fact.arrives_at, fact.origin, fact.destination, fact.escort)
    return case._replace(trip=trip, booked=(), provided=case.provided - {"hand_over"})


def _invited(case: Case, fact: told.EscortInvited, _at: At) -> Case:
    case = task_over(case, fact.task_id)
    still_asked = case.trip is not None and case.trip.escort == fact.escort
    return booked_for(case, fact.trip_id, "escort") if still_asked else case


def _answered(case: Case, fact: told.EscortAnswered, _at: At) -> Case:
    if case.trip is None or case.trip.trip_id != fact.trip_id:
        return case
    if fact.accepted:
        return case._replace(trip=case.trip._replace(confirmed=True))
    booked = tuple(what for what in case.booked if what != "escort")
    return case._replace(trip=case.trip._replace(escort="", confirmed=False), booked=booked)


def booked_for(case: Case, trip_id: str, what: str) -> Case:
    """Remember a booking for the trip it was made for; one for a trip called off is released by a reaction."""
    if not case.is_on_trip(trip_id) or what in case.booked:
        return case
    return case._replace(booked=(*case.booked, what))


CHANGES: dict[str, Change] = {
    "ReturnDeclared": lambda c, f, _: c._replace(destination=f.destination, stays=False),
    "StayChosen": lambda c, _f, _: c._replace(stays=True, destination=""),
    "TripPlanned": _trip,
    "TripCancelled": lambda c, _f, _: c._replace(trip=None, booked=()),
    "EscortInvited": _invited,
    "EscortAnswered": _answered,
}
