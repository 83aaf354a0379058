"""Risk, age, identification, and who decides with a child."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.safety import ConsentExpired, ReflectionEnded, ReflectionStarted, RiskAssessed
from workflow.case.state import NOTHING, At, Case, Change, Part


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
    identified: str = ""
    risk: Risk | None = None
    reflection_until: date | None = None
    guardian: bool = False
    best_interests: str = ""


safety_of: Final = Part("safety", Safety())


def _safety(case: Case, **changes: Any) -> Case:
    return safety_of.put(case, safety_of(case)._replace(**changes))


def _risk(case: Case, fact: RiskAssessed, at: At) -> Case:
    case = safety_of.changed(case, risk=Risk(fact.level, fact.safe_to_return, at.recorded_at))
    return case._replace(escalations=case.escalations - {"risk_reassess"})


def _consented(case: Case, fact: ConsentGiven, _at: At) -> Case:
    key = (fact.purpose, fact.recipient)
    theirs = safety_of(case).by_guardian | {key} if fact.by == "guardian" else safety_of(case).by_guardian - {key}
    case = case._replace(consents={**case.consents, key: fact.until})
    return case if theirs == safety_of(case).by_guardian else _safety(case, by_guardian=theirs)


def _consent_over(case: Case, fact: ConsentWithdrawn | ConsentExpired, _at: At) -> Case:
    key = (fact.purpose, fact.recipient)
    case = case._replace(consents={kept: until for kept, until in case.consents.items() if kept != key})
    theirs = safety_of(case).by_guardian - {key}
    if theirs == safety_of(case).by_guardian:
        return case
    kept = (
        safety_of(case).assents
        if fact.recipient
        else {k: v for k, v in safety_of(case).assents.items() if k != fact.purpose}
    )
    return _safety(case, by_guardian=theirs, assents=kept)  # a child is asked again with the guardian


def _reflecting(case: Case, fact: ReflectionStarted, _at: At) -> Case:
    return _safety(safety_of.changed(case, reflection_until=fact.until), had_reflection=True)


def _reflected(case: Case, _fact: ReflectionEnded, _at: At) -> Case:
    return safety_of.changed(case._replace(escalations=case.escalations - {"reflection_ending"}), reflection_until=None)


CHANGES: dict[str, Change] = {
    "AgeEstablished": lambda c, f, _: c._replace(child=f.child, of_age_from=f.of_age_from),
    "VictimIdentified": lambda c, f, _: safety_of.changed(c, identified=f.status),
    "ReflectionStarted": _reflecting,
    "ReflectionEnded": _reflected,
    "RiskAssessed": _risk,
    "SafetyPlanAgreed": lambda c, f, _: _safety(c, plan_for=f.level),
    "GuardianAppointed": lambda c, _f, _: safety_of.changed(c, guardian=True),
    "BestInterestsDecided": lambda c, f, _: safety_of.changed(c, best_interests=f.outcome),
    "ChildAssented": lambda c, f, _: _safety(c, assents={**safety_of(c).assents, f.to: f.answer}),
    "ConsentGiven": _consented,
    "ConsentWithdrawn": _consent_over,
    "ConsentExpired": _consent_over,
}
