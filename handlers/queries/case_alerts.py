"""Who is in danger and what is asked of somebody, as far as they may see it: one question each, however many cases.

Nothing is folded: the rows were written with the facts. What lies ahead counts from its moment, by the clock of
whoever asks.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.engine import RowMapping

from events.instants import instant_text
from handlers.projections.case_access import may_act_on
from handlers.projections.tables import accounts, case_alerts, case_board
from workflow.rights.acts import Act
from workflow.rights.table import Account, may_ever

ROWS_MAX: Final = 3000  # of dangers: several of one case; who is in danger and not among them is told of as more
ASKED_MAX: Final = 200
# What is asked, and the act that does it: who has the act on the case is asked, whoever it is.
ASKED_BY: Final[Mapping[str, Act]] = {"certificate_needed": "case.medical", "receipt_missing": "money.record"}

_alerts, _board = case_alerts.c, case_board.c


def dangers_for(connection: Connection, account: Account, now: datetime, *, limit: int = ROWS_MAX) -> list[RowMapping]:
    """Return why somebody is in danger now, of every case one may see, the most urgent first.

    ``closed``, ``roles`` and ``programmes`` are those of the owner's account, and None where there is no such account.
    """
    if not may_ever(account.roles, "case.see"):
        return []
    query = (
        select(
            case_alerts, _board.programme, _board.stage, _board.child, _board.owner, _board.team,
            accounts.c.closed, accounts.c.roles, accounts.c.programmes,
            may_act_on(account, "case.record", now).label("records"),
        )
        .join(case_board, _board.case_id == _alerts.case_id)
        .outerjoin(accounts, accounts.c.account == _board.owner)
        .where(_alerts.urgency > 0, _alerts.since <= instant_text(now), may_act_on(account, "case.see", now))
        .order_by(_alerts.urgency, _alerts.since, _alerts.case_id)
        .limit(limit)
    )  # fmt: skip
    return list(connection.execute(query).mappings())


def asked_of(connection: Connection, account: Account, now: datetime, *, limit: int = ASKED_MAX) -> list[RowMapping]:
    """Return what is asked of somebody now by what they are, the soonest needed first.

    They see a number and what is asked; ``sees`` says whether the case itself is theirs to open.
    """
    mine = {kind: act for kind, act in ASKED_BY.items() if may_ever(account.roles, act)}
    if not mine:
        return []
    theirs = [and_(_alerts.kind == kind, may_act_on(account, act, now)) for kind, act in mine.items()]
    query = (
        select(case_alerts, _board.programme, _board.owner, may_act_on(account, "case.see", now).label("sees"))
        .join(case_board, _board.case_id == _alerts.case_id)
        .where(_alerts.since <= instant_text(now), or_(*theirs))
        .order_by(_alerts.due_at == "", _alerts.due_at, _alerts.case_id, _alerts.item)
        .limit(limit)
    )
    return list(connection.execute(query).mappings())
