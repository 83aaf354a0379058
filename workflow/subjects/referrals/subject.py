"""Referrals: what the engine is told of them."""

from __future__ import annotations

from typing import Final

from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.referrals import commands, decisions
from workflow.subjects.referrals.caseload import Caseload, evolve
from workflow.subjects.referrals.guards import GUARDS
from workflow.subjects.referrals.state import CHANGES

SUBJECT: Final = Subject(
    stem="referrals",
    commands=commands_in(commands),
    rules=decisions.RULES,
    changes=CHANGES,
    guards=GUARDS,
    tasks=decisions.TASKS,
    timers=decisions.TIMERS,
    entering=decisions.ON_ENTERING,
    aggregates=(aggregate("provider", Caseload, evolve),),
)
