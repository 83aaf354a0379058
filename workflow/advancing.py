"""Moving on: one step of the journey, with what it settles on the way (beds, trips, grants)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.facts.journey import StageEntered
from workflow.command import AdvanceCase, Command
from workflow.reasons import Refused
from workflow.situation import Decide, Decision, Situation, StreamFact, case_of
from workflow.subjects.accommodation.decisions import places_left
from workflow.subjects.grants import giving_back as grants
from workflow.subjects.intake.consents import ended_with_the_case
from workflow.subjects.reception.decisions import called_off
from workflow.subjects.referrals import moves as referral_moves
from workflow.subjects.reintegration import training
from workflow.subjects.travel import decisions as trips


def advance_case(command: AdvanceCase, situation: Situation) -> Decision:
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


def _asked_anew(situation: Situation) -> list[StreamFact]:
    """Return that consents from before an end do not hold for a case that is taken up again."""
    ended = situation.journey.stage(case_of(situation).stage).ends
    return ended_with_the_case(situation) if ended else []


def _settled(dest: str, situation: Situation) -> list[StreamFact]:
    """Return what must not outlive the step: a bed in a house left, a trip and money of a case that ended."""
    stage = situation.journey.stage(dest)
    told = places_left(situation, f"entered {dest}") if stage.frees_bed or stage.ends else []
    if stage.ends:
        told += trips.called_off(situation, f"case {dest}")
        told += called_off(situation, f"case {dest}")
        told += referral_moves.ended(situation, f"case_{dest}")
        told += grants.ended(situation, f"case {dest}")
        told += training.ended(situation, f"case_{dest}")
    if dest == "reassessment":
        told += trips.called_off(situation, "reassessment")
    return told


DECISIONS: Final[Mapping[type[Command], Decide]] = {
    AdvanceCase: advance_case,
}
AFTER_THE_END: Final = (AdvanceCase,)
CANCELLING: Final = (AdvanceCase,)
