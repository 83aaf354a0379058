"""The way a person was taken: what the engine is told of it."""

from typing import Final

from workflow.case.retraction import Instead
from workflow.subject import Subject, commands_in
from workflow.subjects.trafficking_routes import commands
from workflow.subjects.trafficking_routes.decisions import RULES
from workflow.subjects.trafficking_routes.state import CHANGES, trafficking_routes_of

SUBJECT: Final = Subject(
    stem="trafficking_routes",
    commands=commands_in(commands),
    rules=RULES,
    part=trafficking_routes_of,
    changes=CHANGES,
    instead={"RouteRecorded": Instead(("RecordRoute",))},
)
