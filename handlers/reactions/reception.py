"""What follows for meeting somebody: letters to whoever meets them, each once, and the worry when nobody was met."""

from datetime import timedelta
from typing import Final

from events.facts.intake import ConsentGiven
from events.facts.reception import ArrivalCancelled, ArrivalDelayed, ArrivalPlanned, PersonMet, PickupBooked
from events.facts.tasks import TaskRequested, TimerSet
from handlers.reactions.moment import Follows, ReactionContext, Reactions
from workflow.case.state import Case, Task
from workflow.subjects.reception.decisions import PickupLetter
from workflow.subjects.reception.state import Arrival, reception_of

_LETTERS: Final = ("book_pickup", "move_pickup")


def _arrival_planned(_fact: ArrivalPlanned, moment: ReactionContext) -> Follows:
    yield _worry(moment)
    yield from _letter(moment, "book_pickup")


def _arrival_delayed(fact: ArrivalDelayed, moment: ReactionContext) -> Follows:
    """Tell whoever comes to meet them, once: a letter that is not written yet is replaced by one with the new time."""
    before = _arrival(moment.was)
    yield from moment.cancel_timers("no_show")
    yield _worry(moment)
    yield from moment.call_off_tasks("the arrival was moved", *_LETTERS, arrival_id=fact.arrival_id)
    if fact.meeter == before.meeter:
        yield from _letter(moment, "move_pickup" if _knows(moment, before) else "book_pickup")
        return
    if before.notified:
        yield _cancelled_letter(moment, before)
    yield from _letter(moment, "book_pickup")


def _arrival_cancelled(fact: ArrivalCancelled, moment: ReactionContext) -> Follows:
    """Take back a letter that is not written yet; tell whoever was written to, once."""
    before = _arrival(moment.was)
    yield from moment.cancel_timers("no_show")
    yield from moment.call_off_tasks(fact.reason, *_LETTERS, arrival_id=fact.arrival_id)
    if before.notified:
        yield _cancelled_letter(moment, before)


def _person_met(fact: PersonMet, moment: ReactionContext) -> Follows:
    yield from moment.cancel_timers("no_show")
    yield from moment.call_off_tasks("the person was met", *_LETTERS, arrival_id=fact.arrival_id)


def _came_too_late(fact: PickupBooked, moment: ReactionContext) -> Follows:
    """Tell whoever was written to for an arrival that had been called off, or given to somebody else, meanwhile."""
    given = moment.was.tasks.get(fact.task_id)
    arrival = reception_of(moment.after).arrival
    if arrival is not None and arrival.arrival_id == fact.arrival_id and fact.meeter == arrival.meeter:
        return
    if given is not None:
        letter = PickupLetter.of(given.subject)
        later = letter.sequence + 2  # than a notice that may have gone out meanwhile
        yield moment.request_task("cancel_pickup", letter.model_copy(update={"sequence": later}))


def _consent_given(fact: ConsentGiven, moment: ReactionContext) -> Follows:
    """Write to whoever could not be written to without this consent."""
    case = moment.after
    arrival = reception_of(case).arrival
    if fact.purpose != "assistance" or not reception_of(case).is_ahead or arrival is None or arrival.notified:
        return
    if not any(_is_about(given, arrival) for given in case.tasks.values()):
        yield from _letter(moment, "book_pickup")


def _arrival(case: Case) -> Arrival:
    arrival = reception_of(case).arrival
    assert arrival is not None
    return arrival


def _knows(moment: ReactionContext, before: Arrival) -> bool:
    """Tell whether the meeter was written to, or may be at this moment."""
    tasks = moment.was.tasks.items()
    under_way = (key in moment.claimed or given.status == "unknown" for key, given in tasks if _is_about(given, before))
    return before.notified or any(under_way)


def _is_about(given: Task, arrival: Arrival) -> bool:
    return given.kind in _LETTERS and PickupLetter.of(given.subject).arrival_id == arrival.arrival_id


def _worry(moment: ReactionContext) -> TimerSet:
    hours = moment.policies.arrival_no_show_hours
    arrival = _arrival(moment.after)
    due = max(arrival.at, moment.now) + timedelta(hours=hours)  # who came before today is soon said to have been met
    return moment.set_timer("no_show", due, arrival_id=arrival.arrival_id)


def _letter(moment: ReactionContext, kind: str) -> Follows:
    arrival = _arrival(moment.after)
    if arrival.meeter and moment.is_consented("assistance"):
        yield moment.request_task(kind, _about(arrival))


def _cancelled_letter(moment: ReactionContext, before: Arrival) -> TaskRequested:
    return moment.request_task("cancel_pickup", _about(before._replace(sequence=before.sequence + 1)))


def _about(arrival: Arrival) -> PickupLetter:
    return PickupLetter(
        arrival_id=arrival.arrival_id, meeter=arrival.meeter, at=arrival.at, place=arrival.place, means=arrival.means,
        number=arrival.number, sign=arrival.sign, sequence=arrival.sequence, party=arrival.party,
    )  # fmt: skip


REACTIONS: Reactions = {
    "ArrivalPlanned": _arrival_planned,
    "ArrivalDelayed": _arrival_delayed,
    "ArrivalCancelled": _arrival_cancelled,
    "PersonMet": _person_met,
    "PickupBooked": _came_too_late,
    "ConsentGiven": _consent_given,
}
