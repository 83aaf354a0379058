"""Group commit: callers that arrive together are served together, by one of themselves.

Whoever comes while nobody is serving serves at once, with no hand-over to another thread: a single caller
loses nothing. Whoever comes meanwhile waits, and the first of those waiting serves all of them next. One
commit, one fsync, for as many commands as have gathered.

A caller may be torn away anywhere, by Ctrl-C or by a time limit that another thread raises in it. So every
step can be taken again by somebody else: a command stays in the queue until it is served, and each step that
wakes callers leaves the queue so that the next one wakes whom it forgot.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from queue import SimpleQueue
from typing import Generic, TypeVar

Request = TypeVar("Request")
Response = TypeVar("Response")


class PendingCommand(Generic[Request, Response]):
    """One request and, later, its answer or the error given instead."""

    __slots__ = ("answer", "asked", "caller", "error", "served")

    def __init__(self, asked: Request, caller: WaitingCaller[Request, Response]) -> None:
        self.asked = asked
        self.caller = caller
        self.answer: Response | None = None
        self.error: BaseException | None = None
        self.served = False

    def result(self) -> Response:
        """Return the answer, or raise the error."""
        if self.error is not None:
            raise self.error
        assert self.answer is not None, "a pending command is answered or given an error"
        return self.answer


class WaitingCaller(Generic[Request, Response]):
    """One thread that asked; it is woken when all its requests are served, or when it is its turn to serve."""

    __slots__ = ("_woken", "pending")

    def __init__(self, asked: Sequence[Request]) -> None:
        self.pending: list[PendingCommand[Request, Response]] = [PendingCommand(one, self) for one in asked]
        self._woken: SimpleQueue[None] = SimpleQueue()  # in C: nobody can be torn away with its lock in hand

    @property
    def is_served(self) -> bool:
        """Tell whether every request is served; they are served in order, so the last one tells."""
        return self.pending[-1].served

    def wait(self) -> None:
        """Sleep until woken; being woken for nothing is possible."""
        self._woken.get()

    def wake(self) -> None:
        """Let the caller look again whether it is served or has to serve."""
        self._woken.put(None)


class GroupCommit(Generic[Request, Response]):
    """Gathers what callers ask and has it served in batches, one batch at a time."""

    def __init__(self, serve: Callable[[Sequence[PendingCommand[Request, Response]]], None], most: int = 256) -> None:
        """Serve with a function that answers every command, and does no harm when given one a second time."""
        self._serve = serve
        self._most = most
        self._lock = threading.Lock()  # only ever taken by ``with``, which cannot be torn apart from its release
        self._waiting: deque[PendingCommand[Request, Response]] = deque()
        self._server: WaitingCaller[Request, Response] | None = None

    def take(self, asked: Sequence[Request]) -> list[PendingCommand[Request, Response]]:
        """Return these requests once every one of them is served.

        Whatever is raised here came from outside, into this thread; what is not yet being served is then
        withdrawn, and those who waited with it are served by another caller.
        """
        if not asked:
            return []
        caller: WaitingCaller[Request, Response] = WaitingCaller(asked)
        try:
            self._join(caller)
            while not caller.is_served:
                if self._server is caller:
                    self._serve_some(caller)
                else:
                    caller.wait()
        except BaseException:
            self._withdraw(caller)
            raise
        return caller.pending

    def _join(self, caller: WaitingCaller[Request, Response]) -> None:
        with self._lock:
            self._waiting.extend(caller.pending)
            if self._server is None:
                self._server = caller

    def _serve_some(self, caller: WaitingCaller[Request, Response]) -> None:
        with self._lock:
            batch = list(islice(self._waiting, self._most))
        try:
            self._serve(batch)
        except Exception as problem:  # noqa: BLE001 - every one of the batch is told
            _give(batch, problem)
        for pending in batch:
            pending.served = True
        self._hand_on(caller)

    def _withdraw(self, caller: WaitingCaller[Request, Response]) -> None:
        with self._lock:
            self._waiting = deque(pending for pending in self._waiting if pending.caller is not caller)
        self._hand_on(caller)

    def _hand_on(self, caller: WaitingCaller[Request, Response]) -> None:
        """Wake those who have everything they asked for and, if it was this one's duty, the next to serve."""
        with self._lock:
            while self._waiting and self._waiting[0].served:
                first = self._waiting[0]
                if first is first.caller.pending[-1]:
                    first.caller.wake()
                self._waiting.popleft()
            if self._server is caller:
                self._server = self._waiting[0].caller if self._waiting else None
            if self._server is not None:
                self._server.wake()


def _give(batch: Sequence[PendingCommand[Request, Response]], problem: Exception) -> None:
    """Nobody is left waiting, whatever happened: who has no answer yet is given the problem."""
    for pending in batch:
        if pending.answer is None and pending.error is None:
            pending.error = problem
