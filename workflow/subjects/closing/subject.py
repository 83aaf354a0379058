"""Ends of cases, houses and programmes: what the engine is told of them."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, commands_in
from workflow.subjects.closing import commands, decisions
from workflow.subjects.closing.guards import GUARDS
from workflow.subjects.closing.state import CHANGES

SUBJECT: Final = Subject(
    stem="closing",
    commands=commands_in(commands),
    rules=decisions.RULES,
    changes=CHANGES,
    guards=GUARDS,
    timers=decisions.TIMERS,
)
