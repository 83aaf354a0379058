"""Tickets through the travel agent, and letters to those who receive people. Nobody's name is in any of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from events.instants import instant, stored
from handlers.states.case_reader import CaseSnapshot
from workers.effects.escorts import planned_trip
from workers.errors import OutcomeUnknown, Refused, Unavailable
from workers.mail.letters import Appointment, Letter, letter_effect
from workers.running.jobs import NOT_DONE, Adapters, Effect, Job, Outcome
from workers.running.orders import Order


def order_tickets(jobs: Sequence[Job], outside: Adapters) -> list[Outcome]:
    """Order the tickets of several journeys, or take them back, in one go; the key makes sure of once."""
    orders = [_order(job, outside) for job in jobs]
    try:
        references = outside.orders.place(orders)
    except Unavailable as later:
        return [Outcome(job, "unavailable", type(later).__name__) for job in jobs]
    except OutcomeUnknown as nobody_knows:
        return [Outcome(job, "unknown", type(nobody_knows).__name__) for job in jobs]
    except Refused as no:
        return [Outcome(job, "refused", type(no).__name__) for job in jobs]
    return [Outcome(job, "done", reference) for job, reference in zip(jobs, references, strict=True)]


def ask_about_ticket(job: Job, outside: Adapters) -> str | None:
    """Return what the agent knows of an order."""
    return outside.orders.find(job.task_id) or NOT_DONE


def _order(job: Job, outside: Adapters) -> Order:
    what = "release:ticket" if job.kind == "cancel_ticket" else f"ticket:{_itinerary(job, outside)}"
    return Order(job.task_id, what, job.about["trip_id"], stored(job.begun_at))


def _itinerary(job: Job, outside: Adapters) -> str:
    """Return the legs as an agent books them: ``flight SU1491 DME-KIV 2007-03-08T09:00Z``."""
    planned, _ = planned_trip(outside.log, job)
    return "; ".join(
        f"{leg.mode} {leg.number} {leg.origin}-{leg.destination} {leg.departs_at:%Y-%m-%dT%H:%MZ}".replace("  ", " ")
        for leg in planned.legs
    )


_HOUR: Final = timedelta(hours=1)


def asked_host(job: Job, seen: CaseSnapshot) -> Letter:
    """Return the letter that asks a partner to receive somebody."""
    when, where = f"{instant(job.about['at']):%Y-%m-%d %H:%M} UTC", job.about["place"]
    return _letter(
        job, seen, "Arrival",
        f"A guest arrives on {when} in {where}. Can you meet them? Please answer yes or no.",
        f"{when} в {where} прибывает гость. Сможете ли вы встретить? Пожалуйста, ответьте «да» или «нет».",
    )  # fmt: skip


def cancelled_host(job: Job, seen: CaseSnapshot) -> Letter:
    """Return the letter that takes the request back."""
    when, where = f"{instant(job.about['at']):%Y-%m-%d %H:%M} UTC", job.about["place"]
    return _letter(
        job, seen, "Arrival cancelled",
        f"The arrival of {when} in {where} is cancelled. Nobody needs to be met.",
        f"Прибытие {when} в {where} отменяется. Встречать никого не нужно.",
        cancelled=True,
    )  # fmt: skip


def _letter(
    job: Job, seen: CaseSnapshot, subject: str, english: str, russian: str, *, cancelled: bool = False
) -> Letter:
    programme, reference = seen.definition.programme, job.about["trip_id"]
    host = programme.host_of.get(job.about["host"])
    if host is None:
        raise Refused("the programme knows no host of that id")
    arrives_at = instant(job.about["at"])
    appointment = Appointment(
        thread=f"{reference}.{host.id}",
        starts_at=arrives_at,
        ends_at=arrives_at + _HOUR,
        place=job.about["place"],
        sequence=1 if cancelled else 0,
        cancelled=cancelled,
    )
    lines = (
        english, f"Please answer {programme.office.email}, reference {reference}.",
        russian, f"Пожалуйста, ответьте по адресу {programme.office.email}, номер {reference}.",
    )  # fmt: skip
    return Letter(host.name, host.email, f"{subject} {reference}", lines, appointment)


EFFECTS = (
    Effect("book_ticket", "services", order_tickets, ask_about_ticket),
    Effect("cancel_ticket", "services", order_tickets, ask_about_ticket),
    letter_effect("ask_host", asked_host),
    letter_effect("cancel_host", cancelled_host),
)
