"""Life after the return: what the engine is told of it."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.reintegration import commands, decisions, training
from workflow.subjects.reintegration.courses import Seats, evolve
from workflow.subjects.reintegration.definition import faults
from workflow.subjects.reintegration.guards import GUARDS
from workflow.subjects.reintegration.state import CHANGES

SUBJECT: Final = Subject(
    stem="reintegration",
    commands=commands_in(commands),
    rules=(*decisions.RULES, *training.RULES),
    changes=CHANGES,
    guards=GUARDS,
    tasks=(*decisions.TASKS, *training.TASKS),
    timers=(*decisions.TIMERS, *training.TIMERS),
    entering=training.ON_ENTERING,
    aggregates=(aggregate("course", Seats, evolve),),
    faults=lambda programme: faults(programme.courses, set(programme.service_of), set(programme.provider_of)),
)
