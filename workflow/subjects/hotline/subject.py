"""The hotline and the consultation centres: what the engine is told of them."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.hotline import commands, consultations, decisions
from workflow.subjects.hotline.state import HotlineState, evolve

SUBJECT: Final = Subject(
    stem="hotline",
    commands=commands_in(commands),
    rules=(*decisions.RULES, *consultations.RULES),
    aggregates=(aggregate("hotline", HotlineState, evolve),),
    faults=decisions.faults,
)
