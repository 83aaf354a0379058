"""A process of a run: started, killed, held still, let go on, started again; only by the id it was started under."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

ROOT: Final = Path(__file__).parents[2]
END_S: Final = 20.0
# What has imported the product once and forks: a process that was killed is back within a tenth of a second.
SERVER: Final = multiprocessing.get_context("forkserver")
PRELOADED: Final = ("tests.chaos.cast", "tests.chaos.links", "console.web.app", "console.web.context", "uvicorn")


class Running(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int | None:
        """Return its id."""

    def kill(self) -> None:
        """End it at once."""


class Player:
    """One role of a run and the process that plays it now."""

    def __init__(self, name: str, start: Callable[[], Running]) -> None:
        self.name, self._start = name, start
        self._running: Running | None = None

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        assert self._running is not None, f"{self.name} is not running"
        assert self._running.pid is not None
        return self._running.pid

    @property
    def is_up(self) -> bool:
        """Tell whether the process is there, still or not."""
        return self._running is not None and _has_not_ended(self._running)

    def start(self) -> None:
        """Start it, unless it is there."""
        if not self.is_up:
            self._running = self._start()

    def kill(self) -> None:
        """Kill it in whatever it is doing."""
        if self._running is not None:
            self._running.kill()
            _wait(self._running)

    def freeze(self) -> None:
        """Hold it still."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Let it finish what it has in hand and end; kill it when it does not."""
        if not self.is_up:
            return
        self.thaw()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        assert self._running is not None
        if not _wait(self._running):
            self.kill()


def forked(target: Callable[..., None], *words: Any) -> Callable[[], Running]:
    """Return how to start a function of ours in a process of its own."""

    def start() -> Running:
        process = SERVER.Process(target=target, args=words, daemon=True)
        process.start()
        return process

    return start


def program(module: str, words: Sequence[str], said: Path) -> Callable[[], Running]:
    """Return how to start a module as a program, what it says in a file."""

    def start() -> Running:
        with said.open("ab") as output:
            return subprocess.Popen([sys.executable, "-m", module, *words], cwd=ROOT, stdout=output, stderr=output)

    return start


def _has_not_ended(running: Running) -> bool:
    return running.poll() is None if isinstance(running, subprocess.Popen) else running.is_alive()  # type: ignore[attr-defined]


def _wait(running: Running) -> bool:
    if isinstance(running, subprocess.Popen):
        with suppress(subprocess.TimeoutExpired):
            running.wait(END_S)
    else:
        running.join(END_S)  # type: ignore[attr-defined]
    return not _has_not_ended(running)
