"""Finding a person again without a list of names: keyed hashes of folded names are compared, never the names.

Somebody finds only cases they may see. Whether a person they may not see is known here, nothing tells: the same
question is asked of the database and the same empty answer is given.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, case, delete, func, or_, select

from events.batch import InsertRows
from events.facts.intake import CaseOpened
from events.keys import Keys
from events.log import Log
from events.writing import Writing
from handlers.projections.case_access import may_act_on
from handlers.projections.tables import case_board, name_tokens, to_compare
from workflow.rights.acts import Act
from workflow.rights.table import Account
from workflow.values.name_matching import folded_parts, folded_phone

Row = dict[str, Any]
_TOKENS = InsertRows(name_tokens, replace=True)
_TO_COMPARE = InsertRows(to_compare, replace=True)
_ASKED_FOR: Final = 10  # every question names so many hashes, however much was typed
_MOST: Final = 50
_BIRTH_YEARS: Final = range(1900, 2101)


class PersonMatch(NamedTuple):
    """A case somebody may see that fits what they typed: its number, where it is, and how many parts are equal."""

    case_id: str
    programme: str
    stage: str
    since: str
    ended: bool
    equal: int


def search_key(keys: Keys) -> bytes:
    """Return the key of the hashes; it is made from the key file: without that file nobody can guess names."""
    return hmac.new(keys.secret("command-digest"), b"wayhome/search", hashlib.sha256).digest()


def token_rows(key: bytes, opened: CaseOpened) -> list[Row]:
    """Return the hashes of an opened case's name, birth date and telephone, each once."""
    found = _tokens(key, _text(opened.name), _text(opened.birth_date), _text(opened.phone))
    return [{"token": token, "case_id": opened.case_id, "kind": kind} for kind, token in found]


def store_tokens(writing: Writing, keys: Keys, opened: CaseOpened) -> None:
    """Write the hashes of a case that is being opened, and that it is still to be compared with the others."""
    rows = token_rows(search_key(keys), opened)
    for row in rows:
        writing.write(_TOKENS, row)
    if rows:
        writing.write(_TO_COMPARE, {"case_id": opened.case_id, "since": writing.now})


def name_hashes(keys: Keys, parts: Iterable[str]) -> list[str]:
    """Return the hashes of folded parts of a name, to ask whether somebody is called so."""
    key = search_key(keys)
    return [_token(key, "name", part) for part in parts]


def unknown_days(key: bytes) -> frozenset[str]:
    """Return the hashes of every 1 January: the birthday of whoever does not know theirs."""
    return frozenset(_token(key, "birth_date", f"{year}-01-01") for year in _BIRTH_YEARS)


def forget_tokens(connection: Connection, case_id: str) -> None:
    """Delete everything by which the person of a case could be found."""
    connection.execute(delete(name_tokens).where(name_tokens.c.case_id == case_id))
    connection.execute(delete(to_compare).where(to_compare.c.case_id == case_id))


def search_people(
    log: Log,
    connection: Connection,
    account: Account,
    now: datetime,
    *,
    name: str = "",
    birth_date: date | None = None,
    phone: str = "",
    act: Act = "case.see",
) -> list[PersonMatch]:
    """Return the cases somebody may see that fit a name, a birth date or a telephone number, the best first.

    Of people somebody may not see it says nothing, not even that there are any. Two parts must be equal when two were
    given (of the name, or one and the birth date), or the telephone number.
    """
    key = search_key(log.keys)
    asked = _tokens(key, name, birth_date.isoformat() if birth_date else "", phone)
    parts = sum(kind != "phone" for kind, _ in asked)
    tokens = [token for _, token in asked] + [_token(key, "nobody", str(n)) for n in range(len(asked), _ASKED_FOR)]
    said = name_tokens.c
    of_name = func.sum(case((said.kind == "name", 1), else_=0))
    of_phone = func.sum(case((said.kind == "phone", 1), else_=0))
    enough = or_(of_phone > 0, (func.count() >= max(1, min(2, parts))) & (of_name > 0))
    fitting = (
        select(said.case_id, func.count().label("equal"))
        .where(said.token.in_(tokens[:_ASKED_FOR]))
        .group_by(said.case_id)
        .having(enough)
        .subquery()
    )
    board = case_board.c
    query = (
        select(board.case_id, board.programme, board.stage, board.since, board.ended, fitting.c.equal)
        .join(fitting, fitting.c.case_id == board.case_id)
        .where(may_act_on(account, act, now))
        .order_by(fitting.c.equal.desc(), board.since.desc(), board.case_id)
        .limit(_MOST)
    )
    return [PersonMatch(*row) for row in connection.execute(query)]


def _tokens(key: bytes, name: str, birth_date: str, phone: str) -> list[tuple[str, str]]:
    parts: Iterator[tuple[str, str]] = (("name", part) for part in folded_parts(name))
    more = (("birth_date", birth_date), ("phone", folded_phone(phone)))
    return [(kind, _token(key, kind, value)) for kind, value in (*parts, *more) if value]


def _token(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}|{value}".encode(), hashlib.sha256).hexdigest()[:32]


def _text(value: object) -> str:
    """Return a sealed field's text; one that is closed or was never given has none."""
    return value if isinstance(value, str) else ""
