"""Corrections: what the engine is told of them."""

from typing import Final

from workflow.case.retraction import Instead
from workflow.subject import Subject, commands_in
from workflow.subjects.corrections import commands
from workflow.subjects.corrections.decisions import RULES
from workflow.subjects.corrections.letters import TASKS
from workflow.subjects.corrections.state import CHANGES, corrections_of

SUBJECT: Final = Subject(
    stem="corrections",
    commands=commands_in(commands),
    rules=RULES,
    part=corrections_of,
    changes=CHANGES,
    instead={
        "IdentityCorrected": Instead(("CorrectIdentity",)),
        "CitizenshipsCorrected": Instead(("CorrectCitizenships",)),
        "DetailsCorrected": Instead(("CorrectDetails",)),
    },
    tasks=TASKS,
)
