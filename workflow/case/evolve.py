"""One person's case as far as the rules need it: folded from facts, never holding a name.

``evolve`` is a table from fact to change. It runs no guard and asks no clock, so old histories fold to the
same case for ever.
"""

from __future__ import annotations

from events.catalogue import Fact
from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from workflow.case import tasks as work
from workflow.case.change import At, Change
from workflow.case.state import Case
from workflow.subjects.access import state as access
from workflow.subjects.access.state import Access
from workflow.subjects.accommodation import state as places
from workflow.subjects.care import state as care
from workflow.subjects.closing import state as closing
from workflow.subjects.documents import state as papers
from workflow.subjects.grants import state as grants
from workflow.subjects.reception import state as reception
from workflow.subjects.referrals import state as referrals
from workflow.subjects.reintegration import state as reintegration
from workflow.subjects.reintegration.state import moved_on
from workflow.subjects.safety import state as safety
from workflow.subjects.trafficking_routes import state as routes
from workflow.subjects.travel import state as travel


def _opened(fact: CaseOpened, at: At) -> Case:
    return Case(
        case_id=fact.case_id,
        person_id=fact.person_id,
        programme=fact.programme,
        definition=at.definition,
        stage=fact.stage,
        since=at.recorded_at,
        opened_at=at.recorded_at,
        source=fact.source,
        citizenships=fact.citizenships,
        child=fact.child,
        of_age_from=fact.of_age_from,
        gender=fact.gender,
        language=fact.language or "",
        previous_case=fact.previous_case,
        referred_by=fact.referred_by,
        access=Access(owner=fact.owner, team=fact.team) if fact.owner or fact.team else Access(),
    )


def _entered(case: Case, fact: StageEntered, at: At) -> Case:
    moved = moved_on(case)
    return moved._replace(
        stage=fact.dest, since=at.recorded_at, reason=fact.reason, escalations=moved.escalations - {"idle"}
    )


_OWN: dict[str, Change] = {
    "CaseLinked": lambda c, f, _: c._replace(next_case=f.next_case),
    "StageEntered": _entered,
}


_SUBJECTS = (
    closing,
    work,
    grants,
    safety,
    care,
    papers,
    travel,
    reception,
    places,
    referrals,
    reintegration,
    routes,
    access,
)
_CHANGES: dict[str, Change] = _OWN | {name: change for subject in _SUBJECTS for name, change in subject.CHANGES.items()}


def evolve(case: Case | None, fact: Fact, at: At) -> Case | None:
    """Return the case after a fact; facts about something else leave it as it is."""
    if case is None:
        return _opened(fact, at) if isinstance(fact, CaseOpened) else None
    change = _CHANGES.get(type(fact).__name__)
    return change(case, fact, at) if change else case
