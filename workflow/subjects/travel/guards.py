"""Guards about the way home."""

from datetime import date
from typing import Final

from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.reasons import Reason
from workflow.subjects.care.state import care_of
from workflow.subjects.travel import refusals
from workflow.subjects.travel.state import travel_of

ON_THE_WAY: Final = "returning"  # the stage between departure and hand-over


def return_is_declared(asked: GuardContext) -> Reason | None:
    """Return is voluntary, in writing (Palermo Protocol Art. 8(2): preferably voluntary)."""
    return None if travel_of(asked.case).destination else refusals.RETURN_IS_DECLARED()


def trip_is_planned(asked: GuardContext) -> Reason | None:
    """There is a way home with a time and a place."""
    return None if travel_of(asked.case).trip is not None else refusals.TRIP_IS_NOT_PLANNED()


def escort_is_confirmed(asked: GuardContext) -> Reason | None:
    """Whoever needs somebody along has one who said yes; a child never travels alone."""
    case, needed = asked.case, escort_needed(asked.case, asked.today)
    if needed == "none":
        return None
    trip = travel_of(case).trip
    if trip is None or not trip.confirmed:
        return refusals.NO_ESCORT_CONFIRMED()
    escort = asked.programme.escort_of[trip.escort]
    if escort.is_cut_off:
        return refusals.NO_ESCORT_CONFIRMED()
    return None if needed in escort.skills else refusals.ESCORT_IS_OF_ANOTHER_KIND(needed=needed)


def ticket_is_issued(asked: GuardContext) -> Reason | None:
    """The ticket is there before anybody leaves for the station."""
    return None if "ticket" in travel_of(asked.case).booked else refusals.TICKET_IS_ISSUED()


def host_is_ready(asked: GuardContext) -> Reason | None:
    """Somebody will meet the person where they arrive, and has said so."""
    trip = travel_of(asked.case).trip
    if trip is None or not trip.host_ready:
        return refusals.HOST_IS_READY()
    host = asked.programme.host_of.get(trip.host)
    return None if host is None or not host.is_cut_off else refusals.HOST_IS_READY()


def transit_visas_are_in_order(asked: GuardContext) -> Reason | None:
    """Whoever changes in a country that asks their nationality for a visa has one that lasts (the office's list)."""
    trip = travel_of(asked.case).trip
    if trip is None:
        return None  # a missing journey is trip_is_planned's to say
    last = asked.day(trip.arrives_at)
    missing = [
        country for country in trip.transit
        if _needs_visa(asked, country) and travel_of(asked.case).visas.get(country, date.min) < last
    ]  # fmt: skip
    return refusals.TRANSIT_VISAS_ARE_IN_ORDER(country=missing[0], countries=missing) if missing else None


def _needs_visa(asked: GuardContext, country: str) -> bool:
    """Tell whether every citizenship of the person needs a visa there; with one that does not, none is needed."""
    owners = {rule.nationality for rule in asked.programme.transit_visas if rule.country == country}
    own = set(asked.case.citizenships)
    return bool(own) and own <= owners


def stay_is_chosen(asked: GuardContext) -> Reason | None:
    """Return is voluntary: the person may decide to stay."""
    return None if travel_of(asked.case).stays else refusals.STAY_IS_CHOSEN()


def has_come_home(asked: GuardContext) -> Reason | None:
    """The person was received at the destination."""
    return None if "hand_over" in asked.case.provided else refusals.HAS_COME_HOME()


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
