"""Tells an older case's people that a new case may be the same person's."""

from typing import Final
from uuid import NAMESPACE_OID, uuid5

from events.ids import CaseId
from handlers.commanding.service import CommandService
from handlers.queries.duplicates import cases_to_compare, mark_compared, older_matches
from workflow.subjects.access.commands import SuspectDuplicate

_AT_ONCE: Final = 100


def compare_new_cases(service: CommandService, most: int = _AT_ONCE) -> int:
    """Compare the cases opened since the last time and return how many those were; safe to do twice."""
    database = service.log.database
    with database.reading() as connection:
        new = cases_to_compare(connection, most)
        suspected = [(older, one) for one in new for older in older_matches(connection, one)]
    if not new:
        return 0
    service.submit_many([_suspicion(older, one) for older, one in suspected])
    mark_compared(database, new)
    return len(new)


def _suspicion(older: str, new: str) -> SuspectDuplicate:
    return SuspectDuplicate(
        command_id=uuid5(NAMESPACE_OID, f"wayhome/{older}/{new}/alike"),
        actor="system:comparing",
        mandate="system",
        case_id=CaseId(older),
        other=CaseId(new),
    )
