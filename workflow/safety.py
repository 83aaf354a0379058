"""Safety: age, identification, reflection, risk, and who decides with a child."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from events.facts import case as told
from workflow import commands as ask
from workflow.case.change import Pairs
from workflow.deciding import Decide, Decision, Situation, TimesUp, Told, case_of, person_of
from workflow.reasons import refused


def establish_age(command: ask.EstablishAge, situation: Situation) -> Decision:
    """Return what is now known about the age."""
    return situation.about_case(told.AgeEstablished(child=command.child, basis=command.basis))


def identify_victim(command: ask.IdentifyVictim, situation: Situation) -> Decision:
    """Return the status; formal identification starts the reflection period by itself, once."""
    assert situation.case is not None
    identified = told.VictimIdentified(status=command.status, decided_by=command.decided_by)
    if command.status != "actual" or situation.case.identified == "actual":
        return situation.about_case(identified)
    until = situation.today + timedelta(days=situation.programme.policies.reflection_days)
    return situation.about_case(identified, told.ReflectionStarted(until=until))


def end_reflection(command: ask.EndReflection, situation: Situation) -> Decision:
    """Return the early end, when there is a period to end."""
    assert situation.case is not None
    if situation.case.reflection_until is None:
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


def appoint_guardian(command: ask.AppointGuardian, situation: Situation) -> Decision:
    """Return the appointment; the guardian's name is sealed."""
    return situation.about_case(
        told.GuardianAppointed(person_id=person_of(situation), kind=command.kind, name=command.name)
    )


def decide_best_interests(command: ask.DecideBestInterests, situation: Situation) -> Decision:
    """Return what the body decided."""
    return situation.about_case(told.BestInterestsDecided(outcome=command.outcome, decided_by=command.decided_by))


def _reflection_is_over(situation: Situation, _subject: Pairs) -> list[Told]:
    if case_of(situation).reflection_until is None:
        return []
    return situation.about_case(told.ReflectionEnded(why="the period is over"))


TIMES_UP: Final[Mapping[str, TimesUp]] = {"reflection": _reflection_is_over}


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.EstablishAge: establish_age,
    ask.IdentifyVictim: identify_victim,
    ask.EndReflection: end_reflection,
    ask.AssessRisk: assess_risk,
    ask.AppointGuardian: appoint_guardian,
    ask.DecideBestInterests: decide_best_interests,
}
