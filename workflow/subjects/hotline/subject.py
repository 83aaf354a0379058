"""The hotline and the consultation centres: what the engine is told of them."""

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.hotline import commands, decisions
from workflow.subjects.hotline.consultations import RULES
from workflow.subjects.hotline.decisions import faults
from workflow.subjects.hotline.state import HotlineState, evolve

SUBJECT: Final = Subject(
    stem="hotline",
    commands=commands_in(commands),
    rules=(*decisions.RULES, *RULES),
    aggregates=(aggregate("hotline", HotlineState, evolve),),
    faults=faults,
)
