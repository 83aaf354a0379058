"""A worker process of a peer: ``python -m bench.peers.worker KIND URL REDIS``; ends when its input closes."""

from __future__ import annotations

import sys

from dramatiq import Worker

from bench.peers.queues import THREADS, PlainQueue
from bench.peers.stores import open_store


def main(kind: str, url: str, redis_url: str) -> None:
    """Do tasks until the input closes."""
    store = open_store(kind, url, create=False)
    queue = PlainQueue(redis_url, store, f"bench-{kind}")
    worker = Worker(queue.broker, worker_threads=THREADS)
    worker.start()
    print("ready", flush=True)
    sys.stdin.read()
    worker.stop()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
