"""Risk, age, identification, and who decides with a child."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from events.facts import case as told
from workflow.case.change import At, Change

if TYPE_CHECKING:
    from workflow.case.state import Case


class Risk(NamedTuple):
    """What the last risk assessment said, and when it was recorded."""

    level: str
    safe_to_return: bool
    on: str


def _risk(case: Case, fact: told.RiskAssessed, at: At) -> Case:
    return case._replace(risk=Risk(fact.level, fact.safe_to_return, at.recorded_at))


CHANGES: dict[str, Change] = {
    "AgeEstablished": lambda c, f, _: c._replace(child=f.child, of_age_from=f.of_age_from),
    "VictimIdentified": lambda c, f, _: c._replace(identified=f.status),
    "ReflectionStarted": lambda c, f, _: c._replace(reflection_until=f.until),
    "ReflectionEnded": lambda c, _f, _: c._replace(reflection_until=None),
    "RiskAssessed": _risk,
    "GuardianAppointed": lambda c, _f, _: c._replace(guardian=True),
    "BestInterestsDecided": lambda c, f, _: c._replace(best_interests=f.outcome),
}
