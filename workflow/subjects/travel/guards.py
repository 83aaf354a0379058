"""Guards about the way home."""

from __future__ import annotations

from datetime import date
from typing import Final

from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.reasons import Reason, reason
from workflow.subjects.care.state import care_of
from workflow.subjects.travel.state import travel_of

ON_THE_WAY: Final = "returning"  # the stage between departure and hand-over


def return_is_declared(asked: GuardContext) -> Reason | None:
    """Return is voluntary, in writing (Palermo Protocol Art. 8(2): preferably voluntary)."""
    if travel_of(asked.case).destination:
        return None
    return reason("return_is_declared", "the person has not signed that they want to return", "record DeclareReturn")


def trip_is_planned(asked: GuardContext) -> Reason | None:
    """There is a way home with a time and a place."""
    if travel_of(asked.case).trip is not None:
        return None
    return reason("trip_is_planned", "no journey is planned", "record PlanTrip")


def escort_is_confirmed(asked: GuardContext) -> Reason | None:
    """Whoever needs somebody along has one who said yes; a child never travels alone."""
    case, needed = asked.case, escort_needed(asked.case, asked.today)
    if needed == "none":
        return None
    advice = "wait for the answer and record AnswerEscort, or plan the trip again with another escort"
    trip = travel_of(case).trip
    if trip is None or not trip.confirmed:
        return reason("escort_is_confirmed", "an escort is needed and none has confirmed", advice)
    escort = asked.programme.escort_of[trip.escort]
    if needed in escort.skills:
        return None
    said = f"the confirmed escort is not a {needed} one"  # the certificate came after the trip was planned
    return reason("escort_is_confirmed", said, "plan the trip again", needed=needed)


def ticket_is_issued(asked: GuardContext) -> Reason | None:
    """The ticket is there before anybody leaves for the station."""
    if "ticket" in travel_of(asked.case).booked:
        return None
    return reason("ticket_is_issued", "the ticket is not issued yet", "wait for the booking's task")


def host_is_ready(asked: GuardContext) -> Reason | None:
    """Somebody will meet the person where they arrive, and has said so."""
    trip = travel_of(asked.case).trip
    if trip is not None and trip.host_ready:
        return None
    advice = "wait for the answer and record AnswerHost, or record AskHost for somebody else"
    return reason("host_is_ready", "nobody has confirmed to meet the person on arrival", advice)


def transit_visas_are_in_order(asked: GuardContext) -> Reason | None:
    """Whoever changes in a country that asks their nationality for a visa has one that lasts (the office's list)."""
    trip = travel_of(asked.case).trip
    if trip is None:
        return None  # a missing journey is trip_is_planned's to say
    last = trip.arrives_at.date()
    missing = [
        country for country in trip.transit
        if _needs_visa(asked, country) and travel_of(asked.case).visas.get(country, date.min) < last
    ]  # fmt: skip
    if not missing:
        return None
    countries = ", ".join(missing)
    advice = f"record RecordTransitVisa country={missing[0]} once it is in hand, or plan a way around"
    return reason("transit_visas_are_in_order", f"no visa to change in {countries}", advice, countries=countries)


def _needs_visa(asked: GuardContext, country: str) -> bool:
    """Tell whether every citizenship of the person needs a visa there; with one that does not, none is needed."""
    owners = {rule.nationality for rule in asked.programme.transit_visas if rule.country == country}
    own = set(asked.case.citizenships)
    return bool(own) and own <= owners


def stay_is_chosen(asked: GuardContext) -> Reason | None:
    """Return is voluntary: the person may decide to stay."""
    if travel_of(asked.case).stays:
        return None
    return reason("stay_is_chosen", "the person has not chosen to stay", "record ChooseStay if they have")


def has_come_home(asked: GuardContext) -> Reason | None:
    """The person was received at the destination."""
    if "hand_over" in asked.case.provided:
        return None
    return reason(
        "has_come_home", "nobody has confirmed that the person arrived", "record HandOver once host or escort report it"
    )


def escort_needed(case: Case, today: date) -> str:
    """Return which escort the journey needs: none, operational, family or medical."""
    fitness = care_of(case).fitness
    required = fitness.escort if fitness else "none"
    return "operational" if required == "none" and case.is_child(today) else required


GUARDS: Final = (
    return_is_declared,
    trip_is_planned,
    escort_is_confirmed,
    ticket_is_issued,
    host_is_ready,
    transit_visas_are_in_order,
    stay_is_chosen,
    has_come_home,
)
