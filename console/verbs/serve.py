"""`wayhome serve`: the console in a browser, on this machine or behind an encrypting proxy."""

from __future__ import annotations

import ipaddress
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

import typer

from console.cli_support import Data, office, plainly
from console.container import Container
from console.errors import BadInput, PortTaken
from console.printing import UNAVAILABLE, say, say_error
from console.settings import overridden
from console.web.site import LOOPBACK, Door, Site

if TYPE_CHECKING:
    from pathlib import Path

PORT: Final = 8421
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
PROCESSES_MAX: Final = 32


def serve(
    data: Data = None,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = PORT,
    origin: Annotated[
        str, typer.Option(help="Address people type, like https://wayhome.example.org, when a proxy is in between.")
    ] = "",
    proxy: Annotated[str, typer.Option(help="Address of that proxy; it alone may say whom it asks for.")] = "127.0.0.1",
    threads: Annotated[int, typer.Option(min=1, max=64, help="Worker threads, when there is no Redis.")] = 4,
    workers: Annotated[bool, typer.Option("--workers/--no-workers", help="Do tasks in this process too.")] = True,
    processes: Annotated[
        int,
        typer.Option(min=1, max=PROCESSES_MAX, help="So many processes behind the address; more than one need Redis."),
    ] = 1,
) -> None:
    """Serve the console until stopped with Ctrl-C; without Redis this process does the tasks too.

    Example: wayhome serve --data wayhome-data
    """
    with plainly():
        site = site_for(host, port, origin)
    if processes > 1:
        _serve_several(data, site, Door(host, port, proxy), processes)
        return
    with office(data, ring=True) as container:
        listening = _listening(host, port)
        _say(container, site)
        container.watch_keys()
        from console.serving import server_for

        with _working(container, threads if workers else 0), ended_in_order():
            server_for(container, site, Door(host, port, proxy)).run([listening])


def _serve_several(data: Path | None, site: Site, door: Door, many: int) -> None:
    """Serve in several processes; this one only looks after them."""
    with office(data) as container:
        if container.settings.redis_url is None:
            raise BadInput(
                "several processes need a queue that all of them reach: set WAYHOME_REDIS_URL, and let "
                "`wayhome work` do the tasks"
            )
        listening = _listening(door.host, door.port)
        _say(container, site)
    from console.serving import serve_in_processes

    if not serve_in_processes(container.settings, site, door, many, listening):
        raise typer.Exit(UNAVAILABLE)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let SIGTERM end what is served as Ctrl-C does: the server says it on to the process, which would end at once.

    Ended at once, the newest events and keys would still lie in the files beside log and key file.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        yield


def _listening(host: str, port: int) -> socket.socket:
    """Return the open door, before anything is said or begun; raises PortTaken."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as problem:
        why = f"nothing can listen at {host}, port {port} ({problem.strerror})"
        raise PortTaken(f"{why}; stop what listens there, or name another one with --port") from problem


def site_for(host: str, port: int, origin: str = "") -> Site:
    """Return where people reach the console; raises BadInput for a way others could listen in on."""
    if not origin:
        if not _is_loopback(host):
            said = f"{host} can be reached from elsewhere, where passwords would travel in the clear"
            raise BadInput(f"{said}; put an encrypting proxy in front and give its address with --origin https://...")
        return Site(f"http://localhost:{port}")
    address = origin.lower().rstrip("/")
    if not _ORIGIN.fullmatch(address) or not _port_is_one(address):
        raise BadInput("the origin is an address without a path, like https://wayhome.example.org")
    site = Site(address)
    if not site.encrypted and not (site.host in LOOPBACK and _is_loopback(host)):
        raise BadInput("the origin begins with https://; without it only this machine is served")
    return site


@contextmanager
def _working(container: Container, threads: int) -> Iterator[None]:
    """Have the tasks done meanwhile; with Redis that is for ``wayhome work`` to do."""
    if threads == 0 or container.settings.redis_url is not None:
        yield
        return
    pool = container.pool_of(threads)
    pool.start()
    try:
        yield
    finally:
        pool.stop()


def _say(container: Container, site: Site) -> None:
    from handlers.projections.accounts import list_accounts

    with container.database.reading() as connection:
        nobody = not list_accounts(connection)
    for line in overridden(container.settings):
        say_error(line)
    say(f"Wayhome is at {site.origin}; stop with Ctrl-C")
    if nobody:
        say("nobody may sign in yet; open the first two officers with: wayhome account open staff:root"
                     " --role administrator, and another with --role data_protection")  # fmt: skip


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _port_is_one(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False
