"""The clock of a run: everybody's, real seconds in between, and it can be set ahead or back."""

import struct
from datetime import timedelta

from bench.jumping_clock import JumpingClock

_OFFSET = struct.Struct("<q")


class ChaosClock(JumpingClock):
    """A clock that all processes of a run share; unlike that of benches it can be wrong for a while."""

    def push(self, by: timedelta) -> None:
        """Set the clock ahead, or back when the span is below zero."""
        (microseconds,) = _OFFSET.unpack(self._shared[:])
        self._shared[:] = _OFFSET.pack(microseconds + by // timedelta(microseconds=1))
