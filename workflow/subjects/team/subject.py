"""Those who work beside each other: what the engine is told of them."""

from typing import Final

from workflow.subject import Subject, commands_in
from workflow.subjects.team import commands
from workflow.subjects.team.decisions import RULES
from workflow.subjects.team.state import CHANGES, notices_of

SUBJECT: Final = Subject(stem="team", commands=commands_in(commands), rules=RULES, part=notices_of, changes=CHANGES)
