"""What follows for the way home: bookings, giving them back, and the times at which somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.intake import ConsentGiven
from events.facts.journey import StageEntered
from events.facts.tasks import TaskRequested
from events.facts.travel import (
    EscortAnswered,
    EscortInvited,
    HostAnswered,
    HostAsked,
    HostChosen,
    PersonHandedOver,
    TicketIssued,
    TripCancelled,
    TripPlanned,
)
from handlers.reactions.moment import (
    Reaction,
    ReactionContext,
    call_off_tasks,
    cancel_timers,
    is_consented,
    request_task,
    set_timer,
)
from workflow.case.tasks import About
from workflow.subjects.travel.bookings import Booking, EscortBooking, HostBooking
from workflow.subjects.travel.guards import ON_THE_WAY
from workflow.subjects.travel.state import Trip, travel_of, trip_is_ahead
from workflow.tasks import about_of

# How each booking is asked for and given back, and what it is called in the case.
_ASKS: Final = {"ticket": "book_ticket", "escort": "book_escort", "arrival_host": "ask_host"}
_GIVES_BACK: Final = {"ticket": "cancel_ticket", "escort": "release_escort", "arrival_host": "cancel_host"}
_BEFORE: Final = ("departure_check", "departure")


def _trip_planned(fact: TripPlanned, moment: ReactionContext) -> Iterator[Fact]:
    trip, policies = _trip(moment), moment.definition.programme.policies
    for booking in _ASKS:
        yield from _ask(moment, booking, trip)
    about = (("trip_id", trip.trip_id),)
    check = trip.departs_at - timedelta(hours=policies.departure_check_hours)
    if check > moment.now:
        yield set_timer(moment, "departure_check", check, about)
    yield set_timer(moment, "departure", fact.departs_at, about)
    yield set_timer(moment, "hand_over_due", fact.arrives_at + timedelta(hours=policies.hand_over_hours), about)


def _stage_entered(fact: StageEntered, moment: ReactionContext) -> Iterator[Fact]:
    if fact.dest == ON_THE_WAY:
        for kind in _BEFORE:
            yield from cancel_timers(moment, kind)


def _trip_cancelled(fact: TripCancelled, moment: ReactionContext) -> Iterator[Fact]:
    """Take back what is only asked for, and give back what was booked: each thing once."""
    assert moment.before is not None
    trip = travel_of(moment.before).trip
    assert trip is not None
    for kind in (*_BEFORE, "hand_over_due"):
        yield from cancel_timers(moment, kind, trip_id=fact.trip_id)
    yield from call_off_tasks(moment, fact.reason, trip_id=fact.trip_id)
    for booking in travel_of(moment.before).booked:
        yield _give_back(moment, booking, trip)


def _handed_over(fact: PersonHandedOver, moment: ReactionContext) -> Iterator[Fact]:
    for kind in (*_BEFORE, "hand_over_due"):
        yield from cancel_timers(moment, kind, trip_id=fact.trip_id)


def _escort_answered(fact: EscortAnswered, moment: ReactionContext) -> Iterator[Fact]:
    """Whoever has said no is not written to any more."""
    if not fact.accepted:
        yield from call_off_tasks(moment, "the escort declined", ("book_escort",), trip_id=fact.trip_id)


def _host_answered(fact: HostAnswered, moment: ReactionContext) -> Iterator[Fact]:
    """Ask the next one when a host cannot; whoever has said no is not written to any more."""
    if fact.accepted:
        return
    yield from call_off_tasks(moment, "the host declined", ("ask_host",), trip_id=fact.trip_id)
    yield from _ask(moment, "arrival_host", _trip(moment))


def _host_chosen(fact: HostChosen, moment: ReactionContext) -> Iterator[Fact]:
    """Ask somebody else; whoever was asked before is told that it is off, once."""
    assert moment.before is not None
    trip = travel_of(moment.before).trip
    assert trip is not None
    yield from call_off_tasks(moment, "another host", ("ask_host",), trip_id=fact.trip_id)
    if "arrival_host" in travel_of(moment.before).booked:
        yield _give_back(moment, "arrival_host", trip)
    yield from _ask(moment, "arrival_host", _trip(moment))


def _came_too_late(fact: EscortInvited | TicketIssued | HostAsked, moment: ReactionContext) -> Iterator[Fact]:
    """Give back what was booked for a trip that had been called off while the booking was under way.

    The same for somebody who was written to and is not the one to come any more.
    """
    assert moment.before is not None
    given = moment.before.tasks.get(fact.task_id)
    if given is None:
        return
    about, trip = about_of(given), travel_of(moment.after).trip
    booking = next(name for name, kind in _ASKS.items() if kind == given.kind)
    wanted = trip is not None and _about(booking, trip) == about
    if not wanted and not _declined(about, trip):
        yield request_task(moment, _GIVES_BACK[booking], about.model_copy(update={"booking": booking}))


def _declined(about: About, trip: Trip | None) -> bool:
    """Tell whether escort or host of this very trip have said no: they need not be told that it is off."""
    if trip is None or not isinstance(about, Booking) or about.trip_id != trip.trip_id:
        return False
    return isinstance(about, EscortBooking) or (isinstance(about, HostBooking) and about.host in trip.hosts_declined)


def _consent_given(fact: ConsentGiven, moment: ReactionContext) -> Iterator[Fact]:
    """Book what could not be booked without this consent."""
    case, trip = moment.after, travel_of(moment.after).trip
    if fact.purpose != "travel" or trip is None or not trip_is_ahead(case):
        return
    asked = {given.kind for given in case.tasks.values() if dict(given.subject).get("trip_id") == trip.trip_id}
    for booking, kind in _ASKS.items():
        if booking not in travel_of(case).booked and kind not in asked:
            yield from _ask(moment, booking, trip)


def _trip(moment: ReactionContext) -> Trip:
    trip = travel_of(moment.after).trip
    assert trip is not None
    return trip


def _ask(moment: ReactionContext, booking: str, trip: Trip) -> Iterator[Fact]:
    """Ask for a booking if the person lets others work on it and somebody is to be written to."""
    about = _about(booking, trip)
    if is_consented("travel", moment) and all(value for _, value in about.pairs()):
        yield request_task(moment, _ASKS[booking], about)


def _give_back(moment: ReactionContext, booking: str, trip: Trip) -> TaskRequested:
    return request_task(moment, _GIVES_BACK[booking], _about(booking, trip).model_copy(update={"booking": booking}))


def _about(booking: str, trip: Trip) -> Booking:
    match booking:
        case "escort":
            return EscortBooking(trip_id=trip.trip_id, escort=trip.escort)
        case "arrival_host":
            return HostBooking(trip_id=trip.trip_id, host=trip.host, at=trip.arrives_at, place=trip.destination)
        case _:
            return Booking(trip_id=trip.trip_id)


REACTIONS: Final[Mapping[str, Reaction]] = {
    "TripPlanned": _trip_planned,
    "StageEntered": _stage_entered,
    "TripCancelled": _trip_cancelled,
    "EscortInvited": _came_too_late,
    "TicketIssued": _came_too_late,
    "HostAsked": _came_too_late,
    "EscortAnswered": _escort_answered,
    "HostChosen": _host_chosen,
    "HostAnswered": _host_answered,
    "PersonHandedOver": _handed_over,
    "ConsentGiven": _consent_given,
}
