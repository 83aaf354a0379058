"""Meeting a person who arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.facts import case as told
from events.facts import work
from workflow import commands as ask
from workflow.case.change import Pairs
from workflow.deciding import Decide, Decision, Situation, TimesUp, Told, case_of


def plan_arrival(command: ask.PlanArrival, situation: Situation) -> Decision:
    """Return the plan for meeting the person."""
    return situation.about_case(told.ArrivalPlanned(at=command.at, place=command.place, means=command.means))


def _nobody_was_met(situation: Situation, _subject: Pairs) -> list[Told]:
    case = case_of(situation)
    if "airport_reception" in case.provided or case.stage != "reception":
        return []
    return situation.about_case(work.Escalated(kind="no_show"))


TIMES_UP: Final[Mapping[str, TimesUp]] = {"no_show": _nobody_was_met}


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.PlanArrival: plan_arrival,
}
