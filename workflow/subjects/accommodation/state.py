"""Where a person stays, from when to when, and where they wait for a bed."""

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
    together: frozenset[str] = frozenset()  # the houses where they wait for beds with others of their group

    def has_bed(self, now: datetime) -> bool:
        """Tell whether a bed is the person's; a hold that ran out is none, whether or not anybody has noticed yet."""
        until = None if self.moved_in else self.held_until
        return self.bed is not None and (until is None or until > now)


accommodation_of: Final = Part("accommodation", Accommodation())
FAMILY_WAITS: Final = "family_waits"


def _assigned(case: Case, fact: Any, at: At) -> Case:
    since, bed = instant(at.recorded_at), (fact.facility, fact.bed)
    calm = case.calm(FAMILY_WAITS)
    return accommodation_of.changed(calm, held_since=since, held_until=fact.until, bed=bed, moved_in=False)


def _given_up(case: Case, _fact: Any, _at: At) -> Case:
    mine = accommodation_of(case)
    left = Accommodation(waiting=mine.waiting, together=mine.together)
    return accommodation_of.put(case.calm("stay_ends"), left)


def _waits(case: Case, fact: Any, _at: At) -> Case:
    with_others = accommodation_of(case).together | frozenset({fact.facility} if fact.party else ())
    return accommodation_of.changed(case, waiting=(*_other_lines(case, fact), fact.facility), together=with_others)


def _waits_apart(case: Case, fact: Any, _at: At) -> Case:
    together = accommodation_of(case).together - {fact.facility}
    return accommodation_of.changed(case.calm(FAMILY_WAITS), together=together)


def _waits_no_more(case: Case, fact: Any, at: At) -> Case:
    return accommodation_of.changed(_waits_apart(case, fact, at), waiting=_other_lines(case, fact))


def _other_lines(case: Case, fact: Any) -> tuple[str, ...]:
    return tuple(house for house in accommodation_of(case).waiting if house != fact.facility)


CHANGES: dict[str, Change] = {
    "BedAssigned": _assigned,
    "HoldExtended": lambda c, f, _: accommodation_of.changed(c, held_until=f.until),
    "MovedIn": lambda c, f, _: accommodation_of.changed(
        c, held_until=None, moved_in_at=f.at, stay_until=f.until, moved_in=True
    ),
    "StayExtended": lambda c, f, _: accommodation_of.changed(c.calm("stay_ends"), stay_until=f.until),
    "BedGivenUp": _given_up,
    "WaitingListJoined": _waits,
    "WaitsApart": _waits_apart,
    "WaitingListLeft": _waits_no_more,
}
