"""The office, on every database Wayhome runs on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.database import sqlite_url
from tests.offices import Office


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office whose programme is published and whose cases are still to come."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "office.db").render_as_string()
    else:
        url = request.getfixturevalue("pg_url")
    office = Office(url)
    try:
        yield office
        office.check()
    finally:
        office.close()
