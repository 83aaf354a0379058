"""Grants, costs and the funders' money: what the engine is told of them."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.grants import commands, costs, decisions
from workflow.subjects.grants.definition import faults
from workflow.subjects.grants.fund import Fund, evolve
from workflow.subjects.grants.guards import GUARDS
from workflow.subjects.grants.state import CHANGES

SUBJECT: Final = Subject(
    stem="grants",
    commands=commands_in(commands),
    rules=(*decisions.RULES, *costs.RULES),
    changes=CHANGES,
    guards=GUARDS,
    tasks=decisions.TASKS,
    timers=decisions.TIMERS,
    entering=decisions.ON_ENTERING,
    aggregates=(aggregate("fund", Fund, evolve),),
    faults=lambda programme: faults(programme.funders, programme.grants, programme.costs),
)
