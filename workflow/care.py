"""Care: what was found and agreed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.facts import case as told
from workflow import commands as ask
from workflow.deciding import Decide, Decision, Situation, by_two, person_of
from workflow.reasons import refused


def agree_care_plan(command: ask.AgreeCarePlan, situation: Situation) -> Decision:
    """Return the agreed plan, when two different people agreed."""
    return by_two(command.actor, command.second, told.CarePlanAgreed(second=command.second), situation)


def certify_fitness(command: ask.CertifyFitness, situation: Situation) -> Decision:
    """Return the certificate; the note is sealed for medical staff."""
    if command.valid_until < situation.today:
        return refused("certificate_is_valid", "the certificate has already run out", "check the date")
    return situation.about_case(
        told.FitnessCertified(
            person_id=person_of(situation), valid_until=command.valid_until, escort=command.escort, note=command.note
        )
    )


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.AgreeCarePlan: agree_care_plan,
    ask.CertifyFitness: certify_fitness,
}
