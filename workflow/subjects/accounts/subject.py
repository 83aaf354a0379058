"""Who signs in: what the engine is told of it. Accounts are decided beside each other, not beside a case."""

from typing import Final

from workflow.subject import Aggregate, Subject, aggregate, commands_in
from workflow.subjects.accounts import commands
from workflow.subjects.accounts.decisions import OFFICE_RULES
from workflow.subjects.accounts.state import evolve, evolve_policy

SUBJECT: Final = Subject(
    stem="accounts",
    commands=commands_in(commands),
    office_rules=OFFICE_RULES,
    aggregates=(Aggregate("account", evolve), aggregate("office", int, evolve_policy)),
)
