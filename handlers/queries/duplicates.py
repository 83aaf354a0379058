"""Comparing a new case with the older ones, so that one person does not have two without anybody knowing.

Whoever opens a case is told nothing and waits for nothing: in the same transaction it is only noted that the case is
to be compared, whoever it is. The comparing comes later, and what it finds is told to the older case's people.
"""

from typing import Final

from sqlalchemy import Connection, and_, case, delete, func, or_, select

from events.database import Database
from handlers.projections.tables import case_board, name_tokens, to_compare

_CHAIN_MAX: Final = 20
_NAMES_ENOUGH: Final = 3  # a given name, a family name and a patronymic; two are many people's


def cases_to_compare(connection: Connection, most: int) -> list[str]:
    """Return the cases still to be compared, the oldest first."""
    query = select(to_compare.c.case_id).order_by(to_compare.c.since, to_compare.c.case_id).limit(most)
    return [row.case_id for row in connection.execute(query)]


def mark_compared(database: Database, case_ids: list[str]) -> None:
    """Note that these have been compared."""
    with database.writing() as connection:
        connection.execute(delete(to_compare).where(to_compare.c.case_id.in_(case_ids)))


def older_matches(connection: Connection, case_id: str) -> list[str]:
    """Return the older cases of the same organisation that are probably the same person's, and not known to be.

    Probably: the same telephone number, or a part of the name and the birth date, or three parts of the name.
    """
    new = connection.execute(select(case_board).where(case_board.c.case_id == case_id)).mappings().one_or_none()
    if new is None:
        return []
    mine, theirs, board = name_tokens.alias(), name_tokens.c, case_board.c
    found = {kind: func.sum(case((theirs.kind == kind, 1), else_=0)) for kind in ("name", "birth_date", "phone")}
    fits = or_(found["phone"] > 0, and_(found["name"] > 0, found["birth_date"] > 0), found["name"] >= _NAMES_ENOUGH)
    alike = (
        select(theirs.case_id)
        .join(mine, and_(mine.c.token == theirs.token, mine.c.case_id != theirs.case_id))
        .where(mine.c.case_id == case_id)
        .group_by(theirs.case_id)
        .having(fits)
    )
    query = (
        select(board.case_id)
        .where(
            board.case_id.in_(alike),
            board.office.startswith(new["office"].partition(":")[0] + ":", autoescape=True),
            or_(board.opened_at < new["opened_at"], and_(board.opened_at == new["opened_at"], board.case_id < case_id)),
        )
        .order_by(board.opened_at, board.case_id)
    )
    known = _before(connection, new["previous_case"])
    return [row.case_id for row in connection.execute(query) if row.case_id not in known]


def _before(connection: Connection, case_id: str) -> set[str]:
    """Return the person's own earlier cases, which everybody knows to be theirs."""
    found: set[str] = set()
    while case_id and case_id not in found and len(found) < _CHAIN_MAX:
        found.add(case_id)
        query = select(case_board.c.previous_case).where(case_board.c.case_id == case_id)
        case_id = connection.execute(query).scalar_one_or_none() or ""
    return found
