"""Restoring: what the engine is told of it. It is decided beside every case, as accounts are."""

from typing import Final

from workflow.subject import Aggregate, Subject
from workflow.subjects.restore.commands import LiftQuarantine, SettleOrphan
from workflow.subjects.restore.decisions import OFFICE_RULES
from workflow.subjects.restore.state import evolve

SUBJECT: Final = Subject(
    stem="restore",
    commands=(SettleOrphan, LiftQuarantine),
    office_rules=OFFICE_RULES,
    aggregates=(Aggregate("restore", evolve),),
)
