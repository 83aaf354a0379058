"""Two worker processes of a bench: they can be told that time was pushed ahead, killed, and started again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from console.container import Container


class Workers:
    """Two worker processes that can be killed and started again; ends only what it started."""

    def __init__(self, office: Container, clock: Path) -> None:
        settings = office.settings
        self._environment = os.environ | {
            "WAYHOME_DATABASE_URL": settings.database_url or "",
            "WAYHOME_REDIS_URL": settings.redis_url or "",
            "WAYHOME_ALLOW_OWNER": settings.allow_owner or "",
        }
        self._command = [sys.executable, "-m", "bench.worker", str(settings.data), str(clock)]
        self._running = [self._start(), self._start()]
        self.killed = 0

    def kill_one(self, which: int) -> None:
        """Kill a worker in whatever it is doing, and start another in its place."""
        self._running[which].kill()
        self._running[which].communicate()
        self._running[which] = self._start()
        self.killed += 1

    def sweep(self) -> None:
        """Have one of them sweep now, as the other's next sweep may be most of a second away."""
        process = self._running[0]
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()

    def stop(self) -> None:
        """Let both finish what they have in hand, and stop."""
        for process in self._running:
            assert process.stdin is not None
            process.stdin.close()
        for process in self._running:
            process.wait(60)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, env=self._environment, stdin=subprocess.PIPE)
