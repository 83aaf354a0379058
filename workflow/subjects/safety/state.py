"""Risk, age, identification, and who decides with a child."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.safety import (
    AgeEstablished,
    ChildAssented,
    ConsentExpired,
    GuardianAgreed,
    GuardianAppointed,
    GuardianEnded,
    RiskAssessed,
    SafetyPlanAgreed,
)
from events.facts.tasks import TimerFired
from events.instants import instant
from workflow.case.retraction import Instead, Retractable, Told
from workflow.case.state import NOTHING, At, Case, Change, Part, without
from workflow.reasons import Reason
from workflow.subjects.access.state import numbers_of
from workflow.subjects.safety import refusals


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
HIGH: Final = "high"
PLAN_DUE: Final = "safety_plan_due"
PLAN_OVERDUE: Final = "safety_plan_overdue"
RISK_REVIEW: Final = "risk_review"


def _risk(case: Case, fact: RiskAssessed, at: At) -> Case:
    risk = Risk(fact.level, fact.safe_to_return, at.recorded_at)
    calm = case.calm("risk_reassess", RISK_REVIEW, *(() if fact.level == HIGH else (PLAN_OVERDUE,)))
    return safety_of.changed(calm, risk=risk)


def _planned(case: Case, fact: SafetyPlanAgreed, _at: At) -> Case:
    calm = case.calm(PLAN_OVERDUE) if fact.level == HIGH else case
    return safety_of.changed(calm, plan_for=fact.level)


def is_at_high_risk(case: Case) -> bool:
    """Tell whether the last assessment found a high risk."""
    risk = safety_of(case).risk
    return risk is not None and risk.level == HIGH


def lacks_safety_plan(case: Case) -> bool:
    """Tell whether there is a high risk and no plan against it."""
    return is_at_high_risk(case) and safety_of(case).plan_for != HIGH


def plan_due_at(case: Case, hours: int) -> datetime:
    """Return until when a plan against a high risk must stand: so many hours after the danger was first found.

    Assessing it again moves nothing: the timer set at first says when, and once it went off the time is over.
    """
    risk = safety_of(case).risk
    assert risk is not None, "a plan is due against a danger that was found"
    set_at_first = (dict(subject).get("due") for kind, subject in case.timers.values() if kind == PLAN_DUE)
    due = next((instant(text) for text in set_at_first if text), None)
    last = instant(risk.on)
    return due or (last if PLAN_OVERDUE in case.escalations else last + timedelta(hours=hours))


def _appointed(case: Case, fact: GuardianAppointed | GuardianAgreed, _at: At) -> Case:
    member = fact.member if isinstance(fact, GuardianAgreed) else ""
    return safety_of.changed(case.calm(NO_GUARDIAN), guardian=True, guardian_case=member)


def _guardian_ended(case: Case, fact: GuardianEnded, _at: At) -> Case:
    named = frozenset({fact.member} - {""}) if fact.because == "suspected" else frozenset()
    suspects = safety_of(case).suspects | named
    return safety_of.changed(case, guardian=False, guardian_case="", suspects=suspects)


def is_suspected(other: Case, child: Case) -> bool:
    """Tell whether somebody decided for a child until they were suspected, under whichever number of theirs."""
    return not safety_of(child).suspects.isdisjoint(numbers_of(other))


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
    return settled_by_age(case, child=fact.child)._replace(child=fact.child, of_age_from=fact.of_age_from)


def settled_by_age(case: Case, *, child: bool) -> Case:
    """Return the case without what nobody has to look at once the age is known: an adult waits for no guardian."""
    return case.calm(COMES_OF_AGE) if child else case.calm(COMES_OF_AGE, NO_GUARDIAN)


def _timer_fired(case: Case, fact: TimerFired, _at: At) -> Case:
    return settled_by_age(case, child=False) if fact.kind == "of_age" else case


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


def _less_risk_known(case: Case, told: Told) -> Case:
    risk, plan_for = told.before
    return safety_of.changed(case, risk=risk, plan_for=plan_for)


def _is_about_danger(case: Case, told: Told) -> bool:
    """Tell whether a high risk would begin or be over without it: two people lower one, and nobody does it alone."""
    risk, before = safety_of(case).risk, told.before[0]
    highs = [one for one in (risk, before) if one is not None and one.level == HIGH]
    return len(highs) == 1 or len({one.safe_to_return for one in highs}) > 1


def _plan_rests_on_it(case: Case, told: Told) -> list[Reason]:
    return [refusals.PLAN_RESTS_ON_IT()] if safety_of(case).plan_for != told.before[1] else []


def _not_asked(case: Case, told: Told) -> Case:
    """Return the case with what the child had said before, if they were asked before."""
    purpose, before = dict(told.about)["to"], told.before
    if purpose not in safety_of(case).assents:  # what they said went with the consent they were asked about
        return case
    others = without(safety_of(case).assents, purpose)
    return safety_of.changed(case, assents={**others, purpose: before} if before else others)


class _Deciding(NamedTuple):
    """Who decided for a child before an appointment, and whether somebody was looked for."""

    guardian: bool
    member: str
    wanted: bool


def _deciding(case: Case, _fact: GuardianAppointed) -> _Deciding:
    return _Deciding(safety_of(case).guardian, safety_of(case).guardian_case, NO_GUARDIAN in case.escalations)


def _not_appointed(case: Case, told: Told) -> Case:
    """Return the case with who decided before; nobody did where somebody was looked for, and is looked for again."""
    before: _Deciding = told.before
    if before.wanted and case.child:
        case = case._replace(escalations=case.escalations | {NO_GUARDIAN})
    return safety_of.changed(case, guardian=before.guardian, guardian_case=before.member)


def _guardians_word_rests_on_it(case: Case, _told: Told) -> Iterator[Reason]:
    """Yield that the guardian consented, or that meanwhile two people agreed on another or nobody decides any more."""
    given = sorted(purpose for purpose, _ in safety_of(case).by_guardian)
    if given:
        yield refusals.GUARDIANS_CONSENTS_REST_ON_IT(purposes=given)
    if not safety_of(case).guardian or safety_of(case).guardian_case:
        yield refusals.GUARDIAN_IS_ANOTHER_SINCE()


RETRACTABLE: Final = (
    Retractable(
        RiskAssessed, "AssessRisk", _less_risk_known, keeps=lambda c, _: (safety_of(c).risk, safety_of(c).plan_for),
        guards=frozenset({"risk_is_assessed", "safety_plan_is_agreed", "return_is_safe"}), against=_plan_rests_on_it,
        takes_two=_is_about_danger,
    ),
    Retractable(
        ChildAssented, "RecordAssent", _not_asked, about=lambda f: (("to", f.to),),
        keeps=lambda c, f: safety_of(c).assents.get(f.to),
        guards=frozenset({"child_assents"}),
    ),
    Retractable(
        GuardianAppointed, "AppointGuardian", _not_appointed, keeps=_deciding,
        guards=frozenset({"guardian_is_appointed"}),
        against=_guardians_word_rests_on_it,
    ),
)  # fmt: skip
INSTEAD: Final = {
    "AgeEstablished": Instead(("CorrectIdentity", "CorrectDetails")),
    "VictimIdentified": Instead(("IdentifyVictim",)),
    "ReflectionStarted": Instead(("EndReflection",)),
    "SafetyPlanAgreed": Instead(("AgreeSafetyPlan",)),
    "BestInterestsDecided": Instead(("DecideBestInterests",)),
    "GuardianEnded": Instead(("AppointGuardian",)),
}
CHANGES: dict[str, Change] = {
    "AgeEstablished": _age_known,
    "TimerFired": _timer_fired,
    "VictimIdentified": lambda c, f, _: safety_of.changed(c, identified=f.status),
    "ReflectionStarted": lambda c, f, _: safety_of.changed(c, reflection_until=f.until, had_reflection=True),
    "ReflectionEnded": lambda c, _f, _: safety_of.changed(c.calm("reflection_ending"), reflection_until=None),
    "RiskAssessed": _risk,
    "SafetyPlanAgreed": _planned,
    "GuardianAppointed": _appointed,
    "GuardianAgreed": _appointed,
    "GuardianEnded": _guardian_ended,
    "BestInterestsDecided": lambda c, f, _: safety_of.changed(c, best_interests=f.outcome),
    "ChildAssented": lambda c, f, _: safety_of.changed(c, assents={**safety_of(c).assents, f.to: f.answer}),
    "ConsentGiven": _consented,
    "ConsentWithdrawn": _consent_over,
    "ConsentExpired": _consent_over,
}
