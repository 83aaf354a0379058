"""Safety: what the engine is told of it."""

from typing import Final

from workflow.subject import Subject, commands_in
from workflow.subjects.safety import commands
from workflow.subjects.safety.decisions import ON_ENTERING, RULES, TIMERS
from workflow.subjects.safety.guards import GUARDS
from workflow.subjects.safety.state import CHANGES, INSTEAD, RETRACTABLE, safety_of

SUBJECT: Final = Subject(
    stem="safety",
    commands=commands_in(commands),
    rules=RULES,
    part=safety_of,
    changes=CHANGES,
    retractable=RETRACTABLE,
    instead=INSTEAD,
    guards=GUARDS,
    timers=TIMERS,
    entering=ON_ENTERING,
)
