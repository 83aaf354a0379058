"""Offering a free bed to those who wait for it, and asking another house for a place."""

from itertools import islice
from typing import Any, Final

from handlers.commanding.answers import Accepted, Answer, Conflict
from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused, Unavailable
from workers.mail.clocks import on_day
from workers.mail.letters import Letter, letter_effect
from workers.running.jobs import Adapters, Effect, Job, offer_again, one_by_one
from workflow.command import CaseCommand
from workflow.subjects.accommodation.commands import HoldBed, JoinWaitingList
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accommodation.shelter import Guest, Shelter
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.accommodation.waiting_list import FreeBed, PlaceElsewhere, guest_of

ACTOR: Final = "worker:places"
CLAIMS_MAX: Final = 5  # at a case that changes while it is looked at
OFFERS_MAX: Final = 200  # in one task; a longer line is gone on with when the next bed is given up


def offer_bed(job: Job[FreeBed], outside: Adapters) -> str:
    """Hold the free beds for those who wait, in their order; who has no right to one yet is refused, which is harmless.

    Done again after a crash nobody is held a second bed: who was held one waits no more.
    """
    facility = job.about.facility
    house = outside.state_of(facility_stream(facility), Shelter())
    line = list(islice(house.waiting.items(), OFFERS_MAX))
    return f"{sum(_offered(job, facility, case_id, guest, outside) for case_id, guest in line)} held"


def _offered(job: Job[FreeBed], facility: str, case_id: str, guest: Guest, outside: Adapters) -> bool:
    """Hold a bed for one of the line, unless they have left it: the command counts for the case as it was seen."""
    for _ in range(CLAIMS_MAX):
        seen = outside.look.at(case_id)
        if seen is None or facility not in accommodation_of(seen.case).waiting:
            return False
        fields = {"facility": facility, "family": guest.family}
        if guest != guest_of(seen.case, family=guest.family):
            # Whoever came of age meanwhile fits other rooms; what the line knows of them must not hold up the others.
            _submit(JoinWaitingList, job, seen, outside, fields)
        answer = _submit(HoldBed, job, seen, outside, fields)
        if not isinstance(answer, Conflict):
            return isinstance(answer, Accepted)
    raise Unavailable("the case kept changing")


def _submit(
    kind: type[CaseCommand], job: Job[FreeBed], seen: CaseSnapshot, outside: Adapters, fields: dict[str, Any]
) -> Answer:
    what = f"{job.task_id}/{seen.case.case_id}/{seen.version}/{kind.__name__}"
    said = outside.ids.by_machine(ACTOR, "system", seen.case.case_id, what)
    return outside.submitted(kind(**said, expected=seen.version, **fields))


def place_request_letter(job: Job[PlaceElsewhere], seen: CaseSnapshot) -> Letter:
    """Return the letter to another house; who the person is, is told once there is a place."""
    houses = seen.definition.programme.facility_of
    other, full = houses[job.about.alternative], houses[job.about.facility]
    if other.email is None:
        raise Refused("the house has no address to write to")
    day = on_day("day", other.day(job.begun_at))
    lines = (
        f"{full.name} is full. Do you have a place for one person from {day['day_en']}?",
        f"Please answer to this address and quote {job.task_id}. Everything else is told by the office in person.",
        f"{full.name}: мест нет. Есть ли у вас место для одного человека с {day['day_ru']}?",
        f"Пожалуйста, ответьте на этот адрес и укажите {job.task_id}. Всё остальное сообщит офис лично.",
    )
    subject = f"A place for one person / Место для одного человека ({job.task_id})"
    return Letter(other.name, other.email, subject, lines)


EFFECTS = (
    Effect("offer_bed", "services", one_by_one(offer_bed), offer_again),
    letter_effect("find_alternative", place_request_letter),
)
