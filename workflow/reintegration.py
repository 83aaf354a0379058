"""Life after the return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.facts import case as told
from workflow import commands as ask
from workflow.case.change import Pairs
from workflow.deciding import Decide, Decision, Situation, TimesUp, Told, by_two, person_of


def agree_plan(command: ask.AgreePlan, situation: Situation) -> Decision:
    """Return the approved reintegration plan, when two different people agreed."""
    return by_two(command.actor, command.second, told.PlanAgreed(second=command.second), situation)


def record_follow_up(command: ask.RecordFollowUp, situation: Situation) -> Decision:
    """Return the visit; the note is sealed."""
    return situation.about_case(
        told.FollowUpVisited(
            person_id=person_of(situation), month=command.month, outcome=command.outcome, note=command.note
        )
    )


def _visit_is_due(_situation: Situation, _subject: Pairs) -> list[Told]:
    return []  # the reaction to the timer asks for the visit


TIMES_UP: Final[Mapping[str, TimesUp]] = {"follow_up": _visit_is_due}


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.AgreePlan: agree_plan,
    ask.RecordFollowUp: record_follow_up,
}
