"""Stories of services, told on SQLite; what they share with the other tests is in tests/conftest.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.offices import Office
from tests.kit.workshop import Workshop


@pytest.fixture(params=["sqlite"])
def office_url(office_url: str) -> str:
    """The address of a SQLite database: most stories send the statements that other stories send.

    A story that sends one no other sends, or sends them from several threads, runs on both (`ON_BOTH_DATABASES`):
    together those send PostgreSQL every statement, with every type of value, that all of them would.
    """
    return office_url


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(office, tmp_path / "shop")
    yield shop
    shop.close()
