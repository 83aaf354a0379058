"""Ends of cases, houses and programmes: what the engine is told of them."""

from typing import Final

from workflow.subject import Subject, commands_in
from workflow.subjects.closing import commands
from workflow.subjects.closing.decisions import RULES, TIMERS
from workflow.subjects.closing.guards import GUARDS
from workflow.subjects.closing.state import CHANGES, closing_of

SUBJECT: Final = Subject(
    stem="closing",
    commands=commands_in(commands),
    rules=RULES,
    part=closing_of,
    changes=CHANGES,
    guards=GUARDS,
    timers=TIMERS,
)
