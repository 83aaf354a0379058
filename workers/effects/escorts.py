"""Writing to escorts: an invitation with a calendar entry, and its cancellation. Nobody's name is in either."""

from __future__ import annotations

from events.facts.travel import TripPlanned
from events.ids import case_stream
from events.log import Log
from workers.errors import InvitationError, Refused
from workers.mail.invitation import EscortTrip, cancellation, invitation
from workers.running.jobs import NOT_DONE, Adapters, Effect, Job, one_by_one


def book_escort(job: Job, outside: Adapters) -> str:
    """Send the invitation and return its receipt; the reply is recorded by a person, with AnswerEscort."""
    try:
        message = invitation(_trip(job, outside), job.begun_at)
    except InvitationError as unsafe:
        raise Refused("the trip cannot be told in a message as it stands") from unsafe
    return outside.post.send(message, job.task_id)


def release_escort(job: Job, outside: Adapters) -> str:
    """Send the cancellation and return its receipt."""
    try:
        message = cancellation(_trip(job, outside), job.begun_at)
    except InvitationError as unsafe:
        raise Refused("the trip cannot be told in a message as it stands") from unsafe
    return outside.post.send(message, job.task_id)


def ask_about_message(job: Job, outside: Adapters) -> str | None:
    """Return whether the message went out, where the post can tell; a mail server cannot."""
    sent = outside.post.was_sent(job.task_id)
    if sent is None:
        return None
    return f"sent:{job.task_id}" if sent else NOT_DONE


def _trip(job: Job, outside: Adapters) -> EscortTrip:
    planned, definition = planned_trip(outside.log, job)
    programme = outside.definitions.of(definition[0], definition[1]).programme
    escort = programme.escort_of[job.about["escort"]]
    return EscortTrip(
        task_id=_thread(job),
        case_ref=job.about["trip_id"],
        escort_name=escort.name,
        escort_email=escort.email,
        office_name=programme.office.name,
        office_email=programme.office.email,
        departs_at=planned.departs_at,
        arrives_at=planned.arrives_at,
        from_place=planned.origin,
        to_place=planned.destination,
        escort_kind="operational",
        languages=escort.languages,
        return_trip_at=planned.escort_back_at,
    )


def _thread(job: Job) -> str:
    """Return the name the invitation and its cancellation share, so that calendars see one appointment."""
    return f"{job.about['trip_id']}.{job.about['escort']}"


def planned_trip(log: Log, job: Job) -> tuple[TripPlanned, tuple[str, str]]:
    """Return the plan a task is about, though it may have been called off, and the definition it was made under."""
    programme = ""
    for event in log.of_types(case_stream(job.case_id), ("CaseOpened", "TripPlanned")):
        fact = log.fact(event)
        programme = getattr(fact, "programme", programme)
        if isinstance(fact, TripPlanned) and fact.trip_id == job.about["trip_id"]:
            return fact, (programme, event.envelope.definition)
    raise Refused("the trip is not in the case's history")


EFFECTS = (
    Effect("book_escort", "post", one_by_one(book_escort), ask_about_message, safe_to_repeat=False),
    Effect("release_escort", "post", one_by_one(release_escort), ask_about_message, safe_to_repeat=False),
)
