"""What tests of pages in a browser are given: one browser and one served console for all of a file's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.kit.offices import Office
from tests.kit.web.browser import Desk, LiveHouse, a_browser, a_desk
from tests.kit.web.houses import WebHouse


@pytest.fixture(params=["sqlite"])
def office_url(office_url: str) -> str:
    """The address of a SQLite database: pages have no statements of their own.

    Those they ask for are in `handlers/queries`, tested there on both; `test_on_postgresql.py` asks every page on both.
    """
    return office_url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[LiveHouse]:
    """A served console in which nothing has happened yet."""
    live = LiveHouse(tmp_path_factory.mktemp("live"), sqlite_template)
    live.start()
    try:
        yield live
    finally:
        live.stop()


@pytest.fixture
def window(browser: Browser, live: LiveHouse) -> Iterator[Callable[..., Desk]]:
    """Open windows: ``window("staff:anna")`` is one she is signed in at; more is said as to a browser's context."""
    with ExitStack() as windows:

        def opened(account: str = "", **how: Any) -> Desk:
            desk = windows.enter_context(a_desk(browser, live, **how))
            return desk.signed_in_as(account) if account else desk

        yield opened


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)
