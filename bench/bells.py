"""The bells that are compared: each can be rung with a time stamp and says how long its ring waited."""

from __future__ import annotations

import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import psutil
import redis

from bench.ringing import HAND, STARTED, THREADS
from workers.running.broker import IDLE_WAIT_MS, QueueNotifier, open_broker, open_worker

KIND = "book_ticket"
PATIENCE_S = 20


class Bell(NamedTuple):
    """Something that starts work; ``waited`` returns the milliseconds of one ring, in the order they were noted."""

    name: str
    ring: Callable[[int], None]
    waited: Callable[[], float]
    process: int | None


@contextmanager
def by_hand(address: str) -> Iterator[Bell]:
    """Lend the least that could do it: LPUSH here, BLMOVE there."""
    client = redis.Redis.from_url(address, socket_timeout=None)
    with _process("by hand", address, 0) as process:
        yield Bell("by hand, BLMOVE", _pushing(client), _noted(client, "by hand"), process)


@contextmanager
def dramatiq(address: str, idle_wait_ms: int = IDLE_WAIT_MS) -> Iterator[Bell]:
    """Lend the product's way: a doorbell here, a worker's process there."""
    client = redis.Redis.from_url(address, socket_timeout=None)
    door = QueueNotifier(open_broker(address))
    with _process("dramatiq", address, idle_wait_ms) as process:
        name = f"Redis, one worker process, wait {idle_wait_ms} ms"
        yield Bell(name, lambda at: door.ring([(str(at), KIND)]), _noted(client, "dramatiq"), process)


@contextmanager
def embedded() -> Iterator[Bell]:
    """Lend the broker a small office has: worker threads in this process."""
    started: queue.SimpleQueue[float] = queue.SimpleQueue()

    def perform(task_ids: Sequence[str]) -> None:
        started.put((time.time_ns() - int(task_ids[0])) / 1e6)

    broker = open_broker(None)
    door = QueueNotifier(broker, perform)
    worker = open_worker(broker, THREADS)
    worker.start()
    try:
        yield Bell(
            "inside this process",
            lambda at: door.ring([(str(at), KIND)]),
            lambda: started.get(timeout=PATIENCE_S),
            None,
        )
    finally:
        worker.stop()
        broker.close()


def idle_cpu(bell: Bell, seconds: float) -> float:
    """Return how many percent of a core the bell's process takes while nothing is rung."""
    assert bell.process is not None
    process = psutil.Process(bell.process)
    before = process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    return float(after.user + after.system - before.user - before.system) / seconds * 100


def _pushing(client: Any) -> Callable[[int], None]:
    def push(at: int) -> None:
        client.lpush(HAND, str(at))

    return push


def _noted(client: Any, kind: str) -> Callable[[], float]:
    def waited() -> float:
        found = client.brpop(f"{STARTED}:{kind}", PATIENCE_S)
        assert found is not None, f"no answer from {kind}"
        rung, started = found[1].split()
        return (int(started) - int(rung)) / 1e6

    return waited


@contextmanager
def _process(kind: str, address: str, idle_wait_ms: int) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.ringing", kind, address, str(idle_wait_ms)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        try:
            yield child.pid
        finally:
            child.terminate()
