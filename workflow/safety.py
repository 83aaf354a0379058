"""Safety: age, identification, reflection, risk, the plan against it, and who decides with a child."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts import case as told
from events.facts import safety as more
from events.facts import work
from workflow import commands as ask
from workflow.case.change import Pairs
from workflow.deciding import Decide, Decision, Situation, TimesUp, Told, case_of, person_of
from workflow.reasons import Refused, reason, refused


def establish_age(command: ask.EstablishAge, situation: Situation) -> Decision:
    """Return what is now known about the age."""
    return situation.about_case(told.AgeEstablished(child=command.child, basis=command.basis))


def identify_victim(command: ask.IdentifyVictim, situation: Situation) -> Decision:
    """Return the status; formal identification starts the reflection period by itself, once in a case."""
    case, decided_on = case_of(situation), command.decided_on or situation.today
    if decided_on > situation.today:
        return refused("decision_is_past", "the decision is dated in the future", "check the date", day=decided_on)
    facts: list[Fact] = [
        told.VictimIdentified(status=command.status, decided_by=command.decided_by, decided_on=decided_on)
    ]
    until = decided_on + timedelta(days=situation.programme.policies.reflection_days)
    if command.status == "actual" and not case.safety.had_reflection and until >= situation.today:
        facts.append(told.ReflectionStarted(until=until))
    return situation.about_case(*facts)


def end_reflection(command: ask.EndReflection, situation: Situation) -> Decision:
    """Return the early end, when there is a period to end."""
    if case_of(situation).reflection_until is None:
        return refused("reflection_runs", "no reflection period is running", "nothing needs to be done")
    return situation.about_case(told.ReflectionEnded(why=command.why))


def assess_risk(command: ask.AssessRisk, situation: Situation) -> Decision:
    """Return the assessment; the note is sealed."""
    return situation.about_case(
        told.RiskAssessed(
            person_id=person_of(situation),
            level=command.level,
            safe_to_return=command.safe_to_return,
            note=command.note,
        )
    )


def agree_safety_plan(command: ask.AgreeSafetyPlan, situation: Situation) -> Decision:
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
        more.SafetyPlanAgreed(
            person_id=person_of(situation), level=risk.level, second=command.second, plan=command.plan
        )
    )


def appoint_guardian(command: ask.AppointGuardian, situation: Situation) -> Decision:
    """Return the appointment; the guardian's name is sealed."""
    return situation.about_case(
        told.GuardianAppointed(person_id=person_of(situation), kind=command.kind, name=command.name)
    )


def decide_best_interests(command: ask.DecideBestInterests, situation: Situation) -> Decision:
    """Return what the body decided."""
    return situation.about_case(told.BestInterestsDecided(outcome=command.outcome, decided_by=command.decided_by))


def record_assent(command: ask.RecordAssent, situation: Situation) -> Decision:
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
    return situation.about_case(more.ChildAssented(to=command.to, answer=command.answer))


def _reflection_is_over(situation: Situation, _subject: Pairs) -> list[Told]:
    if case_of(situation).reflection_until is None:
        return []
    return situation.about_case(told.ReflectionEnded(why="the period is over"))


def _reflection_ends_soon(situation: Situation, _subject: Pairs) -> list[Told]:
    """Somebody asks the person what they have decided, before the period is over."""
    if case_of(situation).reflection_until is None:
        return []
    return situation.about_case(work.Escalated(kind="reflection_ending"))


def _risk_is_old(situation: Situation, _subject: Pairs) -> list[Told]:
    """The dangers are gone through again; every assessment stops the timer of the one before."""
    return situation.about_case(work.Escalated(kind="risk_reassess"))


TIMES_UP: Final[Mapping[str, TimesUp]] = {
    "reflection": _reflection_is_over,
    "reflection_ending": _reflection_ends_soon,
    "risk_expires": _risk_is_old,
}


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.EstablishAge: establish_age,
    ask.IdentifyVictim: identify_victim,
    ask.EndReflection: end_reflection,
    ask.AssessRisk: assess_risk,
    ask.AgreeSafetyPlan: agree_safety_plan,
    ask.AppointGuardian: appoint_guardian,
    ask.DecideBestInterests: decide_best_interests,
    ask.RecordAssent: record_assent,
}
