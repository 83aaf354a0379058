"""Documents: what the engine is told of them."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, commands_in
from workflow.subjects.documents import commands, deadlines, decisions
from workflow.subjects.documents.guards import GUARDS
from workflow.subjects.documents.state import CHANGES

SUBJECT: Final = Subject(
    stem="documents",
    commands=commands_in(commands),
    rules=decisions.RULES,
    changes=CHANGES,
    guards=GUARDS,
    tasks=deadlines.TASKS,
    timers=deadlines.TIMERS,
    faults=decisions.faults,
)
