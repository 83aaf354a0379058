"""Files that prove something: what the engine is told of them."""

from typing import Final

from workflow.case.retraction import Instead
from workflow.subject import Subject, commands_in
from workflow.subjects.attachments import commands
from workflow.subjects.attachments.decisions import RULES, TASKS
from workflow.subjects.attachments.state import CHANGES, attachments_of

SUBJECT: Final = Subject(
    stem="attachments",
    commands=commands_in(commands),
    rules=RULES,
    part=attachments_of,
    changes=CHANGES,
    instead={
        "FileAttached": Instead(back="RetractFile"),
    },
    tasks=TASKS,
)
