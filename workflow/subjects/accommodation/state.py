"""Where a person stays, from when to when, and where they wait for a bed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, NamedTuple

from events.instants import instant
from workflow.case.state import At, Case, Change, Part


class Accommodation(NamedTuple):
    """Times of the hold and of the stay, and the houses in whose line the person waits."""

    held_since: datetime | None = None
    held_until: datetime | None = None
    moved_in_at: datetime | None = None
    stay_until: date | None = None
    waiting: tuple[str, ...] = ()
    bed: tuple[str, int] | None = None  # the house and the bed's number
    moved_in: bool = False

    def has_bed(self, now: datetime) -> bool:
        """Tell whether a bed is the person's; a hold that ran out is none, whether or not anybody has noticed yet."""
        until = None if self.moved_in else self.held_until
        return self.bed is not None and (until is None or until > now)


accommodation_of: Final = Part("accommodation", Accommodation())


def _assigned(case: Case, fact: Any, at: At) -> Case:
    places = accommodation_of(case)._replace(held_since=instant(at.recorded_at), held_until=fact.until)
    return accommodation_of.put(case, places._replace(bed=(fact.facility, fact.bed), moved_in=False))


def _moved_in(case: Case, fact: Any, _at: At) -> Case:
    places = accommodation_of(case)._replace(held_until=None, moved_in_at=fact.at, stay_until=fact.until)
    return accommodation_of.put(case, places._replace(moved_in=True))


def _given_up(case: Case, _fact: Any, _at: At) -> Case:
    settled = case.escalations - {"stay_ends"}
    return accommodation_of.put(
        case._replace(escalations=settled),
        Accommodation(waiting=accommodation_of(case).waiting)._replace(bed=None, moved_in=False),
    )


def _stay_extended(case: Case, fact: Any, _at: At) -> Case:
    places = accommodation_of(case)._replace(stay_until=fact.until)
    return accommodation_of.put(case._replace(escalations=case.escalations - {"stay_ends"}), places)


def _waits(case: Case, fact: Any, _at: At) -> Case:
    others = tuple(house for house in accommodation_of(case).waiting if house != fact.facility)
    return accommodation_of.put(case, accommodation_of(case)._replace(waiting=(*others, fact.facility)))


def _waits_no_more(case: Case, fact: Any, _at: At) -> Case:
    others = tuple(house for house in accommodation_of(case).waiting if house != fact.facility)
    return accommodation_of.put(case, accommodation_of(case)._replace(waiting=others))


CHANGES: dict[str, Change] = {
    "BedAssigned": _assigned,
    "HoldExtended": lambda c, f, _: accommodation_of.put(c, accommodation_of(c)._replace(held_until=f.until)),
    "MovedIn": _moved_in,
    "StayExtended": _stay_extended,
    "BedGivenUp": _given_up,
    "WaitingListJoined": _waits,
    "WaitingListLeft": _waits_no_more,
}
