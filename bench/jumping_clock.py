"""Time that runs like the machine's but can be pushed ahead, by one process for all: for benches only.

A year of follow-up has to pass within minutes while leases and sweeps still run in real seconds.
"""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

_OFFSET = struct.Struct("<q")


class JumpingClock:
    """The machine's clock plus an offset that all processes read from one file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_OFFSET.pack(0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _OFFSET.size)

    def now(self) -> datetime:
        """Return the present instant of everybody who shares the file."""
        (microseconds,) = _OFFSET.unpack(self._shared[:])
        return datetime.now(UTC) + timedelta(microseconds=microseconds)

    def jump_to(self, when: datetime) -> None:
        """Push time ahead to an instant; one that has passed changes nothing."""
        ahead = when - self.now()
        if ahead > timedelta(0):
            (microseconds,) = _OFFSET.unpack(self._shared[:])
            self._shared[:] = _OFFSET.pack(microseconds + ahead // timedelta(microseconds=1))
