"""What a sweep asks before it does anything: whatever waits is found, and where nothing waits nothing is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Final

import pytest
from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, delete, insert, select

from handlers.projections.closed_accounts import was_closed
from handlers.projections.tables import accounts, drafts, staff_mails, tasks, timers, to_compare
from tests.kit.web.statements import reading
from tests.kit.workshop import Workshop
from workers.running.due_work import DueWork, due_work
from workers.running.sweeper import SweepResult

WAITS: Final[dict[str, tuple[Table, dict[str, Any]]]] = {
    "closed": (accounts, {"closed": True, "epoch": 1}),
    "drafts": (drafts, {"until": ""}),
    "lost": (tasks, {"status": "claimed", "lease_until": ""}),
    "elapsed": (timers, {"status": "set", "due_at": ""}),
    "unknown": (tasks, {"status": "unknown", "rung_at": ""}),
    "called_off": (tasks, {"status": "waiting", "wanted": False}),
    "new_cases": (to_compare, {}),
    "mail": (staff_mails, {}),
    "unrung": (tasks, {"status": "waiting", "wanted": True, "due_at": "", "rung_at": ""}),
}


def value(column: Column[Any]) -> Any:
    """Return something that fits into a column and tells nothing."""
    if isinstance(column.type, LargeBinary):
        return b""
    return False if isinstance(column.type, Boolean) else 0 if isinstance(column.type, Integer) else ""


def put(shop: Workshop, what: str) -> None:
    """Let something wait."""
    table, said = WAITS[what]
    with shop.office.database.writing() as connection:
        connection.execute(insert(table).values({column.name: value(column) for column in table.c} | said))


def due(shop: Workshop) -> set[str]:
    """Return what waits now, besides what is recorded and not yet noted beside the keys."""
    log = shop.office.service.log
    with log.database.reading() as connection:
        found = due_work(log, connection, shop.now, ring_again=timedelta(seconds=5), ask_again=timedelta(minutes=1))
    return {name for name, waits in found._asdict().items() if waits} - {"unmarked"}


def test_whatever_waits_is_found_and_nothing_else(either_shop: Workshop) -> None:
    shop = either_shop
    assert due(shop) == set(), "an office in which nothing has happened"
    for what, (table, _) in WAITS.items():
        with shop.office.database.writing() as connection:
            kept = connection.execute(select(accounts)).mappings().all()
            connection.execute(delete(table))
        put(shop, what)
        assert due(shop) == {what}
        with shop.office.database.writing() as connection:
            connection.execute(delete(table))
            if table is accounts and kept:
                connection.execute(insert(accounts), [dict(row) for row in kept])


def test_every_part_of_a_sweep_is_asked_about() -> None:
    assert {*DueWork._fields} == {*WAITS, "restored", "unmarked"}


def test_a_sweep_with_nothing_to_do_asks_what_is_due_and_how_far_the_log_is(shop: Workshop) -> None:
    hand = shop.worker()
    hand.sweeper.sweep()
    service = hand.sweeper.service
    with reading(SimpleNamespace(database=shop.office.database, service=service)) as asked:
        assert hand.sweeper.sweep() == SweepResult()
    assert len(asked) == 2, asked
    assert all(statement.startswith("SELECT") for statement in asked)


def test_a_draft_whose_time_is_over_is_swept(shop: Workshop) -> None:
    put(shop, "drafts")
    shop.worker().sweeper.sweep()
    assert due(shop) == set()


def test_a_closed_account_is_remembered_beside_the_keys(shop: Workshop) -> None:
    put(shop, "closed")
    shop.worker().sweeper.sweep()
    assert was_closed(shop.office.service.log.keys, "", 0)


@pytest.mark.parametrize("somebody", [False, True], ids=["nobody has an address", "somebody has an address"])
def test_letters_to_those_who_work_here_are_looked_at_where_somebody_has_an_address(
    shop: Workshop, *, somebody: bool
) -> None:
    letters = _Letters()
    if somebody:
        put(shop, "mail")
    sweeper = replace(shop.worker().sweeper, letters=letters)  # type: ignore[arg-type]
    assert sweeper.sweep().told == somebody


class _Letters:
    def send_due(self) -> int:
        return 1
