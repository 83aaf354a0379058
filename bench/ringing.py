"""One process that answers the bell: dramatiq as the product runs it, or a blocking Redis list by hand.

Each notes when the first line of its work ran. Started by ``bench.latency``; ends when its input closes.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, Final

import redis

from workers.running import broker as running_broker
from workers.running.broker import QueueNotifier, open_broker, open_worker

HAND, HELD, STARTED = "wayhome-bench:hand", "wayhome-bench:held", "wayhome-bench:started"
THREADS: Final = 4  # as many as a crew has


def main(kind: str, address: str, idle_wait_ms: str) -> None:
    """Answer until the other end closes our input."""
    client = redis.Redis.from_url(address, socket_timeout=None)
    answering = threading.Thread(target=_by_hand, args=(client,), daemon=True)
    if kind == "dramatiq":
        _dramatiq(client, address, int(idle_wait_ms))
    else:
        answering.start()
    print("ready", flush=True)
    sys.stdin.read()


def _dramatiq(client: Any, address: str, idle_wait_ms: int) -> None:
    running_broker.IDLE_WAIT_MS = idle_wait_ms  # type: ignore[misc]

    def perform(task_ids: Sequence[str]) -> None:
        _note(client, "dramatiq", task_ids[0], time.time_ns())

    broker = open_broker(address)
    QueueNotifier(broker, perform)
    open_worker(broker, THREADS).start()


def _by_hand(client: Any) -> None:
    """Take from a list and hold it in another until it is done: at least once, with no library."""
    while True:
        taken = client.blmove(HAND, HELD, 0, "RIGHT", "LEFT")
        _note(client, "by hand", taken.decode(), time.time_ns())
        client.lrem(HELD, 1, taken)


def _note(client: Any, kind: str, rung: str, started: int) -> None:
    client.lpush(f"{STARTED}:{kind}", f"{rung} {started}")


if __name__ == "__main__":
    main(*sys.argv[1:])
