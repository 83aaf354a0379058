"""Care by appointment: what the engine is told of it."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, commands_in
from workflow.subjects.care import appointments, commands, decisions
from workflow.subjects.care.guards import GUARDS
from workflow.subjects.care.state import CHANGES

SUBJECT: Final = Subject(
    stem="care",
    commands=commands_in(commands),
    rules=decisions.RULES,
    changes=CHANGES,
    guards=GUARDS,
    tasks=appointments.TASKS,
    timers=appointments.TIMERS,
)
