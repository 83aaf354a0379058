"""Services by the general way: an order under the task's key; the same for giving a booking back."""

from __future__ import annotations

from collections.abc import Sequence

from events.instants import stored
from workers.errors import OutcomeUnknown, Refused, Unavailable
from workers.jobs import NOT_DONE, Effect, Job, Outcome, Outside
from workers.order_book import Order


def provide_service(jobs: Sequence[Job], outside: Outside) -> list[Outcome]:
    """Order what each job is about, all in one go; if the book fails, none was ordered or all are asked about."""
    orders = [_order(job) for job in jobs]
    try:
        references = outside.orders.place(orders)
    except Unavailable as later:
        return [Outcome(job, "unavailable", type(later).__name__) for job in jobs]
    except OutcomeUnknown as nobody_knows:
        return [Outcome(job, "unknown", type(nobody_knows).__name__) for job in jobs]
    except Refused as no:
        return [Outcome(job, "refused", type(no).__name__) for job in jobs]
    return [Outcome(job, "done", reference) for job, reference in zip(jobs, references, strict=True)]


def ask_about_order(job: Job, outside: Outside) -> str | None:
    """Return what the order book knows of a job."""
    return outside.orders.find(job.task_id) or NOT_DONE


def _order(job: Job) -> Order:
    what = job.about.get("service") or f"release:{job.about['booking']}"
    return Order(job.task_id, what, job.case_id, stored(job.begun_at))


EFFECTS = (
    Effect("provide_service", "services", provide_service, ask_about_order),
    Effect("release_booking", "services", provide_service, ask_about_order),
)
