"""Finding a case by what its person is called in the house, now or before; in any script, whole or by a word of it.

Somebody finds only cases they may see, as with names. A handle is no secret of those who see the case, so its words
lie here as they are compared.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Select, Text, bindparam, func, select

from events.batch import DeleteRows, InsertRows
from events.instants import instant_text
from events.keys import Keys
from events.writing import Writing
from handlers.projections.case_access import may_act_on, may_act_then
from handlers.projections.person_search import name_hashes
from handlers.projections.tables import case_board, case_handles, name_tokens
from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.rights.acts import Act
from workflow.rights.table import Account
from workflow.subjects.intake.commands import ChangeHandle
from workflow.subjects.intake.state import handles_of_case
from workflow.values.handles import HANDLE_LONGEST, folded_handle, spoken_parts

Row = dict[str, Any]
HANDLE_KEY: Final = ("word", "case_id")
_ROWS = InsertRows(case_handles, replace=True)
_GONE = DeleteRows(case_handles)
_MOST: Final = 50
_AT_ONCE: Final = 500  # numbers in one question


def handle_rows(case: Case, programme: Programme) -> list[Row]:
    """Return the words by which a case is found."""
    present, *earlier = (folded_handle(handle).split() for handle in handles_of_case(case, programme))
    words = {word: False for handle in earlier for word in handle} | dict.fromkeys(present, True)
    return [{"word": word, "case_id": case.case_id, "present": words[word]} for word in sorted(words)]


def store_handles(writing: Writing, before: Case | None, after: Case, programme: Programme) -> None:
    """Write what changed in what a case is found by; handles are folded only when they are other ones."""
    if before is not None and handles_of_case(before, programme) == handles_of_case(after, programme):
        return
    old = handle_rows(before, programme) if before is not None else []
    new = handle_rows(after, programme)
    for row in new:
        if row not in old:
            writing.write(_ROWS, row)
    kept = {row["word"] for row in new}
    for row in old:
        if row["word"] not in kept:
            writing.write(_GONE, {name: row[name] for name in HANDLE_KEY})


def search_handles(
    connection: Connection, account: Account, now: datetime, text: str, act: Act = "case.see"
) -> list[str]:
    """Return the cases somebody may see whose handle, present or former, has every word that was typed."""
    words = sorted(set(folded_handle(text[:HANDLE_LONGEST]).split()))
    if not words:
        return []
    fitting = (
        select(case_handles.c.case_id)
        .where(case_handles.c.word.in_(words))
        .group_by(case_handles.c.case_id)
        .having(func.count() == len(words))
    )
    board = case_board.c
    query = (
        select(board.case_id)
        .where(board.case_id.in_(fitting), may_act_on(account, act, now))
        .order_by(board.ended, board.since.desc(), board.case_id)
        .limit(_MOST)
    )
    return [row.case_id for row in connection.execute(query)]


def handles_shown(connection: Connection, account: Account, now: datetime, case_ids: Iterable[str]) -> dict[str, str]:
    """Return what the people of these cases are called, of those cases only that somebody may see: one question."""
    asked = sorted(set(case_ids))[:_AT_ONCE]
    if not asked:
        return {}
    rows = connection.execute(_shown(account), {"ids": asked, "now": instant_text(now)})
    return {row.case_id: row.handle for row in rows if row.handle}


@lru_cache(maxsize=1024)
def _shown(account: Account) -> Select[tuple[str, str]]:
    ids: BindParameter[str] = bindparam("ids", type_=Text, expanding=True)
    here = (case_board.c.case_id.in_(ids), may_act_then(account, "case.see"))
    return select(case_board.c.case_id, case_board.c.handle).where(*here)


def handles_at(connection: Connection, case_ids: Iterable[str]) -> dict[str, str]:
    """Return what the people of these cases are called; whoever asks has looked whether they may be seen."""
    asked, found = sorted(set(case_ids)), dict[str, str]()
    for start in range(0, len(asked), _AT_ONCE):
        page = case_board.c.case_id.in_(asked[start : start + _AT_ONCE])
        rows = connection.execute(select(case_board.c.case_id, case_board.c.handle).where(page))
        found |= {row.case_id: row.handle for row in rows}
    return found


def is_named_so(connection: Connection, keys: Keys, command: ChangeHandle) -> bool:
    """Tell whether a chosen handle holds a part of the person's name: hashes are compared, and no name is opened."""
    if not command.handle:
        return False
    tokens = name_hashes(keys, spoken_parts(command.handle))
    theirs = name_tokens.c.case_id == command.case_id
    query = select(name_tokens.c.case_id).where(theirs, name_tokens.c.token.in_(tokens))
    return connection.execute(query.limit(1)).first() is not None
