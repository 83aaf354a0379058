"""The case board: one row for each case, drawn anew from the case whenever it changes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import RowMapping

from events.batch import InsertRows
from handlers.projections.tables import case_board
from workflow.case.state import Case
from workflow.programme.loading import Definition
from workflow.rights.visibility import office_of
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.intake.state import handle_of
from workflow.subjects.safety.state import safety_of

BOARD_ROWS = InsertRows(case_board, replace=True)


def board_row(case: Case, version: int, definition: Definition) -> dict[str, Any]:
    """Return the board's row of a case; it depends on nothing but the case and its definition."""
    national = case.is_national(definition.programme.home_country)
    bed, access, risk = accommodation_of(case).bed, access_of(case), safety_of(case).risk
    return {
        "case_id": case.case_id,
        "programme": case.programme,
        "definition": case.definition,
        "stage": case.stage,
        "since": case.since,
        "opened_at": case.opened_at,
        "source": case.source,
        "route": "unknown" if not case.citizenships else "inside" if national else "abroad",
        "child": case.child,
        "ended": definition.journey.stage(case.stage).ends,
        "reason": case.reason,
        "previous_case": case.previous_case or "",
        "version": version,
        "office": office_of(definition.programme),
        "owner": access.owner,
        "team": access.team,
        "led_by": access.led_by,
        "facility": bed[0] if bed else "",
        "handle": handle_of(case, definition.programme),
        "language": case.language,
        "citizenships": " ".join(case.citizenships),
        "age": case.age_band,
        "risk": risk.level if risk is not None else "unknown",
    }


def list_cases(
    connection: Connection, *, stage: str | None = None, programme: str | None = None, limit: int = 50, offset: int = 0
) -> list[RowMapping]:
    """Return cases, those that have waited longest in their stage first."""
    query = select(case_board).order_by(case_board.c.since, case_board.c.case_id).limit(limit).offset(offset)
    if stage is not None:
        query = query.where(case_board.c.stage == stage)
    if programme is not None:
        query = query.where(case_board.c.programme == programme)
    return list(connection.execute(query).mappings())


def programmes_with_cases(connection: Connection) -> list[str]:
    """Return the programmes that have cases, by name."""
    return list(
        connection.execute(select(case_board.c.programme).distinct().order_by(case_board.c.programme)).scalars()
    )


def open_cases(connection: Connection, programme: str) -> list[str]:
    """Return the numbers of a programme's cases that have not ended, the oldest first."""
    query = (
        select(case_board.c.case_id)
        .where(case_board.c.programme == programme, case_board.c.ended.is_(False))
        .order_by(case_board.c.opened_at, case_board.c.case_id)
    )
    return [row.case_id for row in connection.execute(query)]


def count_cases(connection: Connection, programme: str | None = None) -> dict[str, int]:
    """Return how many cases are in each stage."""
    query = select(case_board.c.stage, func.count()).group_by(case_board.c.stage)
    if programme is not None:
        query = query.where(case_board.c.programme == programme)
    return {name: int(count) for name, count in connection.execute(query)}


def board_rows_of(connection: Connection, case_ids: Sequence[str]) -> list[RowMapping]:
    """Return the rows of these cases; whoever asks has looked whether they may be seen."""
    return list(connection.execute(select(case_board).where(case_board.c.case_id.in_(case_ids))).mappings())
