"""What of the programmes' money waits, read off the rows beside the log: for a person, for a worker, for the bank.

Every question names the programmes it is asked for and takes the same time however many cases there are.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, func, select, tuple_

from events.instants import instant
from events.tables import events
from handlers.projections.tables import case_board, tasks, timers, work_items

APPROVE, RELEASE = "approve_grant", "release_tranche"
SETTLE: Final = "settle_bank_answer"
DISBURSE: Final = "disburse_grant"
_STOPPED: Final = ("task_dead", "task_refused", "task_unknown")
_TASK: Final = "task:"


class Waiting(NamedTuple):
    """A grant that waits for a person, since when; the first three make its place in the queue."""

    since: str
    case_id: str
    item: str

    @property
    def grant_id(self) -> str:
        """Return the grant it is about."""
        return self.item.partition(":")[2]


class Sending(NamedTuple):
    """A payment a worker is to send, or of which nobody knows yet whether it was sent."""

    case_id: str
    grant_id: str
    tranche_id: str
    task_id: str
    status: str
    since: datetime
    wanted: bool = True  # False: called off, and asked about


class AtTheBank(NamedTuple):
    """A payment the bank was told to make; by when its answer is missed."""

    case_id: str
    grant_id: str
    tranche_id: str
    sent_at: datetime
    due_at: datetime


class Answered(NamedTuple):
    """What came of a payment: paid, or given back."""

    case_id: str
    grant_id: str
    tranche_id: str
    at: datetime
    came_back: bool


def waiting_grants(
    connection: Connection, programmes: Collection[str], kind: str, *, after: Waiting | None = None, limit: int = 50
) -> list[Waiting]:
    """Return the grants that wait for an approval or a release, those that have waited longest first."""
    place = (work_items.c.since, work_items.c.case_id, work_items.c.item)
    query = (
        select(*place)
        .join(case_board, case_board.c.case_id == work_items.c.case_id)
        .where(work_items.c.kind == kind, case_board.c.programme.in_(programmes))
        .order_by(*place)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    return [Waiting(*row) for row in connection.execute(query)]


def count_waiting_grants(connection: Connection, programmes: Collection[str]) -> dict[str, int]:
    """Return how many grants wait for an approval, and how many for a release."""
    query = (
        select(work_items.c.kind, func.count())
        .join(case_board, case_board.c.case_id == work_items.c.case_id)
        .where(work_items.c.kind.in_((APPROVE, RELEASE)), case_board.c.programme.in_(programmes))
        .group_by(work_items.c.kind)
    )
    found = {str(kind): int(count) for kind, count in connection.execute(query)}
    return {kind: found.get(kind, 0) for kind in (APPROVE, RELEASE)}


def payments_to_send(connection: Connection, programmes: Collection[str], limit: int = 50) -> list[Sending]:
    """Return the payments no worker has sent yet, those first that were asked for first."""
    query = (
        select(tasks.c.case_id, tasks.c.subject, tasks.c.task_id, tasks.c.status, tasks.c.created_at, tasks.c.wanted)
        .join(case_board, case_board.c.case_id == tasks.c.case_id)
        .where(tasks.c.status.in_(("waiting", "claimed")), tasks.c.kind == DISBURSE)
        .where(case_board.c.programme.in_(programmes))
        .order_by(tasks.c.due_at, tasks.c.task_id)
        .limit(limit)
    )
    return [_sending(*row) for row in connection.execute(query)]


def stopped_payments(connection: Connection, programmes: Collection[str], limit: int = 50) -> list[Sending]:
    """Return the payments that wait for a person: refused, given up, or with an outcome nobody knows."""
    task_id = func.substr(work_items.c.item, len(_TASK) + 1)
    query = (
        select(tasks.c.case_id, tasks.c.subject, tasks.c.task_id, work_items.c.kind, work_items.c.since, tasks.c.wanted)
        .join(tasks, tasks.c.task_id == task_id)
        .join(case_board, case_board.c.case_id == work_items.c.case_id)
        .where(work_items.c.kind.in_(_STOPPED), tasks.c.kind == DISBURSE, case_board.c.programme.in_(programmes))
        .order_by(work_items.c.since, tasks.c.task_id)
        .limit(limit)
    )
    return [_sending(*row) for row in connection.execute(query)]


def payments_at_bank(connection: Connection, programmes: Collection[str], limit: int = 50) -> list[AtTheBank]:
    """Return the payments the bank has not answered yet, those first whose answer is missed first."""
    query = (
        select(timers.c.case_id, timers.c.subject, timers.c.created_at, timers.c.due_at)
        .join(case_board, case_board.c.case_id == timers.c.case_id)
        .where(timers.c.status == "set", timers.c.kind == "bank_answer", case_board.c.programme.in_(programmes))
        .order_by(timers.c.due_at, timers.c.timer_id)
        .limit(limit)
    )
    return [
        AtTheBank(row.case_id, *_grant_and_tranche(row.subject), instant(row.created_at), instant(row.due_at))
        for row in connection.execute(query)
    ]


def disputed_payments(connection: Connection, programmes: Collection[str], limit: int = 50) -> list[tuple[str, str]]:
    """Return the payments about which the bank contradicted itself, and where each is settled, the oldest first."""
    query = (
        select(work_items.c.item, work_items.c.case_id)
        .join(case_board, case_board.c.case_id == work_items.c.case_id)
        .where(work_items.c.kind == SETTLE, case_board.c.programme.in_(programmes))
        .order_by(work_items.c.since, work_items.c.item)
        .limit(limit)
    )
    found = ((row.item.partition(":")[2], row.case_id) for row in connection.execute(query))
    return [(key, f"/cases/{case_id}/do/SettleBankAnswer?tranche_id={key}") for key, case_id in found]


_LATELY = (
    select(events.c.type, events.c.body, events.c.recorded_at)
    .where(events.c.stream == bindparam("stream"), events.c.version > bindparam("after"))
    .where(events.c.type.in_(("FundsDisbursed", "FundsReturned")))
    .order_by(events.c.version.desc())
    .limit(bindparam("limit"))
)


def settled_payments(connection: Connection, fund_stream: str, after: int = -1, limit: int = 12) -> list[Answered]:
    """Return what the bank last paid and gave back of a programme's money, the latest first."""
    rows = connection.execute(_LATELY, {"stream": fund_stream, "after": after, "limit": limit})
    return [_answered(row.type, orjson.loads(row.body), row.recorded_at) for row in rows]


def _answered(kind: str, body: dict[str, str], at: str) -> Answered:
    return Answered(body["case_id"], body["grant_id"], body["tranche_id"], instant(at), kind == "FundsReturned")


def _sending(case_id: str, subject: str, task_id: str, status: str, since: str, wanted: bool) -> Sending:  # noqa: FBT001 - a row
    status = status.removeprefix("task_")
    return Sending(case_id, *_grant_and_tranche(subject), task_id, status, instant(since), wanted)


def _grant_and_tranche(subject: str) -> tuple[str, str]:
    about = orjson.loads(subject)
    return about["grant_id"], about["tranche_id"]
