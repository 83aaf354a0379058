"""One person's case as far as the rules need it: folded from facts, never holding a name.

``evolve`` is a table from fact to change. It runs no guard and asks no clock, so old histories fold to the
same case for ever.
"""

from __future__ import annotations

from events.catalogue import Fact
from events.facts import case as told
from workflow.case import (
    access,
    care,
    closing,
    funding,
    grants,
    papers,
    places,
    reception,
    referrals,
    reintegration,
    routes,
    safety,
    travel,
    work,
)
from workflow.case.access import Access
from workflow.case.change import At, Change
from workflow.case.state import Case


def _opened(fact: told.CaseOpened, at: At) -> Case:
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


def _entered(case: Case, fact: told.StageEntered, at: At) -> Case:
    moved = reintegration.moved_on(case)
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
    funding,
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
        return _opened(fact, at) if isinstance(fact, told.CaseOpened) else None
    change = _CHANGES.get(type(fact).__name__)
    return change(case, fact, at) if change else case
