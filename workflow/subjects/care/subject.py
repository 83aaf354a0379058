"""Care by appointment: what the engine is told of it."""

from typing import Final

from workflow.subject import Subject, commands_in
from workflow.subjects.care import commands
from workflow.subjects.care.appointments import TASKS, TIMERS
from workflow.subjects.care.decisions import RULES
from workflow.subjects.care.guards import GUARDS
from workflow.subjects.care.state import CHANGES, INSTEAD, RETRACTABLE, care_of

SUBJECT: Final = Subject(
    stem="care",
    commands=commands_in(commands),
    rules=RULES,
    part=care_of,
    changes=CHANGES,
    retractable=RETRACTABLE,
    instead=INSTEAD,
    guards=GUARDS,
    tasks=TASKS,
    timers=TIMERS,
)
