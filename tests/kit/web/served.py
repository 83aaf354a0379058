"""A console that runs in a process of its own, on a port of its own, until a test is over."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import psutil

PROGRAM = (sys.executable, "-c", "from console.cli import main; main()")


@contextmanager
def served(data: Path, *words: str, name: str = "localhost") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve a data folder until the block ends, and then see it go by itself."""
    with running("serve", "--data", str(data), *words, name=name) as found:
        yield found


@contextmanager
def running(*words: str, name: str = "localhost") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a verb that serves, on a free port, until the block ends."""
    port = free_port()
    process = subprocess.Popen(
        [*PROGRAM, *words, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        yield wait_for(port, process, name), process
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def answering(pid: int) -> list[psutil.Process]:
    """Return the processes that answer for a console of several; not the one that helps Python to clear up behind."""
    return [one for one in psutil.Process(pid).children() if _is_begun(one)]


def _is_begun(process: psutil.Process) -> bool:
    try:
        return any("spawn_main" in word for word in process.cmdline())
    except psutil.Error:  # it is over, and nobody has asked yet how it ended
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[str], name: str = "localhost") -> str:
    """Return the address once it answers; until somebody listens there a bare socket asks, which costs least."""
    until, address = time.monotonic() + 120, f"http://localhost:{port}"
    while time.monotonic() < until and process.poll() is None:
        with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=2):
            assert httpx2.get(f"{address}/healthz", timeout=60, headers={"host": name}).text == "ok\n"
            return address
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)  # nothing says that a port is open now; that a process ended is heard at once
    raise AssertionError(
        process.stdout.read() if process.stdout and process.poll() is not None else "it does not answer"
    )
