"""How the console is served: in this process, or in several behind one address, each with the office open for itself.

uvicorn starts the several, looks after them, and begins anew whichever died or no longer answers.
"""

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from multiprocessing import connection, parent_process
from pathlib import Path
from socket import socket
from threading import Thread
from typing import Any, Final

import typer
from fastapi import FastAPI
from starlette.types import Lifespan
from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from console.cli_support import plainly
from console.container import Container
from console.printing import UNAVAILABLE, say_error
from console.settings import Settings
from console.web.app import console
from console.web.context import build_context
from console.web.punctual_protocol import HEAD_S, PunctualProtocol
from console.web.site import Door, Site
from events.errors import StoreUnavailable
from events.world import SystemClock

CONNECTIONS_MAX: Final = 600  # more than may wait and listen together: the rest is for pages and forms
_ANSWERS_S: Final = 60  # one that says nothing for so long is begun anew; to import everything takes seconds, too
_GRACE_S: Final = 3  # open pages listen for changes for ever; they come back by themselves


def server_for(container: Container, site: Site, door: Door) -> Server:
    """Return a server for an office; it keeps no list of who looked at which page, that is the log's own work."""
    app = console(build_context(container, site, SystemClock()))
    return Server(Config(app, lifespan="off", **_terms(site, door)))


def serve_in_processes(settings: Settings, site: Site, door: Door, many: int, listening: socket) -> bool:
    """Serve in so many processes until stopped; tell whether every one could open the office."""
    config = Config(
        partial(_of_its_own, settings, site), factory=True, workers=many, lifespan="on", **_terms(site, door)
    )
    supervisor = Multiprocess(config, [listening])
    supervisor.run()
    return all(one.exitcode != STARTUP_FAILURE for one in supervisor.processes)


def _terms(site: Site, door: Door) -> dict[str, Any]:
    return {
        "host": door.host,
        "port": door.port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": site.encrypted,
        "forwarded_allow_ips": door.proxy,
        "http": PunctualProtocol,
        "h11_max_incomplete_event_size": 16_384,
        "limit_concurrency": CONNECTIONS_MAX,
        "timeout_keep_alive": HEAD_S,
        "timeout_graceful_shutdown": _GRACE_S,
        "timeout_worker_healthcheck": _ANSWERS_S,
        "ws": "none",
    }


def _of_its_own(settings: Settings, site: Site) -> FastAPI:
    """Return the console over an office opened in this process, which is closed when the server is done."""
    _end_with_parent()
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - of several, none asks for a passphrase
    container = opened_or_ended(settings)
    container.ring_workers()
    container.watch_keys()
    return console(build_context(container, site, SystemClock()), lifespan=_closing(container))


def opened_or_ended(settings: Settings) -> Container:
    """Open the office, or end this process and say why: while a server is away it is begun anew, else all end."""
    try:
        with plainly():
            try:
                return Container(settings)
            except StoreUnavailable as away:
                say_error(str(away))
                sys.exit(UNAVAILABLE)
    except typer.Exit:
        sys.exit(STARTUP_FAILURE)


def _closing(container: Container) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            container.close()

    return lifespan


def _end_with_parent() -> None:
    """End in good order when whoever started this process is killed: nobody would look after it any more."""
    parent = parent_process()
    assert parent is not None, "uvicorn starts this process"

    def watch() -> None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, daemon=True).start()
