"""Grants, costs and the funders' money: what the engine is told of them."""

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.grants import commands, costs, payments, strange_answers, tranches
from workflow.subjects.grants.decisions import ON_ENTERING, RULES
from workflow.subjects.grants.definition import faults
from workflow.subjects.grants.fund import Fund, evolve
from workflow.subjects.grants.guards import GUARDS
from workflow.subjects.grants.state import CHANGES, INSTEAD, RETRACTABLE, grants_of

SUBJECT: Final = Subject(
    stem="grants",
    commands=commands_in(commands),
    rules=(*RULES, *tranches.RULES, *payments.RULES, *costs.RULES, *strange_answers.RULES),
    part=grants_of,
    changes=CHANGES,
    retractable=RETRACTABLE,
    instead=INSTEAD,
    guards=GUARDS,
    tasks=tranches.TASKS,
    timers=payments.TIMERS,
    entering=ON_ENTERING,
    aggregates=(aggregate("fund", Fund, evolve),),
    faults=lambda programme: faults(programme.funders, programme.grants, programme.costs),
)
