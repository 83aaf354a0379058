"""The log held to the ledgers of those outside: what it calls done is there, and what is there it calls done.

A receipt names what it is for; one that names nothing ("goes with the others") says that nothing was to be sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select

from events.log import Log
from handlers.projections.tables import tasks
from workflow.tasks import CONFIRMED

if TYPE_CHECKING:
    from tests.simulator.year import Simulation

_RECEIPT: Final = re.compile(r"(order|folder|server|sent):(.+)")
_PAYMENT: Final = "disburse_grant"


class Done(NamedTuple):
    """What a fact says was done: for which task, and under which key it must lie outside."""

    fact: str
    task_id: str
    key: str


def unlike_the_ledgers(world: Simulation) -> Iterator[tuple[str, str]]:
    """Yield what the log calls done and nobody outside has, and what somebody outside has and the log calls undone."""
    outside = {*world.agency.book, *(deed.key for deed in world.mail.delivered)}
    taken_back = world.agency.taken_back | world.mail.taken_back
    log = world.alive.container.log
    for one in _done(log):
        if one.key not in outside | taken_back:
            yield "undone", f"{one.fact} calls {one.task_id} done, and nobody outside has {one.key}"
    outside |= world.bank.fetched
    for task_id, kind, status in _rows(log):
        if task_id in outside and status != "done":
            yield "undone", f"{kind} {task_id} is {status} in the log, and somebody outside has it"
        if kind == _PAYMENT and status == "done" and task_id not in world.bank.fetched | world.bank.taken_back:
            yield "undone", f"{kind} {task_id} is done in the log, and the bank never had it"


def _done(log: Log) -> Iterator[Done]:
    for event in (one for page in log.pages() for one in page):
        said = vars(log.fact(event))
        if (task_id := said.get("task_id")) is None:
            continue
        for value in said.values():
            if value == CONFIRMED:
                yield Done(event.envelope.type, task_id, task_id)
            elif isinstance(value, str) and (found := _RECEIPT.fullmatch(value)):
                yield Done(event.envelope.type, task_id, found[2])


def _rows(log: Log) -> Iterator[tuple[str, str, str]]:
    """Yield each task, its kind and how it stands."""
    with log.database.reading() as connection:
        rows = connection.execute(select(tasks.c.task_id, tasks.c.kind, tasks.c.status).order_by(tasks.c.task_id))
        yield from (tuple(row) for row in rows)
