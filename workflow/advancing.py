"""Moving on: one step of the journey, with what it settles on the way (beds, trips, grants)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.facts.case import StageEntered
from workflow import commands as ask
from workflow import grants, trips
from workflow.beds import given_up
from workflow.deciding import Decide, Decision, Situation, Told
from workflow.reasons import Refused


def advance_case(command: ask.AdvanceCase, situation: Situation) -> Decision:
    """Return the step, or every reason against it."""
    step = situation.journey.decide(situation.asked(command), command.trigger)
    if isinstance(step, Refused):
        return step
    entered = StageEntered(
        trigger=step.trigger,
        source=step.source,
        dest=step.dest,
        checked=step.checked,
        reason=command.reason,
        second=command.second,
    )
    return [*situation.about_case(entered), *_settled(step.dest, situation)]


def _settled(dest: str, situation: Situation) -> list[Told]:
    """Return what must not outlive the step: a bed in a house left, a trip and money of a case that ended."""
    stage = situation.journey.stage(dest)
    told = given_up(situation, f"entered {dest}") if stage.frees_bed else []
    if stage.ends:
        told += trips.called_off(situation, f"case {dest}")
        told += grants.ended(situation, f"case {dest}")
    if dest == "reassessment":
        told += trips.called_off(situation, "reassessment")
    return told


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.AdvanceCase: advance_case,
}
AFTER_THE_END: Final = (ask.AdvanceCase,)
CANCELLING: Final = (ask.AdvanceCase,)
