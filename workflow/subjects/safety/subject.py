"""Safety: what the engine is told of it."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, commands_in
from workflow.subjects.safety import commands, decisions
from workflow.subjects.safety.guards import GUARDS
from workflow.subjects.safety.state import CHANGES

SUBJECT: Final = Subject(
    stem="safety",
    commands=commands_in(commands),
    rules=decisions.RULES,
    changes=CHANGES,
    guards=GUARDS,
    timers=decisions.TIMERS,
)
