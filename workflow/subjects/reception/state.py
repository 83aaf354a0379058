"""How a person is met."""

from datetime import datetime
from typing import Final, NamedTuple

from events.facts.reception import ArrivalDelayed, ArrivalPlanned, PersonMet, PickupBooked, PickupMoved
from workflow.case.state import At, Case, Change, Part


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
    party: str = ""  # whom they come with
    child_seat: bool = False

    def comes_with(self, party: str) -> bool:
        """Tell whether the person comes with a party, where there is one."""
        return bool(party) and self.party == party


class Reception(NamedTuple):
    """Whoever is still to be met, or was met last."""

    arrival: Arrival | None = None

    @property
    def is_ahead(self) -> bool:
        """Tell whether somebody is still to be met."""
        return self.arrival is not None and not self.arrival.over

    def is_awaited(self, arrival_id: str) -> bool:
        """Tell whether this is the arrival somebody is still waiting for."""
        return self.arrival is not None and self.is_ahead and self.arrival.arrival_id == arrival_id


reception_of: Final = Part("reception", Reception())


def _planned(case: Case, fact: ArrivalPlanned, _at: At) -> Case:
    arrival = Arrival(
        fact.arrival_id, fact.at, fact.place, fact.means, fact.number, fact.sign, fact.language, fact.meeter,
        party=fact.party, child_seat=fact.child_seat,
    )  # fmt: skip
    provided = case.provided - {"airport_reception"}  # whoever comes again is met again
    return reception_of.changed(case.calm(*_SETTLED)._replace(provided=provided), arrival=arrival)


def _delayed(case: Case, fact: ArrivalDelayed, _at: At) -> Case:
    arrival = reception_of(case).arrival
    if arrival is None:
        return case
    notified = arrival.notified and arrival.meeter == fact.meeter
    moved = arrival._replace(at=fact.at, meeter=fact.meeter, sequence=fact.sequence, notified=notified)
    return reception_of.changed(case.calm("no_show", "nobody_to_meet"), arrival=moved)


def _notified(case: Case, fact: PickupBooked | PickupMoved, _at: At) -> Case:
    arrival = reception_of(case).arrival
    if not reception_of(case).is_awaited(fact.arrival_id) or arrival is None or arrival.meeter != fact.meeter:
        return case
    return reception_of.changed(case, arrival=arrival._replace(notified=True))


def _met(case: Case, _fact: PersonMet, _at: At) -> Case:
    arrival = reception_of(case).arrival
    calm = case.calm(*_SETTLED)
    return reception_of.changed(calm, arrival=arrival._replace(over=True)) if arrival else calm


_SETTLED = frozenset({"no_show", "nobody_to_meet", "interpreter_wanted"})

CHANGES: dict[str, Change] = {
    "ArrivalPlanned": _planned,
    "ArrivalDelayed": _delayed,
    "ArrivalCancelled": lambda c, _f, _: reception_of.changed(c.calm(*_SETTLED), arrival=None),
    "PickupBooked": _notified,
    "PickupMoved": _notified,
    "PersonMet": _met,
}
