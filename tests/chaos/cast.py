"""Who is on stage: consoles, dispatchers and workers, each the product's own, put together with another clock."""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from ctypes import CDLL, get_errno
from pathlib import Path
from typing import Final, NamedTuple

from console.container import Container
from console.serving import server_for
from console.web.site import Door, Site
from tests.chaos.agent import RemoteAgent
from tests.chaos.clock import ChaosClock
from tests.chaos.mail_sink import KeyedPost
from tests.chaos.place import Place
from workers.running.perform import Backoff
from workers.running.sweeper import SweepSettings
from workers.running.worker_pool import WorkerPool, WorkerSettings

LEASE_S: Final = 4.0
SWEEP_S: Final = 0.25
# A task that failed is tried again within seconds, and often: faults last for seconds, and the clock leaps.
TERMS: Final = WorkerSettings(
    threads=4, lease_s=LEASE_S, limit_s=LEASE_S - 1, sweep_s=SWEEP_S, patience=Backoff(first_s=0.5, most_s=5.0),
    rhythm=SweepSettings(ring_again_s=1.0, ask_again_s=2.0),
)  # fmt: skip
_NEWNET: Final = 0x40000000  # CLONE_NEWNET, as linux/sched.h has it


class Part(NamedTuple):
    """What one process is told: its name, the links it has, and the host it is on, if it has one of its own."""

    name: str
    database: str
    redis: str
    host: str = ""  # a network namespace
    address: str = "127.0.0.1"
    port: int = 0  # where a console listens
    origin: str = ""


def console(place: Place, part: Part) -> None:
    """Serve people as ``wayhome serve`` does, until told to stop."""
    _begin(place, part)
    office = _office(place, part)
    office.ring_workers()
    office.watch_keys()
    listening = socket.create_server((part.address, part.port))
    server = server_for(office, Site(part.origin), Door(part.address, part.port))
    threading.Thread(
        target=_end_when_orphaned, args=(lambda: setattr(server, "should_exit", True),), daemon=True
    ).start()
    server.run([listening])  # it heeds SIGTERM itself
    office.close()


def dispatcher(place: Place, part: Part) -> None:
    """Sweep until told to stop, and do no task."""
    ended = _begin(place, part)
    office = _office(place, part)
    office.watch_keys()
    pool = _pool(place, office)
    parent = os.getppid()
    while not ended.wait(SWEEP_S) and os.getppid() == parent:
        pool.sweeper.sweep_safely()
    pool.stop()
    office.close()


def worker(place: Place, part: Part) -> None:
    """Do tasks until told to stop, and sweep nothing."""
    ended = _begin(place, part)
    office = _office(place, part)
    office.watch_keys()
    pool = _pool(place, office)
    _say_name(place, part.name, pool)
    pool.start(sweeping=False)
    parent = os.getppid()
    while not ended.wait(0.5) and os.getppid() == parent:
        continue
    pool.stop()
    office.close()


def crew_of(place: Place, name: str) -> str:
    """Return the name under which a worker process claims tasks; it has another one after each start."""
    told = place.folder / f"crew-{name}"
    return told.read_text() if told.exists() else ""


def _begin(place: Place, part: Part) -> threading.Event:
    """Move to the host, write what is said into a file, and return the event that SIGTERM sets."""
    if part.host:
        _enter(part.host)
    said = os.open(place.folder / f"said-{part.name}.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(said, sys.stdout.fileno())
    os.dup2(said, sys.stderr.fileno())
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s", force=True)
    ended = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever types Ctrl-C means the run
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    return ended


def _enter(host: str) -> None:
    """Move this process to a host of its own."""
    handle = os.open(Path("/run/netns") / host, os.O_RDONLY)
    try:
        if CDLL(None, use_errno=True).setns(handle, _NEWNET):
            raise OSError(get_errno(), f"cannot enter {host}")
    finally:
        os.close(handle)


def _office(place: Place, part: Part) -> Container:
    return Container(place.settings(part.database, part.redis), clock=ChaosClock(place.clock))


def _pool(place: Place, office: Container) -> WorkerPool:
    agent = RemoteAgent(place.outside, place.agent_port)
    return office.pool(TERMS, orders=agent, post=KeyedPost(place.outside, place.mail_port))


def _say_name(place: Place, name: str, pool: WorkerPool) -> None:
    draft = place.folder / f"crew-{name}.part"
    draft.write_text(pool.leases._worker)
    draft.replace(draft.with_suffix(""))


def _end_when_orphaned(stop: Callable[[], None]) -> None:
    """Stop when the run is gone, however it went."""
    parent, never = os.getppid(), threading.Event()
    while os.getppid() == parent:
        never.wait(0.5)
    stop()
