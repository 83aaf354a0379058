"""The way home: what the engine is told of it."""

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.travel import commands, decisions
from workflow.subjects.travel.bookings import RULES, TASKS, TIMERS
from workflow.subjects.travel.decisions import ON_ENTERING
from workflow.subjects.travel.escorts import EscortPool, evolve
from workflow.subjects.travel.guards import GUARDS
from workflow.subjects.travel.state import CHANGES, INSTEAD, RETRACTABLE, travel_of

SUBJECT: Final = Subject(
    stem="travel",
    commands=commands_in(commands),
    rules=(*decisions.RULES, *RULES),
    part=travel_of,
    changes=CHANGES,
    retractable=RETRACTABLE,
    instead=INSTEAD,
    guards=GUARDS,
    tasks=TASKS,
    timers=TIMERS,
    entering=ON_ENTERING,
    aggregates=(aggregate("escorts", EscortPool, evolve),),
)
