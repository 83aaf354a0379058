"""Every table beside the log, altered in ten ways: fsck names it, repair heals it, a second look finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from events.database import sqlite_url
from handlers.checks.repair import REPAIRED, Derived, differences_now, put_right, repair
from handlers.checks.walk import check_log
from handlers.projections.tables import beds, beds_in_use, tasks, timers
from tests.kit.histories import Lives, Witnessed
from tests.kit.logs import tampered
from workflow.subjects.access.commands import BreakGlass

Rows = list[dict[str, Any]]
Way = Callable[[Connection, Table, Rows], None]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witnessed]:
    if request.param == "sqlite":
        url: Any = sqlite_url(tmp_path_factory.mktemp("derived") / "wayhome.sqlite")
        living = Witnessed(url)
        _lived(living)
        yield living
        living.close()
        return
    server = request.getfixturevalue("postgres")
    url = server.fresh_database()
    living = Witnessed(url)
    _lived(living)
    yield living
    living.close()
    server.drop_database(url)


def _lived(office: Witnessed) -> None:
    """Let lives be lived, and somebody look into one who has no part in it, so that every table has rows."""
    lives = Lives(office).lived()
    why = "a neighbour heard screams"
    office.does(lives.stuck, BreakGlass, "staff:gleb", reason="danger_to_life", why=why)


@pytest.fixture(scope="module")
def derived(office: Witnessed) -> Derived:
    found = Derived(office.log)
    with office.database.reading() as connection:
        found.catch_up(connection)
    return found


# -- ten ways -------------------------------------------------------------------------------------------------------


def _here(table: Table, row: dict[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 7 if isinstance(value, int) else f"{value}x"


def _goes(which: Callable[[Rows], Rows]) -> Way:
    def way(connection: Connection, table: Table, rows: Rows) -> None:
        for row in which(rows):
            connection.execute(delete(table).where(*_here(table, row)))

    return way


def _another(row: dict[str, Any], table: Table) -> dict[str, Any]:
    unique = [c.name for c in table.columns if c.unique]
    key = [column.name for column in table.primary_key][-1]
    return {**row, key: _other(row[key])} | {name: _other(row[name]) for name in unique}


def _comes(connection: Connection, table: Table, rows: Rows) -> None:
    connection.execute(insert(table).values(_another(rows[0], table)))


def _comes_at_the_end(connection: Connection, table: Table, rows: Rows) -> None:
    connection.execute(insert(table).values(_another(rows[-1], table)))


def _is_renamed(connection: Connection, table: Table, rows: Rows) -> None:
    key = [column.name for column in table.primary_key][-1]
    connection.execute(update(table).where(*_here(table, rows[-1])).values({key: _other(rows[-1][key])}))


def _changes(which: Callable[[Rows], Rows], *, last: bool = False) -> Way:
    def way(connection: Connection, table: Table, rows: Rows) -> None:
        names = list(_KNOWN.get(table.name, ()) or [c.name for c in table.columns if not c.primary_key])
        column = names[-1 if last else 0]
        for row in which(rows):
            connection.execute(update(table).where(*_here(table, row)).values({column: _other(row[column])}))

    return way


# Of these tables the log does not know every column; the first and the last of those it does.
_KNOWN: Final = {"tasks": ("status", "subject"), "timers": ("status", "due_at"), "work_items": ("kind", "office"),
                 "beds_in_use": ("held_until",)}  # fmt: skip
WAYS: Final[dict[str, Way]] = {
    "the first row gone": _goes(lambda rows: rows[:1]),
    "the last row gone": _goes(lambda rows: rows[-1:]),
    "every second row gone": _goes(lambda rows: rows[::2]),
    "all rows gone": _goes(lambda rows: rows),
    "one put there": _comes,
    "one put at the end": _comes_at_the_end,
    "one under another name": _is_renamed,
    "a value of one changed": _changes(lambda rows: rows[:1]),
    "another value of one changed": _changes(lambda rows: rows[-1:], last=True),
    "a value of all changed": _changes(lambda rows: rows),
}


def rows_of(connection: Connection, table: Table) -> Rows:
    query = select(table).order_by(*table.primary_key)
    return [dict(row) for row in connection.execute(query).mappings()]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("table", REPAIRED, ids=str)
def test_what_was_altered_is_named_and_healed(office: Witnessed, derived: Derived, table: Table, way: str) -> None:
    with tampered(office.database) as connection:
        rows = rows_of(connection, table)
        assert rows, "a table without rows proves nothing"
        savepoint = connection.begin_nested()
        try:
            WAYS[way](connection, table, rows)
        except DBAPIError:
            savepoint.rollback()
            assert table in (beds, beds_in_use), "only there the database itself stands in the way"
            return
        found = derived.different(connection)
        assert {one.table for one in found} == {table.name}
        put_right(connection, derived.rows(), found, office.log.now())
        assert derived.different(connection) == []


def test_an_untouched_office_is_as_the_log_says(office: Witnessed) -> None:
    assert differences_now(office.log) == []
    assert repair(office.log, "staff:operator", office.uuid()) == [], "and nothing is recorded"


# -- what is not simply written over ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["done", "dead"])
def test_what_is_over_is_not_done_again(office: Witnessed, derived: Derived, status: str) -> None:
    with tampered(office.database) as connection:
        (row, *_) = [row for row in rows_of(connection, tasks) if row["status"] == status]
        again = {"status": "waiting", "due_at": "2000-01-01T00:00:00.000000Z", "attempts": 0}
        connection.execute(update(tasks).where(tasks.c.task_id == row["task_id"]).values(again))
        put_right(connection, derived.rows(), derived.different(connection), office.log.now())
        assert {one["status"] for one in rows_of(connection, tasks) if one["task_id"] == row["task_id"]} == {status}


def test_a_task_whose_row_was_lost_goes_the_way_of_a_worker_that_never_came_back(
    office: Witnessed, derived: Derived
) -> None:
    with tampered(office.database) as connection:
        open_ones = [row for row in rows_of(connection, tasks) if row["status"] == "waiting"]
        now = max(row["due_at"] for row in open_ones)
        connection.execute(delete(tasks).where(tasks.c.status == "waiting"))
        put_right(connection, derived.rows(), derived.different(connection), now)
        healed = {row["task_id"]: row for row in rows_of(connection, tasks)}
        for row in open_ones:
            found = healed[row["task_id"]]
            assert (found["status"], found["epoch"], found["lease_until"]) == ("claimed", 1, now)
        assert derived.different(connection) == []


def test_a_task_that_is_not_due_yet_waits_for_its_day(office: Witnessed, derived: Derived) -> None:
    with tampered(office.database) as connection:
        open_ones = [row for row in rows_of(connection, tasks) if row["status"] == "waiting"]
        connection.execute(delete(tasks).where(tasks.c.status == "waiting"))
        put_right(connection, derived.rows(), derived.different(connection), "2000-01-01T00:00:00.000000Z")
        healed = {row["task_id"]: row["status"] for row in rows_of(connection, tasks)}
        assert {healed[row["task_id"]] for row in open_ones} == {"waiting"}


def test_a_fired_timer_does_not_fire_again(office: Witnessed, derived: Derived) -> None:
    with tampered(office.database) as connection:
        connection.execute(update(timers).values(status="set"))
        found = derived.different(connection)
        put_right(connection, derived.rows(), found, office.log.now())
        assert derived.different(connection) == []
        assert {one.expected for one in found} == {"fired", "cancelled"}


def test_who_repaired_what_is_in_the_log(office: Witnessed) -> None:
    """The last of this file: it is the one that leaves something behind."""
    with office.database.writing() as connection:
        connection.execute(update(timers).values(subject="{}", status="set"))
        connection.execute(update(beds).values(room="elsewhere"))
    found = repair(office.log, "staff:operator", office.uuid())
    assert {one.table for one in found} == {"timers", "beds"}
    (event,) = office.log.stream("log:repairs")
    assert event.envelope.actor == "staff:operator"
    assert office.log.fact(event).rows == (  # type: ignore[attr-defined]
        ("timers", sum(one.table == "timers" for one in found)), ("beds", sum(one.table == "beds" for one in found)),
    )  # fmt: skip
    assert differences_now(office.log) == []
    assert all(one.ok for one in check_log(office.log, now=office.now))
