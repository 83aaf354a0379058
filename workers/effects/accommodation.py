"""Offering a free bed to those who wait for it, and asking another house for a place."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from events.instants import instant
from handlers.commanding.answers import Accepted, Answer, Conflict
from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused, Unavailable
from workers.mail.clocks import on_day
from workers.mail.letters import Letter, post_letter
from workers.mail.parties import SentLetters, named_by, party_effect, people_of, receipt_of
from workers.running.jobs import Adapters, Effect, Job, offer_again, one_by_one
from workflow.command import CaseCommand
from workflow.subjects.accommodation.commands import HoldBed, JoinWaitingList, SayFamilyWaits
from workflow.subjects.accommodation.definition import Facility, facility_stream
from workflow.subjects.accommodation.shelter import Guest, Shelter
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.accommodation.waiting_list import FreeBed, PlaceElsewhere, guest_of, taken_in_by
from workflow.subjects.groups.state import Group, belonging_of, group_stream

ACTOR: Final = "worker:places"
CLAIMS_MAX: Final = 5  # at a case that changes while it is looked at
OFFERS_MAX: Final = 200  # in one task; a longer line is gone on with when the next bed is given up


def offer_bed(job: Job[FreeBed], outside: Adapters) -> str:
    """Hold the free beds for those who wait, in their order; who has no right to one yet is refused, which is harmless.

    Those who wait together are held beds when there is one for each of them, else they are passed over and somebody is
    told to decide. Done again after a crash nobody is held a second bed: who was held one waits no more.
    """
    facility = job.about.facility
    _line_looked_up_anew(job, outside)
    house, held = _house(facility, outside), 0
    for party in islice(house.parties(), OFFERS_MAX):
        if len(party) == 1 and house.is_full(instant(outside.log.now())):
            continue  # nothing to ask for; of those who wait together somebody may have to be told more
        if taken := _offered(job, party, outside):
            house, held = _house(facility, outside), held + taken
    return f"{held} held"


def _house(facility: str, outside: Adapters) -> Shelter:
    return outside.state_of(facility_stream(facility), Shelter())


def _line_looked_up_anew(job: Job[FreeBed], outside: Adapters) -> None:
    """Tell the line what is known now of those who came of age meanwhile, or left their family.

    What the line knows of them must not hold up the others.
    """
    known = dict(islice(_house(job.about.facility, outside).waiting.items(), OFFERS_MAX))
    for seen in outside.look.at_many(known):
        if _waits(seen, job.about.facility):
            _looked_up_anew(job, seen, known[seen.case.case_id], outside)


def _looked_up_anew(job: Job[FreeBed], seen: CaseSnapshot, known: Guest, outside: Adapters) -> None:
    now = _guest_now(job, seen, known, outside)
    if now != known:
        with_others = {"company": 2} if now.party else {}  # how many is counted by the line itself
        fields = {"facility": job.about.facility, "family": known.family, **with_others}
        _submit(JoinWaitingList, job, seen, outside, fields)


def _guest_now(job: Job[FreeBed], seen: CaseSnapshot, known: Guest, outside: Adapters) -> Guest:
    group_id, house = belonging_of(seen.case).group_id, seen.definition.programme.facility_of.get(job.about.facility)
    group = outside.state_of(group_stream(group_id), Group()) if group_id else Group()
    parents = taken_in_by(seen.case, house, group, house.day(job.begun_at)) if house else ()
    party = known.party if known.party == group_id else ""
    return guest_of(seen.case, family=known.family, party=party, parents=parents)


def _offered(job: Job[FreeBed], party: Mapping[str, Guest], outside: Adapters) -> int:
    """Hold beds for one in the line, or for those who wait together, and return how many.

    Not for who has left it meanwhile: each command counts for the case as it was seen.
    """
    for _ in range(CLAIMS_MAX):
        seen = [one for one in outside.look.at_many(party) if _waits(one, job.about.facility)]
        held = _held_together(job, seen, party, outside) if len(party) > 1 else _held_alone(job, seen, party, outside)
        if held is not None:
            return held
    raise Unavailable("the case kept changing")


def _waits(seen: CaseSnapshot, facility: str) -> bool:
    return facility in accommodation_of(seen.case).waiting


def _held_alone(
    job: Job[FreeBed], seen: list[CaseSnapshot], party: Mapping[str, Guest], outside: Adapters
) -> int | None:
    """Hold a bed for one, and return how many are held; None when their case changed meanwhile."""
    for one in seen:
        fields = {"facility": job.about.facility, "family": party[one.case.case_id].family}
        answer = _submit(HoldBed, job, one, outside, fields)
        return None if isinstance(answer, Conflict) else int(isinstance(answer, Accepted))
    return 0


def _held_together(
    job: Job[FreeBed], seen: list[CaseSnapshot], party: Mapping[str, Guest], outside: Adapters
) -> int | None:
    """Hold a bed for each of those who wait together, or say that there is none for some; None when one changed."""
    if len(seen) < len(party):
        return 0  # somebody has left the line: whatever they gave back is offered anew
    facility, first = job.about.facility, seen[0]
    house, here = _house(facility, outside), first.definition.programme.facility_of.get(facility)
    if here is None:
        return 0
    day = here.day(job.begun_at)
    beds = house.places_for(first.case.case_id, day, job.begun_at)
    if beds is None:
        if house.takes_some(party, day, job.begun_at) or not house.could_take(first.case.case_id, day):
            told = _submit(SayFamilyWaits, job, first, outside, {"facility": facility})
            return None if isinstance(told, Conflict) else 0
        return 0
    seen.sort(key=lambda one: bool(party[one.case.case_id].parents))  # a child is held a bed beside its parent
    said = {"facility": facility, "company": len(seen)}
    commands = [
        _command(
            HoldBed,
            job,
            one,
            outside,
            {**said, "bed": beds[one.case.case_id], "family": party[one.case.case_id].family},
        )
        for one in seen
    ]
    answers = outside.submitted_together(commands).answers
    if any(isinstance(answer, Conflict) for answer in answers):
        return None
    return len(seen) if all(isinstance(answer, Accepted) for answer in answers) else 0


def _submit(
    kind: type[CaseCommand], job: Job[FreeBed], seen: CaseSnapshot, outside: Adapters, fields: dict[str, Any]
) -> Answer:
    return outside.submitted(_command(kind, job, seen, outside, fields))


def _command(
    kind: type[CaseCommand], job: Job[FreeBed], seen: CaseSnapshot, outside: Adapters, fields: dict[str, Any]
) -> CaseCommand:
    what = f"{job.task_id}/{seen.case.case_id}/{seen.version}/{kind.__name__}"
    said = outside.ids.by_machine(ACTOR, "system", seen.case.case_id, what)
    return kind(**said, expected=seen.version, **fields)


def ask_elsewhere(job: Job[PlaceElsewhere], outside: Adapters, sent: SentLetters) -> str:
    """Ask another house for a place, for those who wait together once, and return the receipt."""
    seen, about = outside.look.at(job.case_id), job.about
    assert seen is not None, "who waits has a case"
    office = seen.definition.programme.office
    if not about.party:
        return post_letter(place_request_letter(job, seen), office, job, outside)
    people = sum(about.facility in accommodation_of(case).together for case in people_of(job, outside))
    key = named_by(about.party, about.facility, about.alternative, people)
    found = sent.get(key) or receipt_of(key, ("AlternativeAsked",), job, outside)
    sent[key] = found or post_letter(place_request_letter(job, seen, people), office, job, outside, key)
    return sent[key]


def place_request_letter(job: Job[PlaceElsewhere], seen: CaseSnapshot, people: int = 1) -> Letter:
    """Return the letter to another house; who the person is, is told once there is a place."""
    houses = seen.definition.programme.facility_of
    other, full = houses[job.about.alternative], houses[job.about.facility]
    if other.email is None:
        raise Refused("the house has no address to write to")
    day = on_day("day", other.day(job.begun_at))
    if people > 1:
        return _for_several(job, full.name, other, people, day)
    lines = (
        f"{full.name} is full. Do you have a place for one person from {day['day_en']}?",
        f"Please answer to this address and quote {job.task_id}. Everything else is told by the office in person.",
        f"{full.name}: мест нет. Есть ли у вас место для одного человека с {day['day_ru']}?",
        f"Пожалуйста, ответьте на этот адрес и укажите {job.task_id}. Всё остальное сообщит офис лично.",
    )
    subject = f"A place for one person / Место для одного человека ({job.task_id})"
    return Letter(other.name, other.email, subject, lines)


def _for_several(job: Job[PlaceElsewhere], full: str, other: Facility, people: int, day: Mapping[str, str]) -> Letter:
    lines = (
        f"{full} is full. Do you have places for {people} people who stay together, from {day['day_en']}?",
        f"Please answer to this address and quote {job.task_id}. Everything else is told by the office in person.",
        f"{full}: мест нет. Есть ли у вас места для людей, которые остаются вместе ({people} чел.), с {day['day_ru']}?",
        f"Пожалуйста, ответьте на этот адрес и укажите {job.task_id}. Всё остальное сообщит офис лично.",
    )
    subject = f"Places for {people} people / Места, человек: {people} ({job.task_id})"
    assert other.email is not None
    return Letter(other.name, other.email, subject, lines)


EFFECTS = (
    Effect("offer_bed", "services", one_by_one(offer_bed), offer_again),
    party_effect("find_alternative", ask_elsewhere),
)
