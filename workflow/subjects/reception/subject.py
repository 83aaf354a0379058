"""Meeting people who arrive: what the engine is told of it."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.reception import commands, decisions
from workflow.subjects.reception.guards import GUARDS
from workflow.subjects.reception.meeters import MeeterPool, evolve
from workflow.subjects.reception.state import CHANGES

SUBJECT: Final = Subject(
    stem="reception",
    commands=commands_in(commands),
    rules=decisions.RULES,
    changes=CHANGES,
    guards=GUARDS,
    tasks=decisions.TASKS,
    timers=decisions.TIMERS,
    entering=decisions.ON_ENTERING,
    aggregates=(aggregate("meeters", MeeterPool, evolve),),
)
