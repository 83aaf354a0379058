"""Risk, age, identification, and who decides with a child."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.safety import (
    AgeEstablished,
    ConsentExpired,
    GuardianAgreed,
    GuardianAppointed,
    GuardianEnded,
    RiskAssessed,
)
from events.facts.tasks import TimerFired
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
    guardian_case: str = ""  # of a guardian who came with the child
    suspects: frozenset[str] = frozenset()  # cases of those who decided for the child until they were suspected


safety_of: Final = Part("safety", Safety())


def _risk(case: Case, fact: RiskAssessed, at: At) -> Case:
    risk = Risk(fact.level, fact.safe_to_return, at.recorded_at)
    return safety_of.changed(case.calm("risk_reassess"), risk=risk)


def _appointed(case: Case, fact: GuardianAppointed | GuardianAgreed, _at: At) -> Case:
    member = fact.member if isinstance(fact, GuardianAgreed) else ""
    return safety_of.changed(case.calm(NO_GUARDIAN), guardian=True, guardian_case=member)


def _guardian_ended(case: Case, fact: GuardianEnded, _at: At) -> Case:
    named = frozenset({fact.member} - {""}) if fact.because == "suspected" else frozenset()
    suspects = safety_of(case).suspects | named
    return safety_of.changed(case, guardian=False, guardian_case="", suspects=suspects)


# What somebody has to look at.
NO_GUARDIAN: Final = "guardian_wanted"
COMES_OF_AGE: Final = "comes_of_age"
LAPSED: Final = "guardian_consents_lapsed"


def month_of_coming_of_age(case: Case) -> date | None:
    """Return the first day of the month in which a child may turn 18, None where nobody knows.

    A case knows from when a person is an adult to the month, so that it does not tell their birthday.
    """
    day = case.of_age_from
    return (day - timedelta(days=1)).replace(day=1) if day is not None else None


def _age_known(case: Case, fact: AgeEstablished, _at: At) -> Case:
    return case.calm(COMES_OF_AGE)._replace(child=fact.child, of_age_from=fact.of_age_from)


def _timer_fired(case: Case, fact: TimerFired, _at: At) -> Case:
    return case.calm(COMES_OF_AGE) if fact.kind == "of_age" else case


def _own_word(case: Case) -> Case:
    """Return the case without the worry that a guardian's word has lapsed, once nothing rests on it any more."""
    return case if safety_of(case).by_guardian else case.calm(LAPSED)


def _consented(case: Case, fact: ConsentGiven, _at: At) -> Case:
    key = (fact.purpose, fact.recipient)
    theirs = safety_of(case).by_guardian | {key} if fact.by == "guardian" else safety_of(case).by_guardian - {key}
    case = case._replace(consents={**case.consents, key: fact.until})
    return case if theirs == safety_of(case).by_guardian else _own_word(safety_of.changed(case, by_guardian=theirs))


def _consent_over(case: Case, fact: ConsentWithdrawn | ConsentExpired, _at: At) -> Case:
    key = (fact.purpose, fact.recipient)
    case, before = case._replace(consents=without(case.consents, key)), safety_of(case)
    if key not in before.by_guardian:
        return case
    kept = before.assents if fact.recipient else without(before.assents, fact.purpose)
    # A child is asked again with the guardian.
    return _own_word(safety_of.changed(case, by_guardian=before.by_guardian - {key}, assents=kept))


CHANGES: dict[str, Change] = {
    "AgeEstablished": _age_known,
    "TimerFired": _timer_fired,
    "VictimIdentified": lambda c, f, _: safety_of.changed(c, identified=f.status),
    "ReflectionStarted": lambda c, f, _: safety_of.changed(c, reflection_until=f.until, had_reflection=True),
    "ReflectionEnded": lambda c, _f, _: safety_of.changed(c.calm("reflection_ending"), reflection_until=None),
    "RiskAssessed": _risk,
    "SafetyPlanAgreed": lambda c, f, _: safety_of.changed(c, plan_for=f.level),
    "GuardianAppointed": _appointed,
    "GuardianAgreed": _appointed,
    "GuardianEnded": _guardian_ended,
    "BestInterestsDecided": lambda c, f, _: safety_of.changed(c, best_interests=f.outcome),
    "ChildAssented": lambda c, f, _: safety_of.changed(c, assents={**safety_of(c).assents, f.to: f.answer}),
    "ConsentGiven": _consented,
    "ConsentWithdrawn": _consent_over,
    "ConsentExpired": _consent_over,
}
