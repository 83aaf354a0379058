"""What follows for the way home: bookings, and giving them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from events.catalogue import Fact
from events.facts import case as told
from events.facts import work
from handlers.reactions.asking import Moment, Reaction, is_consented, task, tasks_off
from handlers.reactions.services import services_of_trip, trip_service


def _trip_planned(fact: told.TripPlanned, moment: Moment) -> Iterator[Fact]:
    for service in services_of_trip(moment):
        if is_consented(service.consent, moment):
            yield trip_service(moment, service, fact.trip_id)
    if fact.escort:
        yield _book_escort(moment, fact.trip_id, fact.escort)


def _escort_answered(fact: told.EscortAnswered, moment: Moment) -> Iterator[Fact]:
    """Whoever has said no is not written to any more."""
    if not fact.accepted:
        yield from tasks_off(moment, "the escort declined", ("book_escort",), trip_id=fact.trip_id)


def _trip_cancelled(fact: told.TripCancelled, moment: Moment) -> Iterator[Fact]:
    """Take back what is only asked for, and give back what was booked: each thing once."""
    assert moment.before is not None
    trip = moment.before.trip
    assert trip is not None
    yield from tasks_off(moment, fact.reason, trip_id=fact.trip_id)
    for booking in moment.before.booked:
        if _can_be_given_back(booking, moment):
            yield _release(moment, booking, fact.trip_id, trip.escort)


def _came_too_late(fact: told.EscortInvited | work.ServiceProvided, moment: Moment) -> Iterator[Fact]:
    """Give back what was booked for a trip that had been called off while the booking was under way."""
    assert moment.before is not None
    given = moment.before.tasks.get(fact.task_id)
    about = dict(given.subject) if given else {}
    current = moment.after.trip.trip_id if moment.after.trip else None
    booking = "escort" if isinstance(fact, told.EscortInvited) else fact.service
    if about.get("trip_id", current) != current and _can_be_given_back(booking, moment):
        yield _release(moment, booking, about["trip_id"], about.get("escort", ""))


def _can_be_given_back(booking: str, moment: Moment) -> bool:
    return booking == "escort" or moment.definition.programme.service_of[booking].for_trip


def _book_escort(moment: Moment, trip_id: str, escort: str) -> work.TaskRequested:
    return task(moment, "book_escort", (("escort", escort), ("trip_id", trip_id)))


def _release(moment: Moment, booking: str, trip_id: str, escort: str) -> work.TaskRequested:
    if booking == "escort":
        subject = (("booking", booking), ("escort", escort), ("trip_id", trip_id))
        return task(moment, "release_escort", subject)
    return task(moment, "release_booking", (("booking", booking), ("trip_id", trip_id)))


def _consent_given(fact: told.ConsentGiven, moment: Moment) -> Iterator[Fact]:
    """Write to the escort who could not be written to without this consent."""
    trip = moment.after.trip
    if fact.purpose != "travel" or trip is None or not trip.escort or not is_consented("travel", moment):
        return
    asked = any(given.kind == "book_escort" for given in moment.after.tasks.values())
    if moment.after.trip_is_ahead and not asked and "escort" not in moment.after.booked:
        yield _book_escort(moment, trip.trip_id, trip.escort)


REACTIONS: Final[Mapping[str, Reaction]] = {
    "TripPlanned": _trip_planned,
    "TripCancelled": _trip_cancelled,
    "EscortInvited": _came_too_late,
    "EscortAnswered": _escort_answered,
    "ServiceProvided": _came_too_late,
    "ConsentGiven": _consent_given,
}
