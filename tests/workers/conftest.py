"""An office with its workers, on every database Wayhome runs on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.database import sqlite_url
from tests.kit.offices import Office
from tests.kit.workshop import Workshop


@pytest.fixture
def either_office(office_url: str) -> Iterator[Office]:
    """An office on each database in turn, for what depends on locks."""
    yield from _open_office(office_url)


@pytest.fixture
def office(tmp_path: Path, sqlite_template: Path) -> Iterator[Office]:
    """An office on the embedded database, for what does not."""
    path = tmp_path / "log.sqlite"
    shutil.copyfile(sqlite_template, path)
    yield from _open_office(sqlite_url(path).render_as_string())


@pytest.fixture
def either_shop(either_office: Office, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop on each database in turn."""
    yield from _open_shop(either_office, tmp_path)


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop on the embedded database."""
    yield from _open_shop(office, tmp_path)


def _open_office(url: str) -> Iterator[Office]:
    office = Office(url, has_tables=True)
    try:
        yield office
        office.check()
    finally:
        office.close()


def _open_shop(office: Office, folder: Path) -> Iterator[Workshop]:
    shop = Workshop(office, folder / "data")
    try:
        yield shop
    finally:
        shop.close()
