"""Guards about the way home."""

from __future__ import annotations

from datetime import date
from typing import Final

from workflow.case.state import Case
from workflow.guards.asked import Asked
from workflow.reasons import Reason, reason


def return_is_declared(asked: Asked) -> Reason | None:
    """Return is voluntary, in writing (Palermo Protocol Art. 8(2): preferably voluntary)."""
    if asked.case.destination:
        return None
    return reason("return_is_declared", "the person has not signed that they want to return", "record DeclareReturn")


def trip_is_planned(asked: Asked) -> Reason | None:
    """There is a way home with a time and a place."""
    if asked.case.trip is not None:
        return None
    return reason("trip_is_planned", "no journey is planned", "record PlanTrip")


def escort_is_confirmed(asked: Asked) -> Reason | None:
    """Whoever needs somebody along has one who said yes; a child never travels alone."""
    case, needed = asked.case, escort_needed(asked.case, asked.today)
    if needed == "none":
        return None
    advice = "wait for the answer and record AnswerEscort, or plan the trip again with another escort"
    if case.trip is None or not case.trip.confirmed:
        return reason("escort_is_confirmed", "an escort is needed and none has confirmed", advice)
    escort = asked.programme.escort_of[case.trip.escort]
    if needed in escort.skills:
        return None
    said = f"the confirmed escort is not a {needed} one"  # the certificate came after the trip was planned
    return reason("escort_is_confirmed", said, "plan the trip again", needed=needed)


def ticket_is_issued(asked: Asked) -> Reason | None:
    """The ticket is there before anybody leaves for the station."""
    return _booked(asked, "ticket", "ticket_is_issued", "the ticket is not issued yet")


def host_is_ready(asked: Asked) -> Reason | None:
    """Somebody will meet the person where they arrive."""
    return _booked(asked, "arrival_host", "host_is_ready", "nobody has confirmed to meet the person on arrival")


def stay_is_chosen(asked: Asked) -> Reason | None:
    """Return is voluntary: the person may decide to stay."""
    if asked.case.stays:
        return None
    return reason("stay_is_chosen", "the person has not chosen to stay", "record ChooseStay if they have")


def has_come_home(asked: Asked) -> Reason | None:
    """The person was received at the destination."""
    if "hand_over" in asked.case.provided:
        return None
    return reason("has_come_home", "nobody has confirmed that the person arrived", "wait for the hand-over's report")


def escort_needed(case: Case, today: date) -> str:
    """Return which escort the journey needs: none, operational, family or medical."""
    required = case.fitness.escort if case.fitness else "none"
    return "operational" if required == "none" and case.is_child(today) else required


def _booked(asked: Asked, what: str, code: str, said: str) -> Reason | None:
    return None if what in asked.case.booked else reason(code, said, "wait for the booking's task")


GUARDS: Final = (
    return_is_declared,
    trip_is_planned,
    escort_is_confirmed,
    ticket_is_issued,
    host_is_ready,
    stay_is_chosen,
    has_come_home,
)
