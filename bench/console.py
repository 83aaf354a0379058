"""The console among very many cases: server time and statements of its pages, bytes of a first visit, a busy day."""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from starlette.types import ASGIApp

from bench.busy_day import in_processes, in_this_process, quantiles
from bench.many_cases import WITH_EVENTS_MAX, Many, multiplied
from bench.people import Centre
from bench.servers import durable_postgres, empty_database, redis_address
from bench.sessions import Somebody, somebody
from console.accounts.passwords import CHEAP
from console.web.app import console
from console.web.context import WebContext, build_context
from console.web.site import Site
from events.database import sqlite_url
from events.world import SystemClock
from tests.kit.web.asking import Asking
from tests.kit.web.served import free_port
from tests.kit.web.statements import reading
from workflow.subjects.intake.handle_words import WORDS

KINDS: Final = ("sqlite", "postgresql")
SESSIONS: Final = 50
BYTES_MAX: Final = 100_000
PAGES: Final = {
    "board, supervisor": ("supervisor", "/cases"),
    "board, case manager": ("case_manager", "/cases"),
    "list, supervisor": ("supervisor", "/cases?view=list"),
    "list, case manager": ("case_manager", "/cases?view=list"),
    "case": ("case_manager", "/cases/{case}"),
    "work": ("case_manager", "/work"),
    "work, supervisor": ("supervisor", "/work"),
}


class Place(NamedTuple):
    """Where an office lies: on which kind of database, at which address, with its keys in which folder."""

    kind: str
    url: str
    folder: Path


class Opened:
    """A console over a database of many cases."""

    def __init__(self, url: str, folder: Path, count: int) -> None:
        began = time.perf_counter()
        self.centre = Centre(url, folder)
        self.many: Many = multiplied(self.centre, count, random.Random(7))
        self.filled_s = time.perf_counter() - began

    def house(self, port: int) -> WebContext:
        return build_context(self.centre.container, Site(f"http://localhost:{port}"), SystemClock(), hashing=CHEAP)

    def somebody(self, house: WebContext, role: str, name: str, number: int = 0) -> Somebody:
        """Return a session; the originals have no team, so that everybody of the programme may see them."""
        return somebody(house, self.centre, self.many.originals, role, name, number)


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
                place = stack.enter_context(_database(kind))
                opened = Opened(place.url, place.folder, count)
                stack.callback(opened.centre.close)
                found[f"{kind} {count}"] = _measured(opened, place, count, 30 if quick else 200, seconds)
    _same_number_of_statements(found)
    return found


def _measured(opened: Opened, place: Place, count: int, times: int, seconds: float) -> dict[str, Any]:
    kind, url, folder = place
    print(f"{kind}, {count:,} cases, made in {opened.filled_s:.0f} s "
          f"(copies do not verify; {min(count, WITH_EVENTS_MAX):,} have their events)")  # fmt: skip
    port = free_port()
    house = opened.house(port)
    people = {role: opened.somebody(house, role, "bench") for role in ("supervisor", "case_manager")}
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
    fifty = [opened.somebody(house, "case_manager", f"busy-{WORDS['en'].nouns[n][0]}", n) for n in range(SESSIONS)]
    busy = in_this_process(app, port, fifty, seconds)
    if kind == "postgresql":
        with redis_address() as redis:
            settings = {"database_url": url, "allow_owner": "yes", "redis_url": redis}
            busy["processes"] = in_processes(folder, settings, fifty, seconds)
    return {"pages": pages, "first_visit": weight, "busy": busy}


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
            with reading(opened.centre.container) as sent:
                began = time.perf_counter()
                heard = await asking.send("GET", here, headers)
                took.append((time.perf_counter() - began) * 1000)
            assert heard.status == 200, (here, heard.status)
            statements.append(len(sent))
        # Folding a case for the first time takes one look at its events, later there is nothing new to read.
        # The first one opens what nobody has looked at yet: as in the morning, after the console was started.
        found[name] = {**quantiles(took[3:]), "first": took[0], "statements": statistics.mode(statements[3:])}
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


# -- small parts ------------------------------------------------------------------------------------------------------


def _same_number_of_statements(found: dict[str, Any]) -> None:
    for name in PAGES:
        by_kind: dict[str, set[float]] = {}
        for key, one in found.items():
            by_kind.setdefault(key.partition(" ")[0], set()).add(one["pages"][name]["statements"])
        for kind, numbers in by_kind.items():
            assert len(numbers) == 1, f"{name}, {kind}: {sorted(numbers)} statements, by how many cases there are"


@contextmanager
def _database(kind: str) -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        if kind == "sqlite":
            yield Place(kind, sqlite_url(folder / "log.db").render_as_string(), folder)
            return
        yield Place(kind, stack.enter_context(empty_database(stack.enter_context(durable_postgres()))), folder)
