"""Whose case it is, and opening one in an emergency: what the engine is told of it."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, commands_in
from workflow.subjects.access import commands, decisions, emergency
from workflow.subjects.access.state import CHANGES

SUBJECT: Final = Subject(
    stem="access",
    commands=commands_in(commands),
    rules=(*decisions.RULES, *emergency.RULES),
    changes=CHANGES,
    tasks=emergency.TASKS,
    timers=emergency.TIMERS,
)
