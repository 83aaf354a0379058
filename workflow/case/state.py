"""One person's case as far as the rules need it; never holding a name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from workflow.case.change import NOTHING, Pairs
from workflow.case.tasks import Task
from workflow.subjects.access.state import Access
from workflow.subjects.accommodation.state import Places
from workflow.subjects.care.state import Care, Fitness
from workflow.subjects.closing.state import HandOver
from workflow.subjects.documents.state import Document, Paper
from workflow.subjects.grants.state import Cost, Grant
from workflow.subjects.reception.state import Arrival
from workflow.subjects.referrals.state import Referral
from workflow.subjects.reintegration.state import Reintegration
from workflow.subjects.safety.state import Risk, Safety
from workflow.subjects.travel.state import Trip


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
    language: str = ""
    gender: str | None = None
    previous_case: str | None = None
    next_case: str | None = None
    reason: str = ""
    identified: str = ""
    consents: Mapping[tuple[str, str], date | None] = NOTHING
    risk: Risk | None = None
    safety: Safety = Safety()
    reflection_until: date | None = None
    guardian: bool = False
    best_interests: str = ""
    arrival: Arrival | None = None
    bed: tuple[str, int] | None = None
    moved_in: bool = False
    places: Places = Places()
    care_plan: bool = False
    care: Care = Care()
    fitness: Fitness | None = None
    document: Document | None = None
    papers: Mapping[str, Paper] = NOTHING
    route: tuple[tuple[str, str], ...] = ()
    destination: str = ""
    stays: bool = False
    visas: Mapping[str, date] = NOTHING  # for countries on the way, until when
    trip: Trip | None = None
    booked: tuple[str, ...] = ()
    provided: frozenset[str] = frozenset()
    plan: bool = False
    visits: frozenset[int] = frozenset()
    reintegration: Reintegration = Reintegration()
    grants: Mapping[str, Grant] = NOTHING
    costs: Mapping[str, Cost] = NOTHING
    referrals: Mapping[str, Referral] = NOTHING
    referred_by: str = ""
    referrer_answered: bool = False
    hand_overs: Mapping[str, HandOver] = NOTHING
    tasks: Mapping[str, Task] = NOTHING
    timers: Mapping[str, tuple[str, Pairs]] = NOTHING
    escalations: frozenset[str] = frozenset()
    access: Access = Access()

    def is_child(self, on: date) -> bool:
        """Tell whether the person must be treated as a child on a day; unknown age is presumed a child's."""
        return self.child and not (self.of_age_from is not None and on >= self.of_age_from)

    def has_bed(self, now: datetime) -> bool:
        """Tell whether a bed is the person's; a hold that ran out is none, whether or not anybody has noticed yet."""
        until = None if self.moved_in else self.places.held_until
        return self.bed is not None and (until is None or until > now)

    def is_national(self, home: str) -> bool:
        """Tell whether the way home stays inside the country."""
        return home in self.citizenships

    def is_on_trip(self, trip_id: str) -> bool:
        """Tell whether this is the trip now planned."""
        return self.trip is not None and self.trip.trip_id == trip_id

    @property
    def arrival_is_ahead(self) -> bool:
        """Tell whether somebody is still to be met."""
        return self.arrival is not None and not self.arrival.over

    def is_awaited(self, arrival_id: str) -> bool:
        """Tell whether this is the arrival somebody is still waiting for."""
        return self.arrival is not None and not self.arrival.over and self.arrival.arrival_id == arrival_id

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
