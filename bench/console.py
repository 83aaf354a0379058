"""The console among very many cases: server time and statements of its pages, bytes of a first visit, a busy day.

Beside it, in the same run and behind the same server: a page of FastAPI's that says one constant thing.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from sqlalchemy import Engine, event
from starlette.types import ASGIApp
from uvicorn import Config, Server

from bench.many_cases import WITH_EVENTS_MAX, Many, multiplied
from bench.people import CHANCE, TEAMS, Centre
from bench.servers import durable_postgres, empty_database
from console.accounts.passwords import CHEAP
from console.web.app import console
from console.web.context import WebContext, build_context
from console.web.site import Site
from events.database import sqlite_url
from events.world import SystemClock
from handlers.commanding.answers import Accepted
from tests.kit.officers import let_in
from tests.kit.web.asking import Asking
from tests.kit.web.houses import behind
from workflow.subjects.intake.handle_words import WORDS

KINDS: Final = ("sqlite", "postgresql")
SESSIONS: Final = 50
CASES_EACH: Final = 20  # fewer than would stop somebody for reading too many
BYTES_MAX: Final = 100_000
CONSTANT: Final = "<!doctype html><title>Constant</title><p>" + "always the same " * 40
PAGES: Final = {
    "board, supervisor": ("supervisor", "/cases"),
    "board, case manager": ("case_manager", "/cases"),
    "list, supervisor": ("supervisor", "/cases?view=list"),
    "list, case manager": ("case_manager", "/cases?view=list"),
    "case": ("case_manager", "/cases/{case}"),
    "work": ("case_manager", "/work"),
    "work, supervisor": ("supervisor", "/work"),
}
_BUSY: Final = ["/work", "/cases", "/cases/{case}", "/cases/{case}", "/cases/{case}/history", "/beds", "/travel",
                "/cases/{case}/do/AddNote"]  # fmt: skip


class Somebody(NamedTuple):
    """A session: its cookie, its token, and the cases they open."""

    cookie: str
    token: str
    cases: list[str]


class Opened:
    """A console over a database of many cases."""

    def __init__(self, url: str, folder: Path, count: int) -> None:
        began = time.perf_counter()
        self.centre = Centre(url, folder)
        self.many: Many = multiplied(self.centre, count, random.Random(7))
        self.filled_s = time.perf_counter() - began
        office: Any = SimpleNamespace(
            chance=CHANCE, clock=SystemClock(), database=self.centre.database, keys=self.centre.keys,
            service=self.centre.service,
        )  # fmt: skip
        self.office = behind(office)

    def house(self, port: int) -> WebContext:
        return build_context(self.office, Site(f"http://localhost:{port}"), SystemClock(), hashing=CHEAP)

    def engines(self) -> list[Engine]:
        """Return the engines to listen to; on PostgreSQL the one that reads is the one that writes, by another name."""
        found = [value for value in vars(self.centre.database).values() if isinstance(value, Engine)]
        return found[:1] if self.centre.database.kind == "postgresql" else found


def run(
    *, quick: bool = False, counts: Sequence[int] = (), seconds: float = 20, kinds: Sequence[str] = KINDS
) -> dict[str, Any]:
    """Measure each size on each database and print it."""
    counts = counts or ((2_000,) if quick else (10_000, 1_000_000))
    seconds = min(seconds, 3) if quick else seconds
    found: dict[str, Any] = {}
    for count in counts:
        for kind in kinds:
            with ExitStack() as stack:
                url, folder = stack.enter_context(_database(kind))
                opened = Opened(url, folder, count)
                stack.callback(opened.centre.close)
                found[f"{kind} {count}"] = _measured(opened, kind, count, 30 if quick else 200, seconds)
    _same_number_of_statements(found)
    return found


def _measured(opened: Opened, kind: str, count: int, times: int, seconds: float) -> dict[str, Any]:
    print(f"{kind}, {count:,} cases, made in {opened.filled_s:.0f} s "
          f"(copies do not verify; {min(count, WITH_EVENTS_MAX):,} have their events)")  # fmt: skip
    port = _free_port()
    house = opened.house(port)
    people = {role: _somebody(house, opened, role, "bench") for role in ("supervisor", "case_manager")}
    app = console(house)
    pages = asyncio.run(_pages(app, port, opened, people, times))
    for name, one in pages.items():
        print(
            f"  {name:20} p50 {one['p50']:7.1f} ms  p99 {one['p99']:7.1f} ms  "
            f"first {one['first']:7.1f} ms  {one['statements']} statements"
        )
    weight = asyncio.run(_first_visit(app, port, people["case_manager"]))
    print(f"  first visit {sum(weight.values()):,} bytes: " + ", ".join(f"{k} {v:,}" for k, v in weight.items()))
    assert sum(weight.values()) <= BYTES_MAX, "a first visit costs more than was promised"
    return {"pages": pages, "first_visit": weight, "busy": _busy_day(house, app, opened, port, seconds)}


# -- one page after another, without a network ------------------------------------------------------------------------


async def _pages(
    app: ASGIApp, port: int, opened: Opened, people: dict[str, Somebody], times: int
) -> dict[str, dict[str, float]]:
    asking, found = Asking(app, f"localhost:{port}"), {}
    for name, (role, path) in PAGES.items():
        person = people[role]
        headers = {"host": f"localhost:{port}", "accept": "text/html", "cookie": person.cookie}
        took, statements = list[float](), list[int]()
        for number in range(times + 3):
            here = path.format(case=person.cases[number % len(person.cases)])
            with _counted(opened) as sent:
                began = time.perf_counter()
                heard = await asking.send("GET", here, headers)
                took.append((time.perf_counter() - began) * 1000)
            assert heard.status == 200, (here, heard.status)
            statements.append(len(sent))
        # Folding a case for the first time takes one look at its events, later there is nothing new to read.
        # The first one opens what nobody has looked at yet: as in the morning, after the console was started.
        found[name] = {**_quantiles(took[3:]), "first": took[0], "statements": statistics.mode(statements[3:])}
    return found


async def _first_visit(app: ASGIApp, port: int, person: Somebody) -> dict[str, int]:
    """Return what a browser fetches that has nothing kept: the page and everything of ours that it names."""
    asking = Asking(app, f"localhost:{port}")
    headers = {"host": f"localhost:{port}", "accept": "text/html", "cookie": person.cookie, "accept-encoding": "gzip"}
    page = await asking.send("GET", f"/cases/{person.cases[0]}", headers)
    found = {"page": _weight(page)}
    for address in sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.body.decode()))):
        found[address.rpartition("/")[2]] = _weight(await asking.send("GET", address, headers))
    return found


def _weight(heard: Any) -> int:
    return len(heard.body) + sum(len(name) + len(value) + 4 for name, value in heard.headers.items())


@contextmanager
def _counted(opened: Opened) -> Iterator[list[str]]:
    sent: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "COMMIT", "SET", "SHOW")):
            sent.append(statement)

    for engine in opened.engines():
        event.listen(engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        for engine in opened.engines():
            event.remove(engine, "before_cursor_execute", hear)


# -- many people at once ----------------------------------------------------------------------------------------------


def _busy_day(house: WebContext, app: ASGIApp, opened: Opened, port: int, seconds: float) -> dict[str, Any]:
    people = [_somebody(house, opened, "case_manager", f"busy-{WORDS['en'].nouns[n][0]}", n) for n in range(SESSIONS)]
    with _served(app, port):
        ours = _visited(port, people, _BUSY, seconds)
    simple, other = FastAPI(), _free_port()

    @simple.get("/constant")
    def constant() -> HTMLResponse:
        return HTMLResponse(CONSTANT)

    nobody = [person._replace(cases=[]) for person in people]
    with _served(simple, other):
        theirs = _visited(other, nobody, ["/constant"], min(seconds, 5))
    _print_day(ours, theirs)
    return {"console": ours, "constant": theirs, "ratio": ours["per_second"] / theirs["per_second"]}


def _visited(port: int, people: Sequence[Somebody], pages: list[str], seconds: float) -> dict[str, Any]:
    plan = {"port": port, "sessions": [one._asdict() for one in people], "pages": pages, "seconds": seconds}
    done = subprocess.run(
        [sys.executable, "-m", "bench.visitors"], input=json.dumps(plan).encode(), capture_output=True, check=True
    )
    told = json.loads(done.stdout)
    every = told["reads"] + told["writes"]
    return {
        "per_second": len(every) / told["seconds"], "statuses": told["statuses"],
        "reads": _quantiles([took * 1000 for took in told["reads"]]),
        "writes": _quantiles([took * 1000 for took in told["writes"]]) if told["writes"] else None,
    }  # fmt: skip


@contextmanager
def _served(app: ASGIApp, port: int) -> Iterator[None]:
    """Serve as ``wayhome serve`` does."""
    server = Server(
        Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, server_header=False, http="h11",
               limit_concurrency=500, timeout_keep_alive=15, timeout_graceful_shutdown=1, ws="none", lifespan="off")
    )  # fmt: skip
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


# -- small parts ------------------------------------------------------------------------------------------------------


def _somebody(house: WebContext, opened: Opened, role: str, name: str, number: int = 0) -> Somebody:
    account = f"staff:{name}-{role}".replace("_", "-")  # no two are called alike
    if house.accounts.row(account) is None:
        place = {"programmes": ("moscow",), "team": f"team-{number % TEAMS}"}
        answer = let_in(opened.centre.service, CHANCE.uuid, account, (role,), **place)
        assert answer is None or isinstance(answer, Accepted), answer
    row = house.accounts.row(account)
    assert row is not None
    token = house.sessions.start(account, row.epoch, strong=True)
    session = house.sessions.find(token)
    assert session is not None
    # The originals have no team, so that everybody of the programme may see them.
    start = number * 7 % len(opened.many.originals)
    cases = (opened.many.originals[start:] + opened.many.originals[:start])[:CASES_EACH]
    return Somebody(f"{house.site.cookie}={token}", session.csrf, [str(case) for case in cases])


def _quantiles(took: Sequence[float]) -> dict[str, float]:
    found = sorted(took)
    return {"p50": found[len(found) // 2], "p99": found[min(len(found) - 1, int(len(found) * 0.99))]}


def _same_number_of_statements(found: dict[str, Any]) -> None:
    for name in PAGES:
        by_kind: dict[str, set[float]] = {}
        for key, one in found.items():
            by_kind.setdefault(key.partition(" ")[0], set()).add(one["pages"][name]["statements"])
        for kind, numbers in by_kind.items():
            assert len(numbers) == 1, f"{name}, {kind}: {sorted(numbers)} statements, by how many cases there are"


def _print_day(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    print(f"  busy: {ours['per_second']:.0f} requests/s, reads p99 {ours['reads']['p99']:.0f} ms, "
          f"commands p99 {ours['writes']['p99']:.0f} ms, {ours['statuses']}; "
          f"constant page {theirs['per_second']:.0f}/s, p99 {theirs['reads']['p99']:.0f} ms, "
          f"x {ours['per_second'] / theirs['per_second']:.2f}")  # fmt: skip


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _database(kind: str) -> Iterator[tuple[str, Path]]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        if kind == "sqlite":
            yield sqlite_url(folder / "log.db").render_as_string(), folder
            return
        yield stack.enter_context(empty_database(stack.enter_context(durable_postgres()))), folder
