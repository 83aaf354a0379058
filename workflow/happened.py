"""When things happened: what is written down later is past, and of the time of its case."""

from datetime import datetime, timedelta
from typing import Final

from events.instants import instant
from workflow.case.state import Case
from workflow.command import CaseCommand
from workflow.reasons import Reason
from workflow.refusals import HAPPENED_WITHIN_THE_CASE, IT_HAS_HAPPENED

# Somebody is met on a Friday night, sleeps in the house, and on Monday the case is opened and all of it written down.
BEFORE_OPENING_DAYS: Final = 7
EARLY: Final = timedelta(hours=2)  # planes and trains come before their time too; nobody has to write that down


def against_time(command: CaseCommand, case: Case, now: datetime) -> list[Reason]:
    """Return why nothing can have happened when a command says: it is still to come, or was long before the case."""
    at = command.occurred_at
    if at is None:
        return []
    return against_to_come(at, now) or (against_long_before(at, case) if command.dated else [])


def against_to_come(at: datetime, now: datetime) -> list[Reason]:
    """Return that a time is still to come."""
    return [IT_HAS_HAPPENED(at=at)] if at > now else []


def against_long_before(at: datetime, case: Case) -> list[Reason]:
    """Return that a time is so long before the case was opened that it must be another year's, or another case's."""
    opened = instant(case.opened_at)
    if at >= opened - timedelta(days=BEFORE_OPENING_DAYS):
        return []
    return [HAPPENED_WITHIN_THE_CASE(opened=opened, days=BEFORE_OPENING_DAYS)]
