"""Safety: age, identification, reflection, risk, the plan against it, and who decides with a child."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.safety import (
    AgeEstablished,
    BestInterestsDecided,
    ChildAssented,
    GuardianAppointed,
    ReflectionEnded,
    ReflectionStarted,
    RiskAssessed,
    SafetyPlanAgreed,
    VictimIdentified,
)
from events.facts.tasks import Escalated
from workflow.case.change import Pairs
from workflow.reasons import Refused, reason, refused
from workflow.situation import Decision, Situation, StreamFact, case_of, person_of
from workflow.subject import CommandRule, TimerKind
from workflow.subjects.safety.commands import (
    AgreeSafetyPlan,
    AppointGuardian,
    AssessRisk,
    DecideBestInterests,
    EndReflection,
    EstablishAge,
    IdentifyVictim,
    RecordAssent,
)


def establish_age(command: EstablishAge, situation: Situation) -> Decision:
    """Return what is now known about the age."""
    return situation.about_case(AgeEstablished(child=command.child, basis=command.basis))


def identify_victim(command: IdentifyVictim, situation: Situation) -> Decision:
    """Return the status; formal identification starts the reflection period by itself, once in a case."""
    case, decided_on = case_of(situation), command.decided_on or situation.today
    if decided_on > situation.today:
        return refused("decision_is_past", "the decision is dated in the future", "check the date", day=decided_on)
    facts: list[Fact] = [VictimIdentified(status=command.status, decided_by=command.decided_by, decided_on=decided_on)]
    until = decided_on + timedelta(days=situation.programme.policies.reflection_days)
    if command.status == "actual" and not case.safety.had_reflection and until >= situation.today:
        facts.append(ReflectionStarted(until=until))
    return situation.about_case(*facts)


def end_reflection(command: EndReflection, situation: Situation) -> Decision:
    """Return the early end, when there is a period to end."""
    if case_of(situation).reflection_until is None:
        return refused("reflection_runs", "no reflection period is running", "nothing needs to be done")
    return situation.about_case(ReflectionEnded(why=command.why))


def assess_risk(command: AssessRisk, situation: Situation) -> Decision:
    """Return the assessment; the note is sealed."""
    return situation.about_case(
        RiskAssessed(
            person_id=person_of(situation),
            level=command.level,
            safe_to_return=command.safe_to_return,
            note=command.note,
        )
    )


def agree_safety_plan(command: AgreeSafetyPlan, situation: Situation) -> Decision:
    """Return the plan for the dangers last found, when two different people agreed."""
    risk, reasons = case_of(situation).risk, []
    if risk is None:
        said = "nobody has said yet what the dangers are"
        reasons.append(reason("risk_is_assessed", said, "record AssessRisk first"))
    if command.second == command.actor:
        said, advice = "the second person is the one who asks", "name somebody else with second="
        reasons.append(reason("second_person_agreed", said, advice))
    if risk is None or reasons:
        return Refused(tuple(reasons))
    return situation.about_case(
        SafetyPlanAgreed(person_id=person_of(situation), level=risk.level, second=command.second, plan=command.plan)
    )


def appoint_guardian(command: AppointGuardian, situation: Situation) -> Decision:
    """Return the appointment; the guardian's name is sealed."""
    return situation.about_case(GuardianAppointed(person_id=person_of(situation), kind=command.kind, name=command.name))


def decide_best_interests(command: DecideBestInterests, situation: Situation) -> Decision:
    """Return what the body decided."""
    return situation.about_case(BestInterestsDecided(outcome=command.outcome, decided_by=command.decided_by))


def record_assent(command: RecordAssent, situation: Situation) -> Decision:
    """Return what the child said; an adult's own consent takes the place of assent."""
    reasons = []
    if command.to not in situation.programme.purposes:
        known = ", ".join(situation.programme.purposes)
        reasons.append(reason("purpose_is_known", f"there is no purpose {command.to}", f"one of: {known}"))
    if not case_of(situation).is_child(situation.today):
        advice = f"record GiveConsent purpose={command.to} by=person"
        reasons.append(reason("person_is_a_child", "the person is an adult and consents themselves", advice))
    if reasons:
        return Refused(tuple(reasons))
    return situation.about_case(ChildAssented(to=command.to, answer=command.answer))


def _reflection_is_over(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    if case_of(situation).reflection_until is None:
        return []
    return situation.about_case(ReflectionEnded(why="the period is over"))


def _reflection_ends_soon(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    """Somebody asks the person what they have decided, before the period is over."""
    if case_of(situation).reflection_until is None:
        return []
    return situation.about_case(Escalated(kind="reflection_ending"))


def _risk_is_old(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    """The dangers are gone through again; every assessment stops the timer of the one before."""
    return situation.about_case(Escalated(kind="risk_reassess"))


RULES: Final = (
    CommandRule(EstablishAge, establish_age),
    CommandRule(IdentifyVictim, identify_victim),
    CommandRule(EndReflection, end_reflection),
    CommandRule(AssessRisk, assess_risk),
    CommandRule(AgreeSafetyPlan, agree_safety_plan),
    CommandRule(AppointGuardian, appoint_guardian),
    CommandRule(DecideBestInterests, decide_best_interests),
    CommandRule(RecordAssent, record_assent),
)
TIMERS: Final = (
    TimerKind("reflection", _reflection_is_over),
    TimerKind("reflection_ending", _reflection_ends_soon),
    TimerKind("risk_expires", _risk_is_old),
)
