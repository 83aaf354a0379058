"""Who has how many cases, in which stage and with how much overdue: few questions, however many cases there are."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from handlers.projections.tables import case_board, notices, work_items

_board, _items, _notices = case_board.c, work_items.c, notices.c


class OwnedCases(NamedTuple):
    """The open cases of some offices by whose they are; an empty name holds those that are nobody's."""

    by_stage: dict[str, dict[str, int]]
    case_ids: dict[str, list[str]]
    overdue: dict[str, int]
    given_at: dict[str, str]  # when somebody was last given a case by another


def owned_cases(connection: Connection, offices: Collection[str]) -> OwnedCases:
    """Return what everybody of these offices has to look after."""
    of_theirs = _board.office.in_(offices), _board.ended.is_(False)
    by_stage: dict[str, dict[str, int]] = {}
    case_ids: dict[str, list[str]] = {}
    for owner, stage, case_id in connection.execute(
        select(_board.owner, _board.stage, _board.case_id).where(*of_theirs).order_by(_board.case_id)
    ):
        stages = by_stage.setdefault(owner, {})
        stages[stage] = stages.get(stage, 0) + 1
        case_ids.setdefault(owner, []).append(case_id)
    overdue = select(_items.owner, func.count()).where(_items.office.in_(offices), _items.kind == "escalation")
    given = select(_notices.account, func.max(_notices.at).label("at")).where(_notices.kind == "given")
    return OwnedCases(
        by_stage,
        case_ids,
        {owner: int(count) for owner, count in connection.execute(overdue.group_by(_items.owner))},
        {row.account: str(row.at) for row in connection.execute(given.group_by(_notices.account))},
    )
