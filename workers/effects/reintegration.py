"""Seats passed on to whoever is next in a course's line, and letters to partners who visit."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

from events.ids import CaseId
from handlers.commanding.answers import Accepted
from handlers.commanding.errors import HandlersError
from handlers.states.case_reader import CaseSnapshot
from handlers.states.state_cache import fold_events
from workers.errors import Refused, Unavailable
from workers.mail.letters import Letter, letter_effect
from workers.running.jobs import NOT_DONE_REFERENCE, Adapters, Effect, Job, one_by_one
from workflow.subjects.reintegration.commands import OfferSeat
from workflow.subjects.reintegration.courses import CourseSeats, has_ended
from workflow.subjects.reintegration.decisions import VisitLetter
from workflow.subjects.reintegration.training import FreeSeat

ASKED_AT_ONCE_MAX = 100


def offer_seat(job: Job[FreeSeat], outside: Adapters) -> str:
    """Keep each free seat for the first in the line and return how many people were asked.

    An offer is a command of its own, named after this task and the person's case: asked twice it happens once.
    """
    asked: list[str] = []
    while (first := _first_in_line(job, outside)) and first not in asked and len(asked) < ASKED_AT_ONCE_MAX:
        asked.append(first)
        if not _offered(first, job, outside) and _first_in_line(job, outside) == first:
            raise Refused("whoever is first in the line cannot be asked")
    return str(len(asked))


def nothing_happened(_job: Job[FreeSeat], _outside: Adapters) -> str | None:
    """Return that nothing happened: offering again is harmless, so nobody needs to be asked."""
    return NOT_DONE_REFERENCE


def visit_request_letter(job: Job[VisitLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that asks a partner to visit; whom, the office tells them itself."""
    provider = seen.definition.programme.provider_of[job.about.provider]
    days, reference = seen.definition.programme.policies.visit_overdue_days, job.task_id
    return Letter(
        provider.name,
        provider.email,
        f"A visit to arrange, reference {reference}",
        (
            f"Please arrange a follow-up visit within {days} days. Reference: {reference}.",
            "The office will tell you whom to visit when you answer with the reference. Please name nobody in writing.",
            f"Просим организовать контрольный визит в течение {days} дней. Номер: {reference}.",
            "Кого посетить, офис сообщит, когда вы ответите с этим номером. Пожалуйста, не называйте имён в письмах.",
        ),
    )


def _first_in_line(job: Job[FreeSeat], outside: Adapters) -> str:
    """Return the case that is to be asked next, or nothing when no seat is free or nobody waits."""
    seen = outside.look.at(job.case_id)
    course = seen.definition.programme.course_of.get(job.about.course) if seen else None
    if course is None:
        raise Refused("there is no such course")
    seats: CourseSeats = (
        fold_events(course.stream, outside.log.stream(course.stream), outside.log.fact).state or CourseSeats()
    )
    if not seats.waiting or not seats.free(course.seats) or has_ended(course, job.begun_at.date()):
        return ""
    return seats.waiting[0]


def _offered(case_id: str, job: Job[FreeSeat], outside: Adapters) -> bool:
    command = OfferSeat(
        command_id=uuid5(NAMESPACE_OID, f"wayhome/offer-seat/{job.task_id}/{case_id}"),
        actor="worker:services",
        mandate="worker",
        case_id=CaseId(case_id),
        course=job.about.course,
        task_id=job.task_id,
    )
    try:
        return isinstance(outside.submit(command), Accepted)
    except HandlersError as later:
        raise Unavailable("the offer could not be made now") from later


EFFECTS = (
    Effect("offer_seat", "services", one_by_one(offer_seat), nothing_happened),
    letter_effect("arrange_visit", visit_request_letter),
)
