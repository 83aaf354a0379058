"""A peer at work: ``python -m bench.peers.office KIND URL REDIS``, asked line by line what to do next."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from uuid import UUID, uuid4

from bench.peers.processor import Backends
from bench.peers.questions import answer_questions
from bench.peers.stores import open_store
from bench.peers.work import FILLED, Store, advanced, finished, opened, served
from bench.together import together

MANAGERS = 4
LOOK_S = 0.005
Ring = Callable[[UUID, tuple[str, ...]], None]


class Office:
    """Cases in one kind of store, and two worker processes from the first journey on."""

    def __init__(self, kind: str, url: str, redis_url: str, stack: ExitStack) -> None:
        self._kind, self._url, self._redis_url, self._stack = kind, url, redis_url, stack
        self._alone = open_store(kind, url, workers=False)
        stack.callback(self._alone.close)
        self._backends = Backends(url)
        stack.callback(self._backends.close)
        self._lives: list[UUID] = []
        self._shared: tuple[Store, Ring] | None = None

    def commands(self, callers: int, rows: int) -> dict[str, float]:
        """Let so many callers give commands, each about a case of some twenty events."""
        cases = [self._filled() for _ in range(callers)]
        together([partial(self._serve, case, 1) for case in cases])  # everybody has a connection before it counts
        cpu, before = time.process_time(), self._backends.seconds()
        seconds = together([partial(self._serve, case, rows) for case in cases])
        return {"seconds": seconds, "cpu": time.process_time() - cpu, "database": self._backends.since(before)}

    def read(self, cases: int) -> dict[str, float]:
        """Build so many whole cases anew from their events."""
        while len(self._lives) < cases:
            self._lives.append(self._lived())
        begin, cpu = time.perf_counter(), time.process_time()
        events = self._alone.read(self._lives[:cases])
        return {"events": events, "seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu}

    def decode(self) -> dict[str, float]:
        """Decode the whole log as fast as it goes; by hand only."""
        from bench.peers.by_hand import ByHand

        assert isinstance(self._alone, ByHand)
        begin = time.perf_counter()
        return {"events": self._alone.decode(), "seconds": time.perf_counter() - begin}

    def journeys(self, people: int) -> dict[str, float]:
        """Take so many people through the six stages at once; workers do their tasks."""
        store, ring = self._shared = self._shared or self._with_workers()
        cases, begin = [uuid4() for _ in range(people)], time.perf_counter()
        with ThreadPoolExecutor(MANAGERS) as managers:
            list(managers.map(lambda case: store.record(case, opened), cases))
            closed, known = 0, dict[UUID, int]()
            while closed < people:
                ready = [(case, version) for case, version in store.ready() if known.get(case) != version]
                known |= dict(ready)
                closed += sum(managers.map(lambda one: _advance(store, ring, one[0]), ready))
                time.sleep(0 if ready else LOOK_S)
        return {"seconds": time.perf_counter() - begin}

    def _with_workers(self) -> tuple[Store, Ring]:
        store = open_store(self._kind, self._url, create=False)
        self._stack.callback(store.close)
        module: str = "bench.peers.procrastinating"
        ring: Ring = _rung_already
        if self._kind != "procrastinate":
            from bench.peers.queues import PlainQueue

            module, ring = "bench.peers.worker", PlainQueue(self._redis_url, store, f"bench-{self._kind}").ring
        for _ in range(2):
            self._stack.enter_context(running(module, self._kind, self._url, self._redis_url))
        return store, ring

    def _filled(self) -> UUID:
        case = uuid4()
        for decide in (opened, *[served] * (FILLED - 1)):
            self._alone.record(case, decide)
        return case

    def _serve(self, case: UUID, rows: int) -> None:
        for _ in range(rows):
            self._alone.record(case, served)

    def _lived(self) -> UUID:
        case = uuid4()
        change = self._alone.record(case, opened)
        while not change.state.closed:
            change = self._alone.record(case, advanced)
            for task in change.asked:
                self._alone.record(case, finished(task))
        return case


@contextmanager
def running(module: str, *arguments: str) -> Iterator[None]:
    """Have a process of ours beside the block, ready from its begin on; it ends when its input closes."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
        process.communicate(timeout=30)


def _rung_already(_case: UUID, _tasks: tuple[str, ...]) -> None:
    """Do nothing: the jobs were written with the events, and their workers are told by the database."""


def _advance(store: Store, ring: Ring, case: UUID) -> bool:
    change = store.record(case, advanced)
    ring(case, change.asked)
    return change.state.closed


def main(kind: str, url: str, redis_url: str) -> None:
    """Answer questions until the input closes."""
    with ExitStack() as stack:
        office = Office(kind, url, redis_url, stack)
        asked = (office.commands, office.read, office.decode, office.journeys)
        answer_questions({question.__name__: question for question in asked})


if __name__ == "__main__":
    main(*sys.argv[1:])
