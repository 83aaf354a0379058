"""Who goes with whom where a command is given for several members of a group in one breath."""

from collections.abc import Iterable
from typing import Any

from workflow.case.state import Case
from workflow.reasons import Reason
from workflow.situation import Situation, case_of
from workflow.subjects.groups import refusals
from workflow.subjects.groups.state import belonging_of, group_of
from workflow.subjects.safety.state import is_suspected


def against_company(company: int, situation: Situation) -> list[Reason]:
    """Return that nobody comes or goes with others who belongs to no group."""
    alone = company == 1 or belonging_of(case_of(situation)).group_id
    return [] if alone else [refusals.COMPANY_IS_A_GROUP()]


def against_suspects(case: Case, along: Iterable[Case]) -> list[Reason]:
    """Return that a child is not sent along with somebody who was its guardian until they were suspected."""
    found = [other for other in along if is_suspected(other, case) or is_suspected(case, other)]
    return [refusals.NO_SUSPECT_IS_ALONG(case=other.case_id) for other in found]


def others_in_group(command: Any, situation: Situation) -> tuple[str, ...]:
    """Return the other members of a person's group, where a command is given for several of them in one breath."""
    case = situation.case
    if case is None or command.company == 1:
        return ()
    return tuple(one for one in group_of(situation).members if one != case.case_id)
