"""Whose case it is, and opening one in an emergency: what the engine is told of it."""

from typing import Final

from workflow.case.retraction import Instead
from workflow.subject import Subject, commands_in
from workflow.subjects.access import commands, emergency, exports, joining, looking
from workflow.subjects.access.decisions import RULES
from workflow.subjects.access.emergency import TASKS, TIMERS
from workflow.subjects.access.state import CHANGES, access_of

SUBJECT: Final = Subject(
    stem="access",
    commands=commands_in(commands),
    rules=(*RULES, *joining.RULES, *emergency.RULES, *looking.RULES, *exports.RULES),
    part=access_of,
    changes=CHANGES,
    instead={
        "CaseAssigned": Instead(("AssignCase",)),
        "DuplicateDecided": Instead(("DecideDuplicate",)),
        "CasesJoined": Instead(("PartCases",)),
        "CasesParted": Instead(("JoinCases",)),
    },
    tasks=(*TASKS, *looking.TASKS),
    timers=TIMERS,
    entering=joining.ENTERING,
    aggregates=(exports.AGGREGATE,),
)
