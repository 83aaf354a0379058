"""Loops that run at the same time, each in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence


def together(loops: Sequence[Callable[[], None]]) -> float:
    """Run the loops at the same time and return the seconds until the last one is done; raise what one raised."""
    problems: list[BaseException] = []
    ready = threading.Barrier(len(loops) + 1)
    threads = [threading.Thread(target=_run, args=(loop, ready, problems)) for loop in loops]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return time.perf_counter() - start


def _run(loop: Callable[[], None], ready: threading.Barrier, problems: list[BaseException]) -> None:
    ready.wait()
    try:
        loop()
    except Exception as problem:  # noqa: BLE001 - handed to whoever waits for the threads
        problems.append(problem)
