"""Risk, age, identification, and who decides with a child."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.safety import ConsentExpired, RiskAssessed
from workflow.case.state import NOTHING, At, Case, Change, Part, without


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


def _risk(case: Case, fact: RiskAssessed, at: At) -> Case:
    risk = Risk(fact.level, fact.safe_to_return, at.recorded_at)
    return safety_of.changed(case.calm("risk_reassess"), risk=risk)


def _consented(case: Case, fact: ConsentGiven, _at: At) -> Case:
    key = (fact.purpose, fact.recipient)
    theirs = safety_of(case).by_guardian | {key} if fact.by == "guardian" else safety_of(case).by_guardian - {key}
    case = case._replace(consents={**case.consents, key: fact.until})
    return case if theirs == safety_of(case).by_guardian else safety_of.changed(case, by_guardian=theirs)


def _consent_over(case: Case, fact: ConsentWithdrawn | ConsentExpired, _at: At) -> Case:
    key = (fact.purpose, fact.recipient)
    case, before = case._replace(consents=without(case.consents, key)), safety_of(case)
    if key not in before.by_guardian:
        return case
    kept = before.assents if fact.recipient else without(before.assents, fact.purpose)
    # A child is asked again with the guardian.
    return safety_of.changed(case, by_guardian=before.by_guardian - {key}, assents=kept)


CHANGES: dict[str, Change] = {
    "AgeEstablished": lambda c, f, _: c._replace(child=f.child, of_age_from=f.of_age_from),
    "VictimIdentified": lambda c, f, _: safety_of.changed(c, identified=f.status),
    "ReflectionStarted": lambda c, f, _: safety_of.changed(c, reflection_until=f.until, had_reflection=True),
    "ReflectionEnded": lambda c, _f, _: safety_of.changed(c.calm("reflection_ending"), reflection_until=None),
    "RiskAssessed": _risk,
    "SafetyPlanAgreed": lambda c, f, _: safety_of.changed(c, plan_for=f.level),
    "GuardianAppointed": lambda c, _f, _: safety_of.changed(c, guardian=True),
    "BestInterestsDecided": lambda c, f, _: safety_of.changed(c, best_interests=f.outcome),
    "ChildAssented": lambda c, f, _: safety_of.changed(c, assents={**safety_of(c).assents, f.to: f.answer}),
    "ConsentGiven": _consented,
    "ConsentWithdrawn": _consent_over,
    "ConsentExpired": _consent_over,
}
