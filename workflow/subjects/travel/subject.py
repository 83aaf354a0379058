"""The way home: what the engine is told of it."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.travel import bookings, commands, decisions
from workflow.subjects.travel.escorts import EscortPool, evolve
from workflow.subjects.travel.guards import GUARDS
from workflow.subjects.travel.state import CHANGES

SUBJECT: Final = Subject(
    stem="travel",
    commands=commands_in(commands),
    rules=(*decisions.RULES, *bookings.RULES),
    changes=CHANGES,
    guards=GUARDS,
    tasks=bookings.TASKS,
    timers=bookings.TIMERS,
    entering=decisions.ON_ENTERING,
    aggregates=(aggregate("escorts", EscortPool, evolve),),
)
