"""What follows for meeting somebody: letters to whoever meets them, each once, and the worry when nobody was met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.intake import ConsentGiven
from events.facts.reception import ArrivalCancelled, ArrivalDelayed, ArrivalPlanned, PersonMet, PickupBooked
from events.facts.tasks import TaskRequested, TimerSet
from handlers.reactions.moment import (
    Reaction,
    ReactionContext,
    call_off_tasks,
    cancel_timers,
    is_consented,
    request_task,
    set_timer,
)
from workflow.case.state import Case, Task
from workflow.subjects.reception.decisions import PickupLetter
from workflow.subjects.reception.state import Arrival, reception_of

_LETTERS: Final = ("book_pickup", "move_pickup")


def _arrival_planned(_fact: ArrivalPlanned, moment: ReactionContext) -> Iterator[Fact]:
    yield _worry(moment)
    yield from _letter(moment, "book_pickup")


def _arrival_delayed(fact: ArrivalDelayed, moment: ReactionContext) -> Iterator[Fact]:
    """Tell whoever comes to meet them, once: a letter that is not written yet is replaced by one with the new time."""
    before = _arrival(moment.before)
    yield from cancel_timers(moment, "no_show")
    yield _worry(moment)
    yield from call_off_tasks(moment, "the arrival was moved", _LETTERS, arrival_id=fact.arrival_id)
    if fact.meeter == before.meeter:
        yield from _letter(moment, "move_pickup" if _knows(moment, before) else "book_pickup")
        return
    if before.notified:
        yield _cancelled_letter(moment, before)
    yield from _letter(moment, "book_pickup")


def _arrival_cancelled(fact: ArrivalCancelled, moment: ReactionContext) -> Iterator[Fact]:
    """Take back a letter that is not written yet; tell whoever was written to, once."""
    before = _arrival(moment.before)
    yield from cancel_timers(moment, "no_show")
    yield from call_off_tasks(moment, fact.reason, _LETTERS, arrival_id=fact.arrival_id)
    if before.notified:
        yield _cancelled_letter(moment, before)


def _person_met(fact: PersonMet, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "no_show")
    yield from call_off_tasks(moment, "the person was met", _LETTERS, arrival_id=fact.arrival_id)


def _came_too_late(fact: PickupBooked, moment: ReactionContext) -> Iterator[Fact]:
    """Tell whoever was written to for an arrival that had been called off, or given to somebody else, meanwhile."""
    assert moment.before is not None
    given = moment.before.tasks.get(fact.task_id)
    arrival = reception_of(moment.after).arrival
    if arrival is not None and arrival.arrival_id == fact.arrival_id and fact.meeter == arrival.meeter:
        return
    if given is not None:
        letter = PickupLetter.of(given.subject)
        later = letter.sequence + 2  # than a notice that may have gone out meanwhile
        yield request_task(moment, "cancel_pickup", letter.model_copy(update={"sequence": later}))


def _consent_given(fact: ConsentGiven, moment: ReactionContext) -> Iterator[Fact]:
    """Write to whoever could not be written to without this consent."""
    case = moment.after
    arrival = reception_of(case).arrival
    if fact.purpose != "assistance" or not reception_of(case).is_ahead or arrival is None or arrival.notified:
        return
    if not any(_is_about(given, arrival) for given in case.tasks.values()):
        yield from _letter(moment, "book_pickup")


def _arrival(case: Case | None) -> Arrival:
    assert case is not None
    arrival = reception_of(case).arrival
    assert arrival is not None
    return arrival


def _knows(moment: ReactionContext, before: Arrival) -> bool:
    """Tell whether the meeter was written to, or may be at this moment."""
    assert moment.before is not None
    tasks = moment.before.tasks.items()
    under_way = (key in moment.claimed or given.status == "unknown" for key, given in tasks if _is_about(given, before))
    return before.notified or any(under_way)


def _is_about(given: Task, arrival: Arrival) -> bool:
    return given.kind in _LETTERS and PickupLetter.of(given.subject).arrival_id == arrival.arrival_id


def _worry(moment: ReactionContext) -> TimerSet:
    hours = moment.definition.programme.policies.arrival_no_show_hours
    arrival = _arrival(moment.after)
    return set_timer(moment, "no_show", arrival.at + timedelta(hours=hours), (("arrival_id", arrival.arrival_id),))


def _letter(moment: ReactionContext, kind: str) -> Iterator[Fact]:
    arrival = _arrival(moment.after)
    if arrival.meeter and is_consented("assistance", moment):
        yield request_task(moment, kind, _about(arrival))


def _cancelled_letter(moment: ReactionContext, before: Arrival) -> TaskRequested:
    return request_task(moment, "cancel_pickup", _about(before._replace(sequence=before.sequence + 1)))


def _about(arrival: Arrival) -> PickupLetter:
    return PickupLetter(
        arrival_id=arrival.arrival_id,
        meeter=arrival.meeter,
        at=arrival.at,
        place=arrival.place,
        means=arrival.means,
        number=arrival.number,
        sign=arrival.sign,
        sequence=arrival.sequence,
    )


REACTIONS: Final[Mapping[str, Reaction]] = {
    "ArrivalPlanned": _arrival_planned,
    "ArrivalDelayed": _arrival_delayed,
    "ArrivalCancelled": _arrival_cancelled,
    "PersonMet": _person_met,
    "PickupBooked": _came_too_late,
    "ConsentGiven": _consent_given,
}
