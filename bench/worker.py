"""A worker process of a bench: the product's own crew, with time that can be pushed ahead.

``python -m bench.worker DATA CLOCK`` with the servers in the environment, as ``wayhome work`` takes them. Each line of
its input says that time was pushed ahead, and it sweeps at once; it ends in good order when the input closes.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from bench.jumping_clock import JumpingClock
from console.container import Container
from console.settings import settings
from workers.running.worker_pool import WorkerSettings

TERMS = WorkerSettings(threads=4, lease_s=8.0)


def main(data: Path, clock: Path) -> None:
    """Work until the other end closes our input, or is gone."""
    logging.basicConfig(level=logging.ERROR)
    office = Container(settings(data), clock=JumpingClock(clock))
    crew = office.pool(TERMS)
    crew.start()
    for _ in sys.stdin:
        crew.sweeper.sweep_safely()
    crew.stop()
    office.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
