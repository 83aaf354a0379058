"""What follows for the way home: bookings, giving them back, and the times at which somebody looks."""

from datetime import timedelta
from typing import Final

from events.facts import travel as facts
from events.facts.intake import ConsentGiven
from events.facts.journey import StageEntered
from events.facts.tasks import TaskRequested
from handlers.reactions.moment import Follows, ReactionContext, Reactions, cancelling
from workflow.case.state import Case
from workflow.case.tasks import About
from workflow.subjects.travel.bookings import Booking, EscortBooking, HostBooking
from workflow.subjects.travel.guards import ON_THE_WAY
from workflow.subjects.travel.state import Trip, travel_of, trip_is_ahead
from workflow.tasks import about_of

# How each booking is asked for and given back, and what it is called in the case.
_ASKS: Final = {"ticket": "book_ticket", "escort": "book_escort", "arrival_host": "ask_host"}
_GIVES_BACK: Final = {"ticket": "cancel_ticket", "escort": "release_escort", "arrival_host": "cancel_host"}
_BEFORE: Final = ("departure_check", "departure")


def _trip_planned(fact: facts.TripPlanned, moment: ReactionContext) -> Follows:
    trip, policies = _trip(moment.after), moment.policies
    for booking in _ASKS:
        yield from _ask(moment, booking, trip)
    check = trip.departs_at - timedelta(hours=policies.departure_check_hours)
    if check > moment.now:
        yield moment.set_timer("departure_check", check, trip_id=fact.trip_id)
    due = fact.arrives_at + timedelta(hours=policies.hand_over_hours)
    yield moment.set_timer("departure", fact.departs_at, trip_id=fact.trip_id)
    yield moment.set_timer("hand_over_due", due, trip_id=fact.trip_id)


def _stage_entered(fact: StageEntered, moment: ReactionContext) -> Follows:
    if fact.dest == ON_THE_WAY:
        yield from moment.cancel_timers(*_BEFORE)


def _trip_cancelled(fact: facts.TripCancelled, moment: ReactionContext) -> Follows:
    """Take back what is only asked for, and give back what was booked: each thing once."""
    trip = _trip(moment.was)
    yield from moment.cancel_timers(*_BEFORE, "hand_over_due", trip_id=fact.trip_id)
    yield from moment.call_off_tasks(fact.reason, trip_id=fact.trip_id)
    for booking in travel_of(moment.was).booked:
        yield _give_back(moment, booking, trip)


def _escort_answered(fact: facts.EscortAnswered, moment: ReactionContext) -> Follows:
    """Whoever has said no is not written to any more."""
    if not fact.accepted:
        yield from moment.call_off_tasks("the escort declined", "book_escort", trip_id=fact.trip_id)


def _host_answered(fact: facts.HostAnswered, moment: ReactionContext) -> Follows:
    """Ask the next one when a host cannot; whoever has said no is not written to any more."""
    if fact.accepted:
        return
    yield from moment.call_off_tasks("the host declined", "ask_host", trip_id=fact.trip_id)
    yield from _ask(moment, "arrival_host", _trip(moment.after))


def _host_chosen(fact: facts.HostChosen, moment: ReactionContext) -> Follows:
    """Ask somebody else; whoever was asked before is told that it is off, once."""
    trip = _trip(moment.was)
    yield from moment.call_off_tasks("another host", "ask_host", trip_id=fact.trip_id)
    if "arrival_host" in travel_of(moment.was).booked:
        yield _give_back(moment, "arrival_host", trip)
    yield from _ask(moment, "arrival_host", _trip(moment.after))


def _came_too_late(
    fact: facts.EscortInvited | facts.TicketIssued | facts.HostAsked, moment: ReactionContext
) -> Follows:
    """Give back what was booked for a trip that had been called off while the booking was under way.

    The same for somebody who was written to and is not the one to come any more.
    """
    given = moment.was.tasks.get(fact.task_id)
    if given is None:
        return
    about, trip = about_of(given), travel_of(moment.after).trip
    booking = next(name for name, kind in _ASKS.items() if kind == given.kind)
    wanted = trip is not None and _about(booking, trip) == about
    if not wanted and not _declined(about, trip):
        yield moment.request_task(_GIVES_BACK[booking], about.model_copy(update={"booking": booking}))


def _declined(about: About, trip: Trip | None) -> bool:
    """Tell whether escort or host of this very trip have said no: they need not be told that it is off."""
    if trip is None or not isinstance(about, Booking) or about.trip_id != trip.trip_id:
        return False
    return isinstance(about, EscortBooking) or (isinstance(about, HostBooking) and about.host in trip.hosts_declined)


def _consent_given(fact: ConsentGiven, moment: ReactionContext) -> Follows:
    """Book what could not be booked without this consent."""
    case, trip = moment.after, travel_of(moment.after).trip
    if fact.purpose != "travel" or trip is None or not trip_is_ahead(case):
        return
    asked = {given.kind for given in case.tasks.values() if dict(given.subject).get("trip_id") == trip.trip_id}
    for booking, kind in _ASKS.items():
        if booking not in travel_of(case).booked and kind not in asked:
            yield from _ask(moment, booking, trip)


def _trip(case: Case) -> Trip:
    trip = travel_of(case).trip
    assert trip is not None
    return trip


def _ask(moment: ReactionContext, booking: str, trip: Trip) -> Follows:
    """Ask for a booking if the person lets others work on it and somebody is to be written to."""
    about = _about(booking, trip)
    if moment.is_consented("travel") and all(value for _, value in about.pairs()):
        yield moment.request_task(_ASKS[booking], about)


def _give_back(moment: ReactionContext, booking: str, trip: Trip) -> TaskRequested:
    return moment.request_task(_GIVES_BACK[booking], _about(booking, trip).model_copy(update={"booking": booking}))


def _about(booking: str, trip: Trip) -> Booking:
    match booking:
        case "escort":
            return EscortBooking(trip_id=trip.trip_id, party=trip.party, escort=trip.escort)
        case "arrival_host":
            to, at = trip.destination, trip.arrives_at
            return HostBooking(trip_id=trip.trip_id, party=trip.party, host=trip.host, at=at, place=to)
        case _:
            return Booking(trip_id=trip.trip_id, party=trip.party)


REACTIONS: Reactions = {
    "TripPlanned": _trip_planned,
    "StageEntered": _stage_entered,
    "TripCancelled": _trip_cancelled,
    "EscortInvited": _came_too_late,
    "TicketIssued": _came_too_late,
    "HostAsked": _came_too_late,
    "EscortAnswered": _escort_answered,
    "HostChosen": _host_chosen,
    "HostAnswered": _host_answered,
    "PersonHandedOver": cancelling(*_BEFORE, "hand_over_due", about="trip_id"),
    "ConsentGiven": _consent_given,
}
