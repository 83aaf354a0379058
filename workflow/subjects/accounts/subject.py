"""Who signs in: what the engine is told of it. Accounts are decided beside each other, not beside a case."""

from typing import Final

from workflow.subject import Aggregate, Subject, commands_in
from workflow.subjects.accounts import commands
from workflow.subjects.accounts.decisions import evolve

SUBJECT: Final = Subject(stem="accounts", commands=commands_in(commands), aggregates=(Aggregate("account", evolve),))
