"""How a person is met."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from events.facts.reception import ArrivalDelayed, ArrivalPlanned, PersonMet, PickupBooked, PickupMoved
from workflow.case.change import At, Change

if TYPE_CHECKING:
    from workflow.case.state import Case


class Arrival(NamedTuple):
    """When and where the person comes, and who is to be there."""

    arrival_id: str
    at: datetime
    place: str
    means: str
    number: str = ""
    sign: str = ""
    language: str = ""
    meeter: str = ""
    sequence: int = 0  # how often it was moved
    notified: bool = False  # whether the meeter was written to
    over: bool = False  # the person was met


def _planned(case: Case, fact: ArrivalPlanned, _at: At) -> Case:
    arrival = Arrival(
        fact.arrival_id, fact.at, fact.place, fact.means, fact.number, fact.sign, fact.language, fact.meeter
    )
    provided = case.provided - {"airport_reception"}  # whoever comes again is met again
    return case._replace(arrival=arrival, provided=provided, escalations=case.escalations - _SETTLED)


def _delayed(case: Case, fact: ArrivalDelayed, _at: At) -> Case:
    if case.arrival is None:
        return case
    notified = case.arrival.notified and case.arrival.meeter == fact.meeter
    moved = case.arrival._replace(at=fact.at, meeter=fact.meeter, sequence=fact.sequence, notified=notified)
    return case._replace(arrival=moved, escalations=case.escalations - {"no_show", "nobody_to_meet"})


def _notified(case: Case, fact: PickupBooked | PickupMoved, _at: At) -> Case:
    if not case.is_awaited(fact.arrival_id) or case.arrival is None or case.arrival.meeter != fact.meeter:
        return case
    return case._replace(arrival=case.arrival._replace(notified=True))


def _met(case: Case, _fact: PersonMet, _at: At) -> Case:
    arrival = case.arrival._replace(over=True) if case.arrival else None
    return case._replace(arrival=arrival, escalations=case.escalations - _SETTLED)


_SETTLED = frozenset({"no_show", "nobody_to_meet", "interpreter_wanted"})

CHANGES: dict[str, Change] = {
    "ArrivalPlanned": _planned,
    "ArrivalDelayed": _delayed,
    "ArrivalCancelled": lambda c, _f, _: c._replace(arrival=None, escalations=c.escalations - _SETTLED),
    "PickupBooked": _notified,
    "PickupMoved": _notified,
    "PersonMet": _met,
}
