"""A house with beds: who holds one, who lives in one; never more people than beds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from events.catalogue import Fact
from events.facts import shared


class Bed(NamedTuple):
    """Who has a bed; a bed that is only held has an end."""

    case_id: str
    held_until: datetime | None


class Shelter(NamedTuple):
    """The beds in use, by number from 1."""

    beds: Mapping[int, Bed] = {}

    def free_bed(self, capacity: int) -> int | None:
        """Return the lowest free bed, or None when the house is full."""
        return next((number for number in range(1, capacity + 1) if number not in self.beds), None)

    def bed_of(self, case_id: str) -> int | None:
        """Return which bed a case has."""
        return next((number for number, bed in self.beds.items() if bed.case_id == case_id), None)


def evolve(shelter: Shelter, fact: Fact) -> Shelter:
    """Return the house after a fact."""
    match fact:
        case shared.BedHeld():
            return Shelter({**shelter.beds, fact.bed: Bed(fact.case_id, fact.until)})
        case shared.BedTaken():
            return Shelter({**shelter.beds, fact.bed: Bed(fact.case_id, None)})
        case shared.BedReleased():
            return Shelter({number: bed for number, bed in shelter.beds.items() if number != fact.bed})
        case _:
            return shelter
