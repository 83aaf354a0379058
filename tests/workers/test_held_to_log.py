"""A row that somebody put into the table of tasks moves nothing outside, nor does an event behind a case's history."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from events.ids import case_stream
from handlers.projections.tables import tasks
from tests.kit.forging import plants
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.workshop import Workshop

pytestmark = ON_BOTH_DATABASES


@pytest.fixture
def either_shop(office_url: str, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop whose office is not looked over at the end: it was broken into."""
    office = Office(office_url, has_tables=True)
    shop = Workshop(office, tmp_path / "data")
    yield shop
    shop.close()
    office.close()


def put_there(shop: Workshop, like: str, task_id: str, **values: Any) -> str:
    """Put a task into the table that no command asked for."""
    (row,) = shop.office.rows("tasks", task_id=like)
    with shop.office.database.writing() as connection:
        connection.execute(insert(tasks).values({**row, "task_id": task_id, "status": "waiting"} | values))
    return task_id


def error_of(shop: Workshop, task_id: str) -> str:
    (row,) = shop.office.rows("tasks", task_id=task_id)
    return str(row["error"])


def test_a_task_that_the_log_does_not_ask_for_is_not_done(
    either_shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    shop = either_shop
    _, task_id = shop.ticketed()
    forged = put_there(shop, task_id, "T-FORGED")
    with caplog.at_level(logging.ERROR):
        shop.worker().performer.perform([forged, task_id])
    assert shop.book.deliveries() == {task_id: 1}
    assert (shop.status(forged), error_of(shop, forged)) == ("waiting", "NotInLog")
    assert "task T-FORGED is not done (NotInLog)" in caplog.text


def test_a_task_whose_row_says_something_else_than_the_log_is_not_done(either_shop: Workshop) -> None:
    shop = either_shop
    _, task_id = shop.ticketed()
    with shop.office.database.writing() as connection:
        connection.execute(tasks.update().values(subject='{"trip_id":"T-OTHER"}').where(tasks.c.task_id == task_id))
    shop.worker().performer.perform([task_id])
    assert (shop.book.deliveries(), error_of(shop, task_id)) == ({}, "NotInLog")


def test_nothing_is_done_for_a_case_whose_history_somebody_added_to(either_shop: Workshop) -> None:
    shop = either_shop
    case, task_id = shop.ticketed()
    body = '{"owner":"staff:mallory","team":""}'
    plants(shop.office.database, case_stream(case.case_id), "CaseAssigned", body, "staff:boris")
    shop.worker().performer.perform([task_id])
    assert (shop.book.deliveries(), error_of(shop, task_id)) == ({}, "StreamForged")
