"""People who belong together: what the engine is told of them."""

from typing import Final

from workflow.case.retraction import Instead
from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.groups import commands
from workflow.subjects.groups.decisions import RULES
from workflow.subjects.groups.state import CHANGES, Group, belonging_of, evolve

SUBJECT: Final = Subject(
    stem="groups",
    commands=commands_in(commands),
    rules=RULES,
    part=belonging_of,
    changes=CHANGES,
    instead={
        "GroupJoined": Instead(("JoinGroup",), "LeaveGroup"),
        "GroupLeft": Instead(("JoinGroup",)),
    },
    aggregates=(aggregate("group", Group, evolve),),
)
