"""Turns: callers that arrive together are served together, by one of themselves.

Whoever comes while nobody is serving serves at once, with no hand-over to another thread: a single caller
loses nothing. Whoever comes meanwhile waits, and the first of those waiting serves all of them next. One
commit, one fsync, for as many commands as have gathered.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class Caller:
    """One thread that asked; it is woken when all its requests are served, or when it is its turn to serve."""

    __slots__ = ("left", "woken")

    def __init__(self, left: int) -> None:
        self.left = left
        self.woken = threading.Event()

    def wait(self) -> None:
        """Sleep until woken."""
        self.woken.wait()
        self.woken.clear()


class PendingCommand(Generic[Asked, Given]):
    """One request and, later, its answer or the error given instead."""

    __slots__ = ("answer", "asked", "caller", "error")

    def __init__(self, asked: Asked, caller: Caller) -> None:
        self.asked = asked
        self.caller = caller
        self.answer: Given | None = None
        self.error: BaseException | None = None

    def result(self) -> Given:
        """Return the answer, or raise the error."""
        if self.error is not None:
            raise self.error
        assert self.answer is not None, "a ticket is answered or given an error"
        return self.answer


class GroupCommit(Generic[Asked, Given]):
    """Gathers what callers ask and has it served in batches, one batch at a time."""

    def __init__(self, serve: Callable[[Sequence[PendingCommand[Asked, Given]]], None], most: int = 256) -> None:
        self._serve = serve
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[PendingCommand[Asked, Given]] = deque()
        self._serving = False

    def take(self, asked: Sequence[Asked]) -> list[PendingCommand[Asked, Given]]:
        """Return the tickets of these requests once every one of them is served."""
        caller = Caller(len(asked))
        tickets: list[PendingCommand[Asked, Given]] = [PendingCommand(one, caller) for one in asked]
        if not tickets:
            return tickets
        with self._lock:
            self._waiting.extend(tickets)
            serving, self._serving = self._serving, True
        if serving:
            caller.wait()
        while caller.left:
            self._serve_some()
            if caller.left:
                caller.wait()
        return tickets

    def _serve_some(self) -> None:
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            self._serve(batch)
        except BaseException as problem:
            _give(batch, problem)
            if not isinstance(problem, Exception):
                raise
        finally:
            self._dismiss(batch)

    def _dismiss(self, batch: Sequence[PendingCommand[Asked, Given]]) -> None:
        """Wake those who have everything they asked for, and the next in line to serve."""
        with self._lock:
            for ticket in batch:
                ticket.caller.left -= 1
            self._serving = bool(self._waiting)
            awake = {ticket.caller for ticket in batch if not ticket.caller.left}
            if self._waiting:
                awake.add(self._waiting[0].caller)
        for caller in awake:
            caller.woken.set()


def _give(batch: Sequence[PendingCommand[Asked, Given]], problem: BaseException) -> None:
    """Nobody is left waiting, whatever happened: who has no answer yet is given the problem."""
    for ticket in batch:
        if ticket.answer is None and ticket.error is None:
            ticket.error = problem
