"""One person's case as far as the rules need it: folded from facts, never holding a name.

``evolve`` is a table from fact to change. It runs no guard and asks no clock, so old histories fold to the
same case for ever.
"""

from collections import defaultdict

from events.catalogue import Fact, TaskOutcome
from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from workflow.case import erasure, proposals, tasks
from workflow.case.state import At, Case, Change
from workflow.case.tasks import after_task
from workflow.registry import SUBJECTS


def _opened(fact: CaseOpened, at: At) -> Case:
    return Case(
        case_id=fact.case_id, person_id=fact.person_id, programme=fact.programme, definition=at.definition,
        stage=fact.stage, since=at.recorded_at, opened_at=at.recorded_at, source=fact.source,
        citizenships=fact.citizenships, child=fact.child, of_age_from=fact.of_age_from, gender=fact.gender,
        language=fact.language or "", previous_case=fact.previous_case, referred_by=fact.referred_by,
        age_band=(fact.child and fact.age_band) or "",
    )  # fmt: skip


def _entered(case: Case, fact: StageEntered, at: At) -> Case:
    calm = case.escalations - {"idle"}
    return case._replace(stage=fact.dest, since=at.recorded_at, reason=fact.reason, escalations=calm)


_CHANGES: dict[str, list[Change]] = defaultdict(list)
_OWN: dict[str, Change] = {"StageEntered": _entered, **tasks.CHANGES, **proposals.CHANGES, **erasure.CHANGES}
for _changes in (_OWN, *(subject.changes for subject in SUBJECTS)):
    for _name, _change in _changes.items():
        _CHANGES[_name].append(_change)


def evolve(case: Case | None, fact: Fact, at: At) -> Case | None:
    """Return the case after a fact; facts about something else leave it as it is."""
    if case is None:
        if not isinstance(fact, CaseOpened):
            return None
        case = _opened(fact, at)
    if isinstance(fact, TaskOutcome):
        case = after_task(case, fact)
    for change in _CHANGES.get(type(fact).__name__, ()):
        case = change(case, fact, at)
    return case
