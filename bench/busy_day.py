"""Fifty people who never pause, at a console in this process, and at one of several behind one address.

Beside it, in the same run and behind the same server: a page of FastAPI's that says one constant thing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp
from uvicorn import Config, Server

from bench.sessions import Somebody
from bench.visitors import NO_ANSWER
from tests.kit.web.served import answering, free_port, served
from tests.kit.workshop import until

PROCESSES: Final = (1, 2, 4)
CONSTANT: Final = "<!doctype html><title>Constant</title><p>" + "always the same " * 40
BEGINS_S: Final = 180.0  # after which every process has imported everything and opened the office
_PAGES: Final = ["/work", "/cases", "/cases/{case}", "/cases/{case}", "/cases/{case}/history", "/beds", "/travel",
                "/cases/{case}/do/AddNote"]  # fmt: skip


def in_this_process(app: ASGIApp, port: int, people: Sequence[Somebody], seconds: float) -> dict[str, Any]:
    """Return how fast the console and the constant page answer, each served from here."""
    with _served(app, port):
        ours = _visited(port, people, _PAGES, seconds)
    simple, other = FastAPI(), free_port()

    @simple.get("/constant")
    def constant() -> HTMLResponse:
        return HTMLResponse(CONSTANT)

    nobody = [person._replace(cases=[]) for person in people]
    with _served(simple, other):
        theirs = _visited(other, nobody, ["/constant"], min(seconds, 5))
    _print_day("in this process", ours)
    ratio = ours["per_second"] / theirs["per_second"]
    print(f"  constant page {theirs['per_second']:.0f}/s, p99 {theirs['reads']['p99']:.0f} ms, x {ratio:.2f}")
    return {"console": ours, "constant": theirs, "ratio": ratio}


def in_processes(data: Path, settings: Mapping[str, str], people: Sequence[Somebody], seconds: float) -> dict[str, Any]:
    """Return how fast ``wayhome serve`` answers the same people with so many processes, one number after another."""
    file = data / "settings.toml"
    file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))
    file.chmod(0o600)
    return {str(many): _by_so_many(data, many, people, seconds) for many in PROCESSES}


def _by_so_many(data: Path, many: int, people: Sequence[Somebody], seconds: float) -> dict[str, Any]:
    with served(data, *(["--processes", str(many)] if many > 1 else [])) as (address, process):
        if many > 1:
            until(lambda: len(answering(process.pid)) == many, BEGINS_S)
        port = int(address.rpartition(":")[2])
        _asked(port, people, _PAGES, min(seconds, 5))  # each of them opens what nobody has looked at yet
        found = _visited(port, people, _PAGES, seconds)
    _print_day(f"{many} of `wayhome serve`", found)
    return found


def _asked(port: int, people: Sequence[Somebody], pages: list[str], seconds: float) -> dict[str, Any]:
    plan = {"port": port, "sessions": [one._asdict() for one in people], "pages": pages, "seconds": seconds}
    visitors = [sys.executable, "-m", "bench.visitors"]
    done = subprocess.run(visitors, input=json.dumps(plan).encode(), stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def _visited(port: int, people: Sequence[Somebody], pages: list[str], seconds: float) -> dict[str, Any]:
    told = _asked(port, people, pages, seconds)
    answers = sum(number for status, number in told["statuses"].items() if status != str(NO_ANSWER))
    return {
        "per_second": answers / told["seconds"], "statuses": told["statuses"],
        "reads": quantiles([took * 1000 for took in told["reads"]]),
        "writes": quantiles([took * 1000 for took in told["writes"]]) if told["writes"] else None,
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


def _print_day(where: str, found: Mapping[str, Any]) -> None:
    writes = f"commands p99 {found['writes']['p99']:.0f} ms, " if found["writes"] else ""
    print(f"  busy, {where}: {found['per_second']:.0f} requests/s, reads p99 {found['reads']['p99']:.0f} ms, "
          f"{writes}{found['statuses']}")  # fmt: skip


def quantiles(took: Sequence[float]) -> dict[str, float]:
    """Return the middle of some times, and the slowest but for one in a hundred."""
    found = sorted(took)
    return {"p50": found[len(found) // 2], "p99": found[min(len(found) - 1, int(len(found) * 0.99))]}
