"""Opening a case, consents, notes: what the engine is told of them."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.intake import commands, consents, decisions, records
from workflow.subjects.intake.guards import GUARDS
from workflow.subjects.intake.state import CHANGES
from workflow.subjects.intake.yearly_count import Intake, evolve

SUBJECT: Final = Subject(
    stem="intake",
    commands=commands_in(commands),
    rules=(*decisions.RULES, *consents.RULES, *records.RULES),
    changes=CHANGES,
    guards=GUARDS,
    timers=consents.TIMERS,
    leaving=consents.ON_LEAVING,
    aggregates=(aggregate("intake", Intake, evolve),),
)
