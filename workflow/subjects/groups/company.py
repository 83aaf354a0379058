"""Who goes with whom where a command is given for several members of a group in one breath."""

from collections.abc import Iterable
from typing import Any

from workflow.case.state import Case
from workflow.reasons import Reason
from workflow.situation import Situation, case_of
from workflow.subjects.access.state import numbers_of
from workflow.subjects.groups import refusals
from workflow.subjects.groups.state import belonging_of, group_of
from workflow.subjects.safety.state import is_suspected, safety_of


def against_company(company: int, situation: Situation) -> list[Reason]:
    """Return that nobody comes or goes with others who belongs to no group."""
    alone = company == 1 or belonging_of(case_of(situation)).group_id
    return [] if alone else [refusals.COMPANY_IS_A_GROUP()]


def against_suspects(case: Case, along: Iterable[Case]) -> list[Reason]:
    """Return that a child is not sent along with somebody who was its guardian until they were suspected."""
    found = [other for other in along if is_suspected(other, case) or is_suspected(case, other)]
    return [refusals.NO_SUSPECT_IS_ALONG(case=other.case_id) for other in found]


def others_in_group(command: Any, situation: Situation) -> tuple[str, ...]:
    """Return the other members of a person's group, and whoever was suspected of harming the person.

    Of those who only travel together the others are looked at when they do it in one breath: there may be 150 of them.
    """
    case = situation.case
    if case is None:
        return ()
    group = group_of(situation)
    members = group.members if command.company > 1 or group.kind != "travelling" else ()
    return tuple(
        one for one in dict.fromkeys((*members, *suspects_of(case, situation.cases.values()))) if one != case.case_id
    )


def suspects_of(case: Case, known: Iterable[Case]) -> tuple[str, ...]:
    """Return the numbers of those who decided for a child until they were suspected, as far as is known by now."""
    numbers = (number for one in known if is_suspected(one, case) for number in numbers_of(one))
    return tuple(sorted({*safety_of(case).suspects, *numbers} - {case.case_id}))
