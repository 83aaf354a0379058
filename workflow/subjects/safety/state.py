"""Risk, age, identification, and who decides with a child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.safety import ConsentExpired, ReflectionEnded, ReflectionStarted, RiskAssessed
from workflow.case.change import NOTHING, At, Change

if TYPE_CHECKING:
    from workflow.case.state import Case


class Risk(NamedTuple):
    """What the last risk assessment said, and when it was recorded."""

    level: str
    safe_to_return: bool
    on: str


class Safety(NamedTuple):
    """What a child said, which consents were a guardian's, and for which level of danger there is a plan."""

    assents: Mapping[str, str] = NOTHING  # purpose to the child's answer
    by_guardian: frozenset[tuple[str, str]] = frozenset()  # consents a guardian gave
    plan_for: str = ""
    had_reflection: bool = False


def _safety(case: Case, **changes: Any) -> Case:
    return case._replace(safety=case.safety._replace(**changes))


def _risk(case: Case, fact: RiskAssessed, at: At) -> Case:
    case = case._replace(risk=Risk(fact.level, fact.safe_to_return, at.recorded_at))
    return case._replace(escalations=case.escalations - {"risk_reassess"})


def _consented(case: Case, fact: ConsentGiven, _at: At) -> Case:
    key = (fact.purpose, fact.recipient)
    theirs = case.safety.by_guardian | {key} if fact.by == "guardian" else case.safety.by_guardian - {key}
    case = case._replace(consents={**case.consents, key: fact.until})
    return case if theirs == case.safety.by_guardian else _safety(case, by_guardian=theirs)


def _consent_over(case: Case, fact: ConsentWithdrawn | ConsentExpired, _at: At) -> Case:
    key = (fact.purpose, fact.recipient)
    case = case._replace(consents={kept: until for kept, until in case.consents.items() if kept != key})
    theirs = case.safety.by_guardian - {key}
    if theirs == case.safety.by_guardian:
        return case
    kept = (
        case.safety.assents if fact.recipient else {k: v for k, v in case.safety.assents.items() if k != fact.purpose}
    )
    return _safety(case, by_guardian=theirs, assents=kept)  # a child is asked again with the guardian


def _reflecting(case: Case, fact: ReflectionStarted, _at: At) -> Case:
    return _safety(case._replace(reflection_until=fact.until), had_reflection=True)


def _reflected(case: Case, _fact: ReflectionEnded, _at: At) -> Case:
    return case._replace(reflection_until=None, escalations=case.escalations - {"reflection_ending"})


CHANGES: dict[str, Change] = {
    "AgeEstablished": lambda c, f, _: c._replace(child=f.child, of_age_from=f.of_age_from),
    "VictimIdentified": lambda c, f, _: c._replace(identified=f.status),
    "ReflectionStarted": _reflecting,
    "ReflectionEnded": _reflected,
    "RiskAssessed": _risk,
    "SafetyPlanAgreed": lambda c, f, _: _safety(c, plan_for=f.level),
    "GuardianAppointed": lambda c, _f, _: c._replace(guardian=True),
    "BestInterestsDecided": lambda c, f, _: c._replace(best_interests=f.outcome),
    "ChildAssented": lambda c, f, _: _safety(c, assents={**c.safety.assents, f.to: f.answer}),
    "ConsentGiven": _consented,
    "ConsentWithdrawn": _consent_over,
    "ConsentExpired": _consent_over,
}
