"""Seats passed on to whoever is next in a course's line, and letters to partners who visit."""

from handlers.commanding.answers import Accepted
from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused
from workers.mail.letters import Letter, letter_effect
from workers.running.jobs import Adapters, Effect, Job, offer_again, one_by_one
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


def visit_request_letter(job: Job[VisitLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that asks a partner to visit; whom, the office tells them itself."""
    provider = seen.definition.programme.provider_of[job.about.provider]
    days, reference = seen.definition.programme.policies.visit_overdue_days, job.task_id
    lines = (
        f"Please arrange a follow-up visit within {days} days. Reference: {reference}.",
        "The office will tell you whom to visit when you answer with the reference. Please name nobody in writing.",
        f"Просим организовать контрольный визит в течение {days} дней. Номер: {reference}.",
        "Кого посетить, офис сообщит, когда вы ответите с этим номером. Пожалуйста, не называйте имён в письмах.",
    )
    return Letter(provider.name, provider.email, f"A visit to arrange, reference {reference}", lines)


def _first_in_line(job: Job[FreeSeat], outside: Adapters) -> str:
    """Return the case that is to be asked next, or nothing when no seat is free or nobody waits."""
    seen = outside.look.at(job.case_id)
    course = seen.definition.programme.course_of.get(job.about.course) if seen else None
    if seen is None or course is None:
        raise Refused("there is no such course")
    seats = outside.state_of(course.stream, CourseSeats())
    today = seen.definition.programme.day(job.begun_at)
    if not seats.waiting or not seats.free(course.seats) or has_ended(course, today):
        return ""
    return seats.waiting[0]


def _offered(case_id: str, job: Job[FreeSeat], outside: Adapters) -> bool:
    command = OfferSeat(
        **outside.ids.by_machine("worker:services", "worker", case_id, f"offer-seat/{job.task_id}/{case_id}"),
        course=job.about.course,
        task_id=job.task_id,
    )
    return isinstance(outside.submitted(command), Accepted)


EFFECTS = (
    Effect("offer_seat", "services", one_by_one(offer_seat), offer_again),
    letter_effect("arrange_visit", visit_request_letter),
)
