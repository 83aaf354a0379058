"""Where a person stays, from when to when, and where they wait for a bed."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from events.instants import instant
from workflow.case.change import At, Change

if TYPE_CHECKING:
    from workflow.case.state import Case


class Places(NamedTuple):
    """Times of the hold and of the stay, and the houses in whose line the person waits."""

    held_since: datetime | None = None
    held_until: datetime | None = None
    moved_in_at: datetime | None = None
    stay_until: date | None = None
    waiting: tuple[str, ...] = ()


def _assigned(case: Case, fact: Any, at: At) -> Case:
    places = case.places._replace(held_since=instant(at.recorded_at), held_until=fact.until)
    return case._replace(bed=(fact.facility, fact.bed), moved_in=False, places=places)


def _moved_in(case: Case, fact: Any, _at: At) -> Case:
    places = case.places._replace(held_until=None, moved_in_at=fact.at, stay_until=fact.until)
    return case._replace(moved_in=True, places=places)


def _given_up(case: Case, _fact: Any, _at: At) -> Case:
    settled = case.escalations - {"stay_ends"}
    return case._replace(bed=None, moved_in=False, places=Places(waiting=case.places.waiting), escalations=settled)


def _stay_extended(case: Case, fact: Any, _at: At) -> Case:
    places = case.places._replace(stay_until=fact.until)
    return case._replace(places=places, escalations=case.escalations - {"stay_ends"})


def _waits(case: Case, fact: Any, _at: At) -> Case:
    others = tuple(house for house in case.places.waiting if house != fact.facility)
    return case._replace(places=case.places._replace(waiting=(*others, fact.facility)))


def _waits_no_more(case: Case, fact: Any, _at: At) -> Case:
    others = tuple(house for house in case.places.waiting if house != fact.facility)
    return case._replace(places=case.places._replace(waiting=others))


CHANGES: dict[str, Change] = {
    "BedAssigned": _assigned,
    "HoldExtended": lambda c, f, _: c._replace(places=c.places._replace(held_until=f.until)),
    "MovedIn": _moved_in,
    "StayExtended": _stay_extended,
    "BedGivenUp": _given_up,
    "WaitingListJoined": _waits,
    "WaitingListLeft": _waits_no_more,
}
