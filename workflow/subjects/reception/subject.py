"""Meeting people who arrive: what the engine is told of it."""

from typing import Final

from workflow.case.retraction import Instead
from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.reception import commands
from workflow.subjects.reception.decisions import ON_ENTERING, RULES, TASKS, TIMERS
from workflow.subjects.reception.guards import GUARDS
from workflow.subjects.reception.meeters import MeeterPool, evolve
from workflow.subjects.reception.state import CHANGES, reception_of

SUBJECT: Final = Subject(
    stem="reception",
    commands=commands_in(commands),
    rules=RULES,
    part=reception_of,
    changes=CHANGES,
    instead={
        "ArrivalPlanned": Instead(("DelayArrival",), "CancelArrival", "PlanArrival"),
        "ArrivalDelayed": Instead(("DelayArrival",), "CancelArrival"),
        "ArrivalCancelled": Instead(("PlanArrival",)),
    },
    guards=GUARDS,
    tasks=TASKS,
    timers=TIMERS,
    entering=ON_ENTERING,
    aggregates=(aggregate("meeters", MeeterPool, evolve),),
)
