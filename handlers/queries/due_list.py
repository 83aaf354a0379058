"""What goes off soon on the cases somebody may see: visits, departures, holds that run out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from events.instants import instant_text
from handlers.projections.case_access import may_act_on
from handlers.projections.tables import case_board, timers
from workflow.rights.table import Account


def timers_due_for(
    connection: Connection,
    account: Account,
    now: datetime,
    until: datetime,
    *,
    kinds: Sequence[str],
    owner: str = "",
    limit: int = 100,
) -> list[RowMapping]:
    """Return the timers of these kinds that go off until an instant on cases somebody may see, the next first.

    Few timers are set for one day, so that looking up the case of each is no work however many cases there are.
    """
    due, board = timers.c, case_board.c
    query = (
        select(due.timer_id, due.case_id, due.kind, due.subject, due.due_at, board.programme, board.owner)
        .join(case_board, board.case_id == due.case_id)
        .where(due.status == "set", due.due_at <= instant_text(until), due.kind.in_(kinds))
        .where(may_act_on(account, "case.see", now))
        .order_by(due.due_at, due.timer_id)
        .limit(limit)
    )
    return list(connection.execute(query.where(board.owner == owner) if owner else query).mappings())
