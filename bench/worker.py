"""A worker process of a bench: the product's own crew, with time that can be pushed ahead.

``python -m bench.worker DATA CLOCK`` with the servers in the environment, as ``wayhome work`` takes them.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from bench.jumping_clock import JumpingClock
from console.container import Container
from console.settings import settings
from workers.running.worker_pool import WorkerSettings

TERMS = WorkerSettings(threads=4, lease_s=8.0, sweep_s=0.2)


def main(data: Path, clock: Path) -> None:
    """Work until told to stop."""
    logging.basicConfig(level=logging.ERROR)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    office = Container(settings(data), clock=JumpingClock(clock))
    crew = office.pool(TERMS)
    crew.start()
    parent = os.getppid()
    while not ended.wait(1.0) and os.getppid() == parent:
        continue  # a worker of a bench that was killed ends by itself
    crew.stop()
    office.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
