"""Erasing a person: what the engine is told of it."""

from typing import Final

from workflow.case.retraction import Instead
from workflow.subject import Subject, commands_in
from workflow.subjects.erasure import commands
from workflow.subjects.erasure.decisions import RULES, TASKS

SUBJECT: Final = Subject(
    stem="erasure",
    commands=commands_in(commands),
    rules=RULES,
    instead={
        "ErasureRequested": Instead(("WithdrawErasureRequest",)),
    },
    tasks=TASKS,
)
