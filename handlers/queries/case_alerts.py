"""Who is in danger and what is asked of somebody, as far as they may see it: one question each, however many cases.

Nothing is folded: the rows were written with the facts. What lies ahead counts from its moment, by the clock of
whoever asks.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Select, Text, and_, bindparam, or_, select
from sqlalchemy.engine import RowMapping

from events.instants import instant_text
from handlers.projections.case_access import may_act_then
from handlers.projections.tables import accounts, case_alerts, case_board
from workflow.rights.acts import Act
from workflow.rights.table import Account, may_ever

ROWS_MAX: Final = 3000  # of dangers: several of one case; who is in danger and not among them is told of as more
ASKED_MAX: Final = 200
# What is asked, and the act that does it: who has the act on the case is asked, whoever it is.
ASKED_BY: Final[Mapping[str, Act]] = {"certificate_needed": "case.medical", "receipt_missing": "money.record"}

_alerts, _board, _NOW = case_alerts.c, case_board.c, bindparam("now", type_=Text)
_BUILT: Final = 1024  # statements kept ready, one of each for an account


def dangers_for(connection: Connection, account: Account, now: datetime, *, limit: int = ROWS_MAX) -> list[RowMapping]:
    """Return why somebody is in danger now, of every case one may see, the most urgent first.

    ``closed``, ``roles`` and ``programmes`` are those of the owner's account, and None where there is no such account.
    """
    if not may_ever(account.roles, "case.see"):
        return []
    return list(connection.execute(_dangers(account, limit), {"now": instant_text(now)}).mappings())


@lru_cache(maxsize=_BUILT)
def _dangers(account: Account, limit: int) -> Select[Any]:
    return (
        select(
            case_alerts, _board.programme, _board.stage, _board.child, _board.owner, _board.team, _board.handle,
            accounts.c.closed, accounts.c.roles, accounts.c.programmes,
            may_act_then(account, "case.record").label("records"),
        )
        .join(case_board, _board.case_id == _alerts.case_id)
        .outerjoin(accounts, accounts.c.account == _board.owner)
        .where(_alerts.urgency > 0, _alerts.since <= _NOW, may_act_then(account, "case.see"))
        .order_by(_alerts.urgency, _alerts.since, _alerts.case_id)
        .limit(limit)
    )  # fmt: skip


def asked_of(connection: Connection, account: Account, now: datetime, *, limit: int = ASKED_MAX) -> list[RowMapping]:
    """Return what is asked of somebody now by what they are, the soonest needed first.

    They see a number and what is asked; ``sees`` says whether the case itself is theirs to open.
    """
    query = _asked(account, limit)
    return [] if query is None else list(connection.execute(query, {"now": instant_text(now)}).mappings())


@lru_cache(maxsize=_BUILT)
def _asked(account: Account, limit: int) -> Select[Any] | None:
    mine = {kind: act for kind, act in ASKED_BY.items() if may_ever(account.roles, act)}
    theirs = [and_(_alerts.kind == kind, may_act_then(account, act)) for kind, act in mine.items()]
    return (
        select(case_alerts, _board.programme, _board.owner, may_act_then(account, "case.see").label("sees"))
        .join(case_board, _board.case_id == _alerts.case_id)
        .where(_alerts.since <= _NOW, or_(*theirs))
        .order_by(_alerts.due_at == "", _alerts.due_at, _alerts.case_id, _alerts.item)
        .limit(limit)
        if theirs
        else None
    )
