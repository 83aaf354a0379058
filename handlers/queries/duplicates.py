"""Comparing a new case with the older ones, so that one person does not have two without anybody knowing.

Whoever opens a case is told nothing and waits for nothing: in the same transaction it is only noted that the case is
to be compared, whoever it is. The comparing comes later, and what it finds is told to the older case's people.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, Select, and_, case, delete, func, or_, select
from sqlalchemy.engine import RowMapping

from events.database import Database
from handlers.projections.tables import case_board, name_tokens, to_compare

_CHAIN_MAX: Final = 20
_HOLDERS_MAX: Final = 5  # a telephone that more people have is a house's or a charter's
_MATCHES_MAX: Final = 5
_SAYS_MORE: Final = 100  # what is equal, beside how a name sounds
_NAMES_WITH_LITTLE: Final = 2
_NAMES_ENOUGH: Final = 3  # a given name, a family name and a patronymic; two are many people's


def cases_to_compare(connection: Connection, most: int) -> list[str]:
    """Return the cases still to be compared, the oldest first."""
    query = select(to_compare.c.case_id).order_by(to_compare.c.since, to_compare.c.case_id).limit(most)
    return [row.case_id for row in connection.execute(query)]


def mark_compared(database: Database, case_ids: list[str]) -> None:
    """Note that these have been compared."""
    with database.writing() as connection:
        connection.execute(delete(to_compare).where(to_compare.c.case_id.in_(case_ids)))


def older_matches(connection: Connection, case_id: str, unknown_days: Collection[str] = frozenset()) -> list[str]:
    """Return the older cases of the same organisation that are probably the same person's, and not known to be.

    Probably: the same telephone number, or a part of the name (as it is written or as it sounds) and the birth date, or
    three parts of the name. What many have in common (a charter's telephone, 1 January) tells little: two parts of the
    name go with it. Of many that fit, the likeliest: what waits grows with the cases, not with their pairs.
    """
    new = connection.execute(select(case_board).where(case_board.c.case_id == case_id)).mappings().one_or_none()
    if new is None:
        return []
    query = _alike(connection, case_id, unknown_days, new)
    known = {case_id, new["led_by"], *_before(connection, new["previous_case"])}
    leading = dict.fromkeys(row.led_by or row.case_id for row in connection.execute(query))  # of joined ones, that one
    return [found for found in leading if found not in known][:_MATCHES_MAX]


def _alike(
    connection: Connection, case_id: str, unknown_days: Collection[str], new: RowMapping
) -> Select[tuple[str, int, str]]:
    said, board = name_tokens.c, case_board.c
    kinds = _telling(connection, case_id, unknown_days)
    found = {kind: func.sum(case((said.token.in_(tokens), 1), else_=0)) for kind, tokens in kinds.items()}
    fits = or_(
        found["phone"] > 0,
        and_(found["name"] + found["sound"] > 0, found["birth_date"] > 0),
        and_(found["name"] >= _NAMES_WITH_LITTLE, found["shared"] > 0),
        found["name"] >= _NAMES_ENOUGH,
    )
    tokens = [token for of_kind in kinds.values() for token in of_kind]
    alike = (
        select(said.case_id, func.sum(case((said.kind == "sound", 1), else_=_SAYS_MORE)).label("equal"))
        .where(said.token.in_(tokens), said.case_id != case_id)
        .group_by(said.case_id)
        .having(fits)
        .subquery()
    )
    return (
        select(board.case_id, alike.c.equal, board.led_by)
        .join(alike, alike.c.case_id == board.case_id)
        .where(
            board.office.startswith(new["office"].partition(":")[0] + ":", autoescape=True),
            or_(board.opened_at < new["opened_at"], and_(board.opened_at == new["opened_at"], board.case_id < case_id)),
        )
        .order_by(alike.c.equal.desc(), board.opened_at, board.case_id)
    )


def _telling(connection: Connection, case_id: str, unknown_days: Collection[str]) -> dict[str, list[str]]:
    """Return the hashes of a case by what they tell; a number or a day of many people tells little."""
    mine, others = name_tokens.alias(), name_tokens.alias()
    query = (
        select(mine.c.kind, mine.c.token, func.count())
        .join(others, others.c.token == mine.c.token)
        .where(mine.c.case_id == case_id)
        .group_by(mine.c.kind, mine.c.token)
    )
    found: dict[str, list[str]] = {"name": [], "sound": [], "birth_date": [], "phone": [], "shared": []}
    for kind, token, holders in connection.execute(query):
        is_shared = kind in ("birth_date", "phone") and (holders > _HOLDERS_MAX or token in unknown_days)
        found["shared" if is_shared else kind].append(token)
    return found


def _before(connection: Connection, case_id: str) -> set[str]:
    """Return the person's own earlier cases, which everybody knows to be theirs."""
    found: set[str] = set()
    while case_id and case_id not in found and len(found) < _CHAIN_MAX:
        found.add(case_id)
        query = select(case_board.c.previous_case).where(case_board.c.case_id == case_id)
        case_id = connection.execute(query).scalar_one_or_none() or ""
    return found
