"""One person's case as far as the rules need it; never holding a name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from workflow.case.care import Fitness
from workflow.case.change import NOTHING, Pairs
from workflow.case.grants import Grant
from workflow.case.papers import Document
from workflow.case.safety import Risk
from workflow.case.travel import Trip
from workflow.case.work import Task


class Case(NamedTuple):
    """Everything the guards look at."""

    case_id: str
    person_id: str
    programme: str
    definition: str
    stage: str
    since: str
    opened_at: str
    source: str
    citizenships: tuple[str, ...] = ()
    child: bool = True
    of_age_from: date | None = None
    previous_case: str | None = None
    next_case: str | None = None
    reason: str = ""
    identified: str = ""
    consents: Mapping[tuple[str, str], date | None] = NOTHING
    risk: Risk | None = None
    reflection_until: date | None = None
    guardian: bool = False
    best_interests: str = ""
    arrival: datetime | None = None
    bed: tuple[str, int] | None = None
    moved_in: bool = False
    care_plan: bool = False
    fitness: Fitness | None = None
    document: Document | None = None
    destination: str = ""
    stays: bool = False
    trip: Trip | None = None
    booked: tuple[str, ...] = ()
    provided: frozenset[str] = frozenset()
    plan: bool = False
    visits: frozenset[int] = frozenset()
    grants: Mapping[str, Grant] = NOTHING
    tasks: Mapping[str, Task] = NOTHING
    timers: Mapping[str, tuple[str, Pairs]] = NOTHING
    escalations: frozenset[str] = frozenset()

    def is_child(self, on: date) -> bool:
        """Tell whether the person must be treated as a child on a day; unknown age is presumed a child's."""
        return self.child and not (self.of_age_from is not None and on >= self.of_age_from)

    def is_national(self, home: str) -> bool:
        """Tell whether the way home stays inside the country."""
        return home in self.citizenships

    def is_on_trip(self, trip_id: str) -> bool:
        """Tell whether this is the trip now planned."""
        return self.trip is not None and self.trip.trip_id == trip_id

    @property
    def trip_is_ahead(self) -> bool:
        """Tell whether a journey is still to be made; after the hand-over nothing of it can be given back."""
        return self.trip is not None and "hand_over" not in self.provided

    def consents_to(self, purpose: str, on: date, recipient: str = "") -> bool:
        """Tell whether a live consent covers a purpose."""
        if (purpose, recipient) not in self.consents:
            return False
        until = self.consents[purpose, recipient]
        return until is None or on <= until
