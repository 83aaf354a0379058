"""Time and chance, passed in: the only two things the rules may not make themselves.

A simulator runs the same code with ``ManualClock`` and ``SeededEntropy`` and gets the same history twice.
"""

import os
import random
import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Tells what time it is, aware and in UTC."""

    def now(self) -> datetime:
        """Return the present instant."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the machine's present instant."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved; it never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the instant it was last set to."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move forward by a span and return the new instant; raises AssertionError for a span below zero."""
        with self._lock:
            assert by >= timedelta(0), "time does not run backwards"
            self._now += by
            return self._now


class RunningClock:
    """A clock that goes on from an instant at a pace of its own: of 60, every real second is a minute."""

    def __init__(self, start: datetime, pace: float, real: Clock) -> None:
        self._start = start.astimezone(UTC)
        self._pace = pace
        self._real = real
        self._since = real.now()

    def now(self) -> datetime:
        """Return the start and the time that has passed since, as this clock counts it."""
        return self._start + (self._real.now() - self._since) * self._pace


class Entropy(Protocol):
    """Makes ids, salts, nonces and jitter."""

    def bytes(self, count: int) -> bytes:
        """Return that many unpredictable bytes."""

    def uuid(self) -> UUID:
        """Return a fresh random id."""

    def fraction(self) -> float:
        """Return a number from 0 up to but not including 1."""


class SystemEntropy:
    """Randomness from the operating system."""

    def bytes(self, count: int) -> bytes:
        """Return that many bytes fit for keys."""
        return os.urandom(count)

    def uuid(self) -> UUID:
        """Return a random version 4 UUID."""
        return UUID(bytes=os.urandom(16), version=4)

    def fraction(self) -> float:
        """Return a number in [0, 1)."""
        return random.random()  # noqa: S311 - spreads retries, guards nothing


class SeededEntropy:
    """The same ids in the same order for the same seed: for simulations and tests, never for real keys."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._lock = threading.Lock()

    def bytes(self, count: int) -> bytes:
        """Return the next bytes of this seed."""
        with self._lock:
            return self._random.randbytes(count)

    def uuid(self) -> UUID:
        """Return the next id of this seed."""
        return UUID(bytes=self.bytes(16), version=4)

    def fraction(self) -> float:
        """Return the next number of this seed in [0, 1)."""
        with self._lock:
            return self._random.random()
