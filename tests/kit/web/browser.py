"""A real browser in front of a real server: whatever Chromium the machine has, and a console on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from console.accounts.passwords import CHEAP
from console.accounts.sign_in import open_auth_services
from console.simulation.demo_accounts import CAST, Key, admitted
from console.simulation.demo_bank import DemoBank
from console.simulation.order_book import OrderBook
from console.web.site import Site
from events.database import sqlite_url
from tests.kit.offices import Office
from tests.kit.web.houses import WebHouse
from tests.kit.workshop import until
from workers.mail.post import FolderPost
from workers.running.sweeper import SweepSettings
from workers.running.worker_pool import WorkerPool, WorkerSettings

ROOT: Final = Path(__file__).resolve().parents[3]
QUIET: Final = (
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-lcd-text",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",  # nobody else is to be reached from here
)  # fmt: skip
DESK: Final = {"width": 1200, "height": 800}
PHONE: Final = {"width": 390, "height": 844}
Scheme = Literal["light", "dark"]


def chromium_path() -> str:
    """Return where a Chromium is; without one the tests of pages are skipped, and in CI they fail."""
    found = subprocess.run(
        [ROOT / ".ci" / "browser", "--find"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if found.returncode == 0:
        return found.stdout.strip()
    reason = "no Chromium on this machine: the console was NOT tested in a browser; .ci/browser fetches one"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Lend a browser."""
    path = chromium_path()
    # What drives it keeps its files in /tmp unless told otherwise, and not everybody may write there.
    os.environ.setdefault("TMPDIR", tempfile.gettempdir())
    with sync_playwright() as playwright:
        browser = _launched(playwright, path)
        try:
            yield browser
        finally:
            browser.close()


def _launched(playwright: Playwright, path: str) -> Browser:
    """Start the browser in its sandbox; root has none, and neither have some containers: it only sees our own pages."""

    def launch(*, sandbox: bool) -> Browser:
        return playwright.chromium.launch(executable_path=path, args=[*QUIET], chromium_sandbox=sandbox, timeout=60_000)

    if os.geteuid() == 0:
        return launch(sandbox=False)
    try:
        return launch(sandbox=True)
    except PlaywrightError:
        return launch(sandbox=False)


class LiveHouse:
    """A console that is served, with an account for every role, workers, and a clock that tests move."""

    def __init__(self, folder: Path, template: Path) -> None:
        path = folder / "office.db"
        path.write_bytes(template.read_bytes())
        self.office = Office(sqlite_url(path).render_as_string(), has_tables=True)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://localhost:{self._listening.getsockname()[1]}"
        self.web = WebHouse(self.office, Site(self.address))
        container, clock = self.web.house.container, self.web.clock
        auth = open_auth_services(container.service, clock, container.chance, hashing=CHEAP)
        self.keys: Mapping[str, Key] = {
            key.part.account: key for key in admitted(container, auth, clock, "moscow", container.chance)
        }
        self.folder = folder
        self._crew: WorkerPool | None = None
        self._server = uvicorn.Server(
            uvicorn.Config(self.web.app, log_config=None, access_log=False, lifespan="off", ws="none",
                           timeout_graceful_shutdown=1)
        )  # fmt: skip
        self._serving = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listening]}, name="console", daemon=True
        )

    def start(self) -> None:
        self._serving.start()

    def work(self) -> None:
        """Let workers do from now on what is to be done; before that a test does it itself."""
        self._crew = WorkerPool(
            self.office.service,
            redis_url=None,
            orders=OrderBook(self.folder / "orders.sqlite"),
            post=FolderPost(self.folder / "post"),
            bank=self.folder / "bank",
            chance=self.office.chance,
            terms=WorkerSettings(threads=2, sweep_s=0.2, rhythm=SweepSettings(ring_again_s=0.0)),
        )
        self._crew.start()

    def rest(self) -> None:
        """Let nobody work any more, so that a test tells what came before by its own hand."""
        if self._crew is not None:
            self._crew.stop()
        self._crew = None

    def settle(self) -> None:
        """Return when the workers have nothing left that is due."""
        assert self._crew is not None
        self._crew.settle()

    def later(self, **span: float) -> None:
        """Let time pass in the office, and everything happen that was due."""
        self.office.clock.advance(timedelta(**span))
        self.settle()

    def bank_pays(self) -> None:
        """Let the bank answer the files that were sent to it."""
        self.settle()
        DemoBank(self.folder / "bank").answer(self.now())
        self.settle()
        until(lambda: not list((self.folder / "bank" / "in").glob("*.xml")))  # another sweep may be reading it

    def now(self) -> datetime:
        return self.office.clock.now()

    def code_of(self, account: str) -> str:
        """Return what somebody's authenticator app shows; each time another code, for each is taken once."""
        self.web.clock.advance(timedelta(seconds=30))
        return self.keys[account].code(self.web.clock)

    def stop(self) -> None:
        self._server.should_exit = True
        self._serving.join(timeout=20)
        self.rest()
        self._listening.close()
        self.office.close()


class Desk:
    """Somebody's browser window; whatever its console complains of fails the test."""

    def __init__(self, live: LiveHouse, context: BrowserContext) -> None:
        self.live = live
        self.context = context
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        context.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        # The browser says so of every page that is not 200; the tests look at those pages themselves.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.live.address, "data:", "blob:")):
            self.strangers.append(request.url)

    def go(self, path: str) -> Page:
        """Open a page and return it."""
        self.page.goto(self.live.address + path)
        return self.page

    def signed_in_as(self, account: str) -> Desk:
        """Sit somebody down who has signed in already."""
        (role,) = (part.role for part in CAST if part.account == account)
        person = self.live.web.sign_in(account, [role])
        token = person.client.cookies[self.live.web.house.site.cookie]
        self.context.add_cookies([
            {"name": self.live.web.house.site.cookie, "value": token, "domain": "localhost", "path": "/",
             "httpOnly": True, "sameSite": "Strict"},
        ])  # fmt: skip
        return self

    def signs_in(self, account: str) -> Desk:
        """Go in by the door, with a password and a code."""
        page = self.go("/sign-in")
        page.get_by_label("Your name here").fill(account)
        page.get_by_label("Password").fill(self.live.keys[account].password)
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("Code").fill(self.live.code_of(account))
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("html[data-signed-in]")).to_have_count(1)
        return self

    def path(self) -> str:
        return self.page.url.removeprefix(self.live.address)

    def at_ease(self) -> None:
        """Nothing was asked of a stranger, and the browser complained of nothing."""
        assert not self.strangers, self.strangers
        assert not self.complaints, self.complaints

    def fits(self) -> None:
        """The page is not wider than the window."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.path()} is {wide} pixels too wide"


@contextmanager
def a_desk(browser: Browser, live: LiveHouse, **how: Any) -> Iterator[Desk]:
    """Lend a window of its own, and look at the end whether the browser complained."""
    context = browser.new_context(**{"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce"} | how)
    context.set_default_timeout(8_000)
    expect.set_options(timeout=8_000)
    try:
        desk = Desk(live, context)
        yield desk
        desk.at_ease()
    finally:
        context.close()
