"""A house as the handbook tells of it: rooms, beds held until a time or lived in, and a line that is kept in order.

A hold that ran out is none, whether or not anybody has noticed. Whoever waits before somebody has the first right to
a bed that fits them. A woman is given the women's room first, so that the other stays for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

HOLD: Final = timedelta(hours=48)
HOLD_MOST: Final = timedelta(hours=168)


class Stay(NamedTuple):
    """Which bed somebody has: held since and until, or lived in."""

    bed: int
    since: datetime
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.until is None or self.until > now


@dataclass
class House:
    """Whose beds there are, by the house's own list; and what each person believes to have."""

    women: frozenset[str]
    womens_beds: tuple[int, ...]
    other_beds: tuple[int, ...]
    stays: dict[str, Stay] = field(default_factory=dict)  # as each person's case says; a hold may have run out
    taken: dict[int, str] = field(default_factory=dict)  # as the house says
    line: list[str] = field(default_factory=list)
    closes: bool = False

    # -- who may have what -----------------------------------------------------------------------------------

    def has_bed(self, who: str, now: datetime) -> bool:
        return who in self.stays and self.stays[who].holds(now)

    def in_use(self, now: datetime) -> set[int]:
        return {bed for bed, who in self.taken.items() if self.stays[who].holds(now)}

    def bed_for(self, who: str, now: datetime) -> int | None:
        """Return the bed somebody may have, when everybody before them in the line has got theirs."""
        spoken_for = self.in_use(now)
        for other in self._before(who):
            theirs = self._fitting(other, spoken_for)
            spoken_for |= set() if theirs is None else {theirs}
        return self._fitting(who, spoken_for)

    def _before(self, who: str) -> Iterator[str]:
        for other in self.line:
            if other == who:
                return
            yield other

    def _fitting(self, who: str, spoken_for: set[int]) -> int | None:
        if len(spoken_for) >= len(self.womens_beds) + len(self.other_beds):
            return None  # a house that was made smaller has people in beds that are no more
        beds = (*(self.womens_beds if who in self.women else ()), *self.other_beds)
        return next((bed for bed in beds if bed not in spoken_for), None)

    # -- what happens ----------------------------------------------------------------------------------------

    def is_held(self, who: str, bed: int, now: datetime) -> None:
        self.is_given_up(who)
        before = self.taken.pop(bed, None)
        assert before is None or not self.stays[before].holds(now), "two people have one bed"
        self.taken[bed], self.stays[who] = who, Stay(bed, now, now + HOLD)
        self.leaves_line(who)

    def is_taken(self, who: str) -> None:
        self.stays[who] = self.stays[who]._replace(until=None)

    def is_given_up(self, who: str) -> None:
        stay = self.stays.pop(who, None)
        if stay is not None and self.taken.get(stay.bed) == who:
            del self.taken[stay.bed]

    def waits(self, who: str) -> None:
        self.line.append(who)

    def leaves_line(self, who: str) -> None:
        if who in self.line:
            self.line.remove(who)

    def are_offered(self, now: datetime) -> None:
        """Give the free beds to those who wait, in their order."""
        for who in list(self.line):
            bed = self.bed_for(who, now)
            if bed is not None:
                self.is_held(who, bed, now)

    def somebody_could_be_offered(self, now: datetime) -> bool:
        return any(self.bed_for(who, now) is not None for who in self.line)
