"""Letters to whoever meets people: come, come at another time, do not come. Nobody's name is in them.

Who comes together is in one letter to each driver: how many they are, how many seats, how many of those for children.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused
from workers.mail.clocks import when
from workers.mail.letters import CalendarEntry, Letter, post_letter
from workers.mail.parties import SentLetters, called_off, named_by, party_effect, people_of, receipt_of
from workers.running.jobs import Adapters, Job
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.reception.decisions import PickupLetter
from workflow.subjects.reception.state import Arrival, reception_of

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
    meeter, reference = programme.meeter_of.get(about.meeter), about.party or about.arrival_id
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
    thread = f"{reference}.{meeter.id}" if about.party else reference  # of each of several cars
    appointment = CalendarEntry(thread, about.at, ends_at, about.place, zone, about.sequence, cancelled)
    return Letter(meeter.name, meeter.email, f"{subject} {reference}", lines, appointment)


def _zone(seen: CaseSnapshot) -> str:
    """Return by whose clocks an arrival is told: those of the house the person is brought to, else the programme's."""
    bed = accommodation_of(seen.case).bed
    return seen.definition.programme.zone_of(bed[0] if bed else "")


# What a letter about a car says of those who come in it; the last line stands once for each time and place.
_SUBJECTS: Final = {"book_pickup": "Pick-up", "move_pickup": "Pick-up moved", "cancel_pickup": "Pick-up changed"}
_CAR: Final = (
    (
        "Guests to meet, as it stands now: {count}. Seats: {count}, of them with a seat for a child: {small}. "
        "Hold up a sign with the word {sign}."
    ),
    (
        "Кого встретить по состоянию на сейчас, гостей: {count}. Мест: {count}, из них с детским креслом: {small}. "
        "Слово на табличке: {sign}."
    ),
)
_COMES: Final = (
    "Guests: {count}; {when_en}, {where}, {what_en}.",
    "Гостей: {count}; {when_ru}, {where}, {what_ru}.",
)
_ENDS: Final = ("PickupBooked", "PickupMoved", "PickupCancelled")


def tell_meeter(job: Job[PickupLetter], outside: Adapters, sent: SentLetters) -> str:
    """Write to whoever meets somebody, of those who come together once, and return the receipt."""
    seen = outside.look.at(job.case_id)
    if seen is None:
        raise Refused("there is no such case")
    office = seen.definition.programme.office
    if not job.about.party:
        return post_letter(pickup_letter(job, seen), office, job, outside)
    car = _car(job, outside)
    said = sorted((one.arrival_id, one.at.isoformat(), one.sequence) for one in car)
    key = named_by(job.about.party, job.about.meeter, said, called_off("ArrivalCancelled", job, outside))
    letter = car_letter(job, seen, car) if car else pickup_letter(job, seen)
    found = sent.get(key) or receipt_of(key, _ENDS, job, outside)
    sent[key] = found or post_letter(letter, office, job, outside, key)
    return sent[key]


def _car(job: Job[PickupLetter], outside: Adapters) -> list[Arrival]:
    """Return everybody of the party whom this driver is to meet, as it stands now."""
    arrivals = (reception_of(case).arrival for case in people_of(job, outside))
    theirs = (job.about.party, job.about.meeter)
    return [one for one in arrivals if one is not None and not one.over and (one.party, one.meeter) == theirs]


def car_letter(job: Job[PickupLetter], seen: CaseSnapshot, car: Sequence[Arrival]) -> Letter:
    """Return the letter about everybody who comes in one car."""
    programme, about, zone = seen.definition.programme, job.about, _zone(seen)
    meeter, reference = programme.meeter_of.get(about.meeter), about.party
    if meeter is None:
        raise Refused("the programme knows nobody of that id")
    whole = {"count": len(car), "small": sum(one.child_seat for one in car), "sign": about.sign}
    times = [_coming(alike, zone) for alike in _alike(car)]
    lines: list[str] = []
    for number, (called, word) in enumerate((("Questions", "reference"), ("Вопросы", "номер"))):
        lines += [_CAR[number].format(**whole), *(_COMES[number].format(**said) for said in times)]
        lines.append(f"{called}: {programme.office.email}, {word} {reference}.")
    first, last = min(one.at for one in car), max(one.at for one in car)
    ends_at = last + timedelta(hours=programme.policies.pickup_hours)
    entry = CalendarEntry(
        f"{reference}.{meeter.id}", first, ends_at, car[0].place, zone, max(one.sequence for one in car)
    )
    return Letter(meeter.name, meeter.email, f"{_SUBJECTS[job.kind]} {reference}", tuple(lines), entry)


def _alike(car: Sequence[Arrival]) -> list[list[Arrival]]:
    """Return those together who come at one time and place by one flight or train."""
    found: dict[tuple[Any, ...], list[Arrival]] = {}
    for one in sorted(car, key=lambda one: one.at):
        found.setdefault((one.at, one.place, one.means, one.number), []).append(one)
    return list(found.values())


def _coming(alike: Sequence[Arrival], zone: str) -> dict[str, Any]:
    one = alike[0]
    return {
        "count": len(alike),
        **when("when", one.at, zone),
        "where": one.place,
        "what_en": f"{one.means.replace('_', ' ')} {one.number}".strip(),
        "what_ru": f"{_MEANS_RU[one.means]} {one.number}".strip(),
    }


EFFECTS = tuple(party_effect(kind, tell_meeter) for kind in _SAID)
