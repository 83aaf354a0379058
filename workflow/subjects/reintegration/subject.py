"""Life after the return: what the engine is told of it."""

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.reintegration import commands, training
from workflow.subjects.reintegration.courses import CourseSeats, evolve
from workflow.subjects.reintegration.decisions import RULES, TASKS, TIMERS
from workflow.subjects.reintegration.definition import faults
from workflow.subjects.reintegration.guards import GUARDS
from workflow.subjects.reintegration.state import CHANGES, INSTEAD, RETRACTABLE, reintegration_of
from workflow.subjects.reintegration.training import ON_ENTERING

SUBJECT: Final = Subject(
    stem="reintegration",
    commands=commands_in(commands),
    rules=(*RULES, *training.RULES),
    part=reintegration_of,
    changes=CHANGES,
    retractable=RETRACTABLE,
    instead=INSTEAD,
    guards=GUARDS,
    tasks=(*TASKS, *training.TASKS),
    timers=(*TIMERS, *training.TIMERS),
    entering=ON_ENTERING,
    aggregates=(aggregate("course", CourseSeats, evolve),),
    faults=lambda programme: faults(programme.courses, set(programme.service_of), set(programme.provider_of)),
)
