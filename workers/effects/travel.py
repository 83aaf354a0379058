"""Tickets through the travel agent, and letters to escorts and to those who receive people. Nobody's name is in any."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from events.facts.travel import TripPlanned
from events.ids import case_stream
from events.instants import instant_text
from workers.errors import OutsideError, Refused
from workers.mail.clocks import when, zone_in
from workers.mail.letters import CalendarEntry, Letter, post_letter
from workers.mail.parties import SentLetters, called_off, named_by, party_effect, people_of, receipt_of
from workers.running.jobs import NOT_DONE_REFERENCE, Adapters, Effect, Job, JobOutcome, in_time
from workers.running.orders import Order
from workflow.programme.programme import Programme
from workflow.subjects.travel.bookings import Booking, EscortBooking, HostBooking
from workflow.subjects.travel.definition import Escort
from workflow.subjects.travel.state import Trip, travel_of, trip_is_ahead


def order_tickets(jobs: Sequence[Job[Booking]], outside: Adapters) -> list[JobOutcome]:
    """Order the tickets of several journeys, or take them back, in one go; the key makes sure of once."""
    orders = [_order(job, outside) for job in jobs]
    try:
        references = outside.orders.place(orders)
    except OutsideError as problem:
        return [JobOutcome.of(problem, job) for job in jobs]
    return [JobOutcome(job, "done", reference) for job, reference in zip(jobs, references, strict=True)]


def ask_about_ticket(job: Job[Any], outside: Adapters) -> str | None:
    """Return what the agent knows of an order."""
    return outside.orders.find(job.task_id) or NOT_DONE_REFERENCE


def _order(job: Job[Booking], outside: Adapters) -> Order:
    what = "release:ticket" if job.kind == "cancel_ticket" else f"ticket:{_itinerary(job, outside)}"
    return Order(job.task_id, what, job.about.trip_id, instant_text(job.begun_at))


def _itinerary(job: Job[Booking], outside: Adapters) -> str:
    """Return the legs as an agent books them: ``flight SU1491 DME-KIV 2007-03-08T09:00Z``."""
    planned, _ = _planned(job, outside)
    return "; ".join(
        f"{leg.mode} {leg.number} {leg.origin}-{leg.destination} {leg.departs_at:%Y-%m-%dT%H:%MZ}".replace("  ", " ")
        for leg in planned.legs
    )


def _planned(job: Job[Any], outside: Adapters) -> tuple[TripPlanned, Programme]:
    """Return the plan a task is about, though it may have been called off, and the programme it was made under."""
    programme = ""
    for event in outside.log.of_types(case_stream(job.case_id), ("CaseOpened", "TripPlanned")):
        fact = outside.log.fact(event)
        programme = getattr(fact, "programme", programme)
        if isinstance(fact, TripPlanned) and fact.trip_id == job.about.trip_id:
            return fact, outside.definitions.live(programme, event.envelope.definition).programme
    raise Refused("the trip is not in the case's history")


_INVITED: Final = (
    ("Travel assignment {ref}: from {origin}, {departs_en}, to {destination}, {arrives_en}.{back_en} "
     "The office will tell you everything else in person."),
    ("Please reply to the office at {office}, or accept or decline this invitation in your calendar. "
     "If you cannot travel, please decline as soon as you can so that a colleague can be asked."),
    ("Поездка по заданию {ref}: отправление — {origin}, {departs_ru}; прибытие — {destination}, {arrives_ru}.{back_ru} "
     "Всё остальное вам сообщат лично в офисе."),
    ("Пожалуйста, ответьте офису по адресу {office} либо примите или отклоните это приглашение в календаре. "
     "Если вы не можете поехать, отклоните его как можно скорее, чтобы офис успел обратиться к другому сотруднику."),
)  # fmt: skip
_CALLED_OFF: Final = (
    "Travel assignment {ref} on {departs_en} is cancelled. Please do not travel.",
    ("You need not accept or decline anything. If you have a question, or have already left, "
     "reply to the office at {office}."),
    "Поездка по заданию {ref}, назначенная на {departs_ru}, отменена. Пожалуйста, никуда не выезжайте.",
    ("Принимать или отклонять ничего не нужно. Если у вас есть вопросы или вы уже в пути, "
     "ответьте офису по адресу {office}."),
)  # fmt: skip


def tell_escort(job: Job[EscortBooking], outside: Adapters, sent: SentLetters) -> str:
    """Send the invitation, or take it back, of those who travel together once; return its receipt."""
    planned, programme = _planned(job, outside)
    escort, cancelled = programme.escort_of[job.about.escort], job.kind == "release_escort"
    letter = escort_letter(planned, escort, programme, cancelled=cancelled)
    if not job.about.party:
        return post_letter(letter, programme.office, job, outside)
    if cancelled and any(trip.escort == escort.id for trip in _together(job, outside)):
        return _GOES_ANYWAY
    times = planned.departs_at, planned.arrives_at
    key = named_by(
        job.about.party, escort.id, cancelled, *times, cancelled and called_off("TripCancelled", job, outside)
    )
    return _once(key, letter, programme, job, outside, sent)


_GOES_ANYWAY: Final = "goes-with-the-others"  # how many travel is told in person, so nothing is written
_RECEIPTS: Final = ("EscortInvited", "HostAsked", "BookingReleased")


def _together(job: Job[Any], outside: Adapters) -> list[Trip]:
    """Return the journeys of those who travel together that are still to be made."""
    cases = [case for case in people_of(job, outside) if trip_is_ahead(case)]
    return [trip for case in cases if (trip := travel_of(case).trip) and trip.party == job.about.party]


def _once(key: str, letter: Letter, programme: Programme, job: Job[Any], outside: Adapters, sent: SentLetters) -> str:
    found = sent.get(key) or receipt_of(key, _RECEIPTS, job, outside)
    sent[key] = found or post_letter(letter, programme.office, job, outside, key)
    return sent[key]


def escort_letter(planned: TripPlanned, escort: Escort, programme: Programme, *, cancelled: bool) -> Letter:
    """Return what an escort reads: where and when to be and how to answer; the rest is told at the office.

    What the escort was chosen by (a nurse, a language) hints at the person and is left out.
    """
    ref = planned.party or planned.trip_id
    reference, (leaves_in, arrives_in) = f"Travel assignment {ref}", _zones(planned, programme)
    back = when("back", planned.escort_back_at, programme.time_zone) if planned.escort_back_at else {}
    said = {
        "ref": ref,
        "origin": planned.origin,
        "destination": planned.destination,
        **when("departs", planned.departs_at, leaves_in),
        **when("arrives", planned.arrives_at, arrives_in),
        "office": programme.office.email,
        "back_en": f" Your own way back: {back['back_en']}." if back else "",
        "back_ru": f" Ваше возвращение: {back['back_ru']}." if back else "",
    }
    entry = CalendarEntry(
        thread=f"{ref}.{escort.id}",  # shared by both letters, so that calendars see one appointment
        starts_at=planned.departs_at,
        ends_at=planned.arrives_at,
        place=f"{planned.origin} → {planned.destination}",
        zone=leaves_in,
        ends_in=arrives_in,
        sequence=1 if cancelled else 0,
        cancelled=cancelled,
        answered_with=reference,
    )
    lines = tuple(line.format(**said) for line in (_CALLED_OFF if cancelled else _INVITED))
    return Letter(escort.name, escort.email, f"Cancelled: {reference}" if cancelled else reference, lines, entry)


def _zones(planned: TripPlanned, programme: Programme) -> tuple[str, str]:
    """Return by whose clocks a journey begins and ends."""
    first, last = (planned.legs[0].from_country, planned.legs[-1].to_country) if planned.legs else ("", "")
    return zone_in(first, planned.departs_at, programme), zone_in(last, planned.arrives_at, programme)


_HOUR: Final = timedelta(hours=1)


# What each letter is called and says, in English and in Russian.
_ASKED: Final = {
    "ask_host": (
        "Arrival",
        "A guest arrives on {when_en} in {where}. Can you meet them? Please answer yes or no.",
        "{when_ru} в {where} прибывает гость. Сможете ли вы встретить? Пожалуйста, ответьте «да» или «нет».",
    ),
    "cancel_host": (
        "Arrival cancelled",
        "The arrival of {when_en} in {where} is cancelled. Nobody needs to be met.",
        "Прибытие {when_ru} в {where} отменяется. Встречать никого не нужно.",
    ),
}


_SEVERAL: Final = (
    "Arrival",
    (
        "Guests arrive together on {when_en} in {where}; how many, as it stands now: {count}. Can you meet them? "
        "Please answer yes or no."
    ),
    (
        "{when_ru} в {where} вместе прибывают гости; сколько, по состоянию на сейчас: {count}. "
        "Сможете ли вы встретить? Пожалуйста, ответьте «да» или «нет»."
    ),
)


def tell_host(job: Job[HostBooking], outside: Adapters, sent: SentLetters) -> str:
    """Send the letter to whoever receives the person, by their own clocks, and return its receipt.

    Who arrives together is in one letter; when somebody falls out, it says how many are left.
    """
    seen, (planned, _) = outside.look.at(job.case_id), _planned(job, outside)
    assert seen is not None, "who has a trip has a case"
    programme, about = seen.definition.programme, job.about
    zone = _zones(planned, programme)[1]
    if not about.party:
        return post_letter(host_letter(job, programme, zone), programme.office, job, outside)
    left = [trip for trip in _together(job, outside) if trip.host == about.host]
    said = sorted(trip.trip_id for trip in left)
    key = named_by(about.party, about.host, about.at, said, called_off("TripCancelled", job, outside))
    return _once(key, host_letter(job, programme, zone, len(left)), programme, job, outside, sent)


def host_letter(job: Job[HostBooking], programme: Programme, zone: str, left: int = 1) -> Letter:
    """Return the letter that asks a partner to receive somebody, or takes the request back.

    Of a party ``left`` is how many arrive as it stands now; only when nobody is left it is taken back.
    """
    reference, place = job.about.party or job.about.trip_id, job.about.place
    host = programme.host_of.get(job.about.host)
    if host is None:
        raise Refused("the programme knows no host of that id")
    several = bool(job.about.party) and left > 0
    subject, english, russian = _SEVERAL if several else _ASKED[job.kind]
    zone = host.time_zone or zone
    said = {**when("when", job.about.at, zone), "where": place, "count": left}
    lines = (
        english.format(**said),
        f"Please answer {programme.office.email}, reference {reference}.",
        russian.format(**said),
        f"Пожалуйста, ответьте по адресу {programme.office.email}, номер {reference}.",
    )
    cancelled, ends_at = job.kind == "cancel_host" and not several, job.about.at + _HOUR
    appointment = CalendarEntry(f"{reference}.{host.id}", job.about.at, ends_at, place, zone, int(cancelled), cancelled)
    return Letter(host.name, host.email, f"{subject} {reference}", lines, appointment)


EFFECTS = (
    Effect("book_ticket", "services", in_time(order_tickets), ask_about_ticket),
    Effect("cancel_ticket", "services", in_time(order_tickets), ask_about_ticket),
    party_effect("book_escort", tell_escort),
    party_effect("release_escort", tell_escort),
    party_effect("ask_host", tell_host),
    party_effect("cancel_host", tell_host),
)
