"""Letters to whoever meets people: come, come at another time, do not come. Nobody's name is in them."""

from datetime import timedelta
from typing import Final

from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused
from workers.mail.clocks import when
from workers.mail.letters import CalendarEntry, Letter, letter_effect
from workers.running.jobs import Job
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.reception.decisions import PickupLetter

_MEANS_RU: Final = {"flight": "самолёт", "train": "поезд", "bus": "автобус", "car": "автомобиль", "on_foot": "пешком"}


# What each letter is called and says, in English and in Russian.
_SAID: Final = {
    "book_pickup": (
        "Pick-up",
        "Please meet a guest: {when_en}, {where}, {what_en}. Hold up a sign with the word {sign}.",
        "Пожалуйста, встретьте гостя: {when_ru}, {where}, {what_ru}. Слово на табличке: {sign}.",
    ),
    "move_pickup": (
        "Pick-up moved",
        "The pick-up is moved. The new time is {when_en}, {where}, {what_en}. The sign stays {sign}.",
        "Встреча переносится. Новое время: {when_ru}, {where}, {what_ru}. Табличка прежняя: {sign}.",
    ),
    "cancel_pickup": (
        "Pick-up cancelled",
        "The pick-up of {when_en}, {where}, is cancelled. Please do not go there.",
        "Встреча {when_ru}, {where}, отменяется. Пожалуйста, не приезжайте.",
    ),
}


def pickup_letter(job: Job[PickupLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter to whoever meets somebody."""
    programme, about = seen.definition.programme, job.about
    meeter, reference = programme.meeter_of.get(about.meeter), about.arrival_id
    if meeter is None:
        raise Refused("the programme knows nobody of that id")
    subject, english, russian = _SAID[job.kind]
    zone = _zone(seen)
    said = {
        **when("when", about.at, zone),
        "where": about.place,
        "what_en": f"{about.means.replace('_', ' ')} {about.number}".strip(),
        "what_ru": f"{_MEANS_RU[about.means]} {about.number}".strip(),
        "sign": about.sign,
    }
    lines = (
        english.format(**said),
        f"Questions: {programme.office.email}, reference {reference}.",
        russian.format(**said),
        f"Вопросы: {programme.office.email}, номер {reference}.",
    )
    ends_at = about.at + timedelta(hours=programme.policies.pickup_hours)
    cancelled = job.kind == "cancel_pickup"
    appointment = CalendarEntry(reference, about.at, ends_at, about.place, zone, about.sequence, cancelled)
    return Letter(meeter.name, meeter.email, f"{subject} {reference}", lines, appointment)


def _zone(seen: CaseSnapshot) -> str:
    """Return by whose clocks an arrival is told: those of the house the person is brought to, else the programme's."""
    bed = accommodation_of(seen.case).bed
    return seen.definition.programme.zone_of(bed[0] if bed else "")


EFFECTS = tuple(letter_effect(kind, pickup_letter) for kind in _SAID)
