"""Beds and the waiting list: what the engine is told of them."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.accommodation import commands, decisions, waiting_list
from workflow.subjects.accommodation.definition import faults
from workflow.subjects.accommodation.guards import GUARDS
from workflow.subjects.accommodation.shelter import Shelter, evolve
from workflow.subjects.accommodation.state import CHANGES

SUBJECT: Final = Subject(
    stem="accommodation",
    commands=commands_in(commands),
    rules=(*decisions.RULES, *waiting_list.RULES),
    changes=CHANGES,
    guards=GUARDS,
    tasks=waiting_list.TASKS,
    timers=decisions.TIMERS,
    entering=decisions.ON_ENTERING,
    aggregates=(aggregate("facility", Shelter, evolve),),
    faults=lambda programme: faults(programme.facilities),
)
