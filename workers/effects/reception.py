"""Letters to whoever meets people: come, come at another time, do not come. Nobody's name is in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused
from workers.mail.letters import CalendarEntry, Letter, letter_effect, readable
from workers.running.jobs import Job
from workflow.subjects.reception.decisions import PickupLetter

_MEANS_RU: Final = {"flight": "самолёт", "train": "поезд", "bus": "автобус", "car": "автомобиль", "on_foot": "пешком"}


def booked(job: Job[PickupLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that asks somebody to be there."""
    what, when, where = _facts(job)
    return _letter(
        job, seen, "Pick-up",
        f"Please meet a guest: {when}, {where}, {what}. Hold up a sign with the word {job.about.sign}.",
        f"Пожалуйста, встретьте гостя: {when}, {where}, {_what_ru(job)}. Слово на табличке: {job.about.sign}.",
    )  # fmt: skip


def moved(job: Job[PickupLetter], seen: CaseSnapshot) -> Letter:
    """Return the one notice of a new time."""
    what, when, where = _facts(job)
    return _letter(
        job, seen, "Pick-up moved",
        f"The pick-up is moved. The new time is {when}, {where}, {what}. The sign stays {job.about.sign}.",
        f"Встреча переносится. Новое время: {when}, {where}, {_what_ru(job)}. Табличка прежняя: {job.about.sign}.",
    )  # fmt: skip


def cancelled(job: Job[PickupLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that takes the pick-up back."""
    _, when, where = _facts(job)
    return _letter(
        job, seen, "Pick-up cancelled",
        f"The pick-up of {when}, {where}, is cancelled. Please do not go there.",
        f"Встреча {when}, {where}, отменяется. Пожалуйста, не приезжайте.",
        cancelled=True,
    )  # fmt: skip


def _letter(
    job: Job[PickupLetter], seen: CaseSnapshot, subject: str, english: str, russian: str, *, cancelled: bool = False
) -> Letter:
    programme = seen.definition.programme
    meeter = programme.meeter_of.get(job.about.meeter)
    if meeter is None:
        raise Refused("the programme knows nobody of that id")
    appointment = CalendarEntry(
        thread=job.about.arrival_id,
        starts_at=job.about.at,
        ends_at=job.about.at + timedelta(hours=programme.policies.pickup_hours),
        place=job.about.place,
        sequence=job.about.sequence,
        cancelled=cancelled,
    )
    reference = job.about.arrival_id
    question = f"Questions: {programme.office.email}, reference {reference}."
    question_ru = f"Вопросы: {programme.office.email}, номер {reference}."
    lines = (english, question, russian, question_ru)
    return Letter(meeter.name, meeter.email, f"{subject} {reference}", lines, appointment)


def _facts(job: Job[PickupLetter]) -> tuple[str, str, str]:
    what = f"{job.about.means.replace('_', ' ')} {job.about.number}".strip()
    return what, readable(job.about.at), job.about.place


def _what_ru(job: Job[PickupLetter]) -> str:
    return f"{_MEANS_RU[job.about.means]} {job.about.number}".strip()


EFFECTS = (
    letter_effect("book_pickup", booked),
    letter_effect("move_pickup", moved),
    letter_effect("cancel_pickup", cancelled),
)
