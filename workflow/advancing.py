"""Moving on: one step of the journey, with what it settles on the way (beds, trips, grants)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.facts.case import StageEntered
from workflow import commands as ask
from workflow import grants, reception, referral_moves, training, trips
from workflow.beds import places_left
from workflow.consents import ended_with_the_case
from workflow.deciding import Decide, Decision, Situation, Told, case_of
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
    return [*_asked_anew(situation), *situation.about_case(entered), *_settled(step.dest, situation)]


def _asked_anew(situation: Situation) -> list[Told]:
    """Return that consents from before an end do not hold for a case that is taken up again."""
    ended = situation.journey.stage(case_of(situation).stage).ends
    return ended_with_the_case(situation) if ended else []


def _settled(dest: str, situation: Situation) -> list[Told]:
    """Return what must not outlive the step: a bed in a house left, a trip and money of a case that ended."""
    stage = situation.journey.stage(dest)
    told = places_left(situation, f"entered {dest}") if stage.frees_bed or stage.ends else []
    if stage.ends:
        told += trips.called_off(situation, f"case {dest}")
        told += reception.called_off(situation, f"case {dest}")
        told += referral_moves.ended(situation, f"case_{dest}")
        told += grants.ended(situation, f"case {dest}")
        told += training.ended(situation, f"case_{dest}")
    if dest == "reassessment":
        told += trips.called_off(situation, "reassessment")
    return told


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.AdvanceCase: advance_case,
}
AFTER_THE_END: Final = (ask.AdvanceCase,)
CANCELLING: Final = (ask.AdvanceCase,)
