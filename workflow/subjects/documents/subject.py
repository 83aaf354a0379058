"""Documents: what the engine is told of them."""

from typing import Final

from workflow.subject import Subject, commands_in
from workflow.subjects.documents import commands
from workflow.subjects.documents.deadlines import TASKS, TIMERS
from workflow.subjects.documents.decisions import RULES, faults
from workflow.subjects.documents.guards import GUARDS
from workflow.subjects.documents.state import CHANGES, INSTEAD, RETRACTABLE, documents_of

SUBJECT: Final = Subject(
    stem="documents",
    commands=commands_in(commands),
    rules=RULES,
    part=documents_of,
    changes=CHANGES,
    retractable=RETRACTABLE,
    instead=INSTEAD,
    guards=GUARDS,
    tasks=TASKS,
    timers=TIMERS,
    faults=faults,
)
