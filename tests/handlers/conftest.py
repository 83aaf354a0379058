"""A healthy history for the tests of checks, made once for a file, and a copy of it to be spoilt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.database import sqlite_url
from tests.kit.histories import Lives, Witnessed, copied
from tests.kit.spoilt import Made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    path = tmp_path_factory.mktemp("history") / "wayhome.sqlite"
    office = Witnessed(sqlite_url(path))
    lives = Lives(office).lived()
    office.close()
    yield Made(path, office, lives)
    office.close()


@pytest.fixture
def spoilt(made: Made, tmp_path: Path) -> Iterator[tuple[Witnessed, Lives]]:
    """The healthy history, to be spoilt."""
    office, lives = copied(made.path, tmp_path / "copy.sqlite", made.office, made.lives)
    yield office, lives
    office.close()
