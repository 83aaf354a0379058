"""How long a task waits for its work in each task queue, with the settings its guide begins with.

``python -m bench.peers.starts ask KIND URL REDIS`` rings and answers questions; with ``work`` it is the worker process,
with four threads. Each rings with the instant and notes when the first line of the work ran.
"""

from __future__ import annotations

import asyncio
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import redis

from bench.peers.office import running
from bench.peers.questions import answer_questions

THREADS = 4
PATIENCE_S = 30
DBOS_POLL_S = 0.05  # its default is a second
Note = Callable[[int], None]


def main(part: str, kind: str, url: str, redis_url: str) -> None:
    """Ring, or work, until the input closes."""
    client = redis.Redis.from_url(redis_url, socket_timeout=None)
    list_name = f"bench:started:{kind}"

    def note(rung: int) -> None:
        client.lpush(list_name, (time.time_ns() - rung) / 1e6)

    with _KINDS[kind](part, url, redis_url, note) as ring:
        if part == "work":
            print("ready", flush=True)  # unless that is done already
            sys.stdin.read()
            return
        with running("bench.peers.starts", "work", kind, url, redis_url):
            answer_questions({"starts": lambda times, apart: _starts(ring, client, list_name, times, apart)})


def _starts(ring: Note, client: Any, list_name: str, times: int, apart: float) -> list[float]:
    """Ring so often, so far apart, and return how many milliseconds each waited."""
    start = time.perf_counter()
    for number in range(times):
        time.sleep(max(0.0, start + number * apart - time.perf_counter()))
        ring(time.time_ns())
    found = [client.brpop(list_name, PATIENCE_S) for _ in range(times)]
    assert all(found), "a task was never started"
    return [float(waited) for _, waited in found]


class _Queue(ABC):
    """A queue that rings by what it returns, and that works while it is open in a worker process."""

    def __init__(self, part: str, url: str, redis_url: str, note: Note) -> None:
        self.works, self.url, self.redis_url, self.note = part == "work", url, redis_url, note

    def __enter__(self) -> Note:
        return self.ring

    def __exit__(self, *_: object) -> None:  # noqa: B027 - not every queue has something to close
        """Close what is open, if anything is."""

    @abstractmethod
    def ring(self, rung: int) -> None:
        """Send a task."""


class _Dramatiq(_Queue):
    def __enter__(self) -> Note:
        import dramatiq
        from dramatiq.brokers.redis import RedisBroker

        broker: Any = RedisBroker(url=self.redis_url, namespace="bench-starts")
        self._actor: Any = dramatiq.Actor(
            self.note, broker=broker, actor_name="start", queue_name="starts", priority=0, options={"max_retries": 0}
        )
        self._worker = dramatiq.Worker(broker, worker_threads=THREADS)
        if self.works:
            self._worker.start()
        return self.ring

    def __exit__(self, *_: object) -> None:
        if self.works:
            self._worker.stop()

    def ring(self, rung: int) -> None:
        self._actor.send(rung)


class _Celery(_Queue):
    def __enter__(self) -> Note:
        import celery
        from celery.contrib.testing import worker as in_process

        address = self.redis_url.replace("unix://", "redis+socket://").split("?", maxsplit=1)[0]
        app = celery.Celery("bench", broker=address)
        app.conf.update(task_acks_late=True, task_ignore_result=True, broker_connection_retry_on_startup=True)
        self._task = app.task(self.note, name="start")
        self._worker = in_process.start_worker(app, pool="threads", concurrency=THREADS, perform_ping_check=False)
        if self.works:
            self._worker.__enter__()
        return self.ring

    def __exit__(self, *_: object) -> None:
        if self.works:
            self._worker.__exit__(None, None, None)

    def ring(self, rung: int) -> None:
        self._task.delay(rung)


class _Procrastinate(_Queue):
    def __enter__(self) -> Note:
        from procrastinate import App, SyncPsycopgConnector

        self._app = App(connector=SyncPsycopgConnector(conninfo=self.url))
        self._app.open()
        if self.works:
            asyncio.run(self._work())
        else:
            self._app.schema_manager.apply_schema()
        return self.ring

    def __exit__(self, *_: object) -> None:
        self._app.close()

    async def _work(self) -> None:
        from bench.peers.procrastinating import working

        def start(rung: int) -> None:
            self.note(rung)

        await working(self.url, "start", start)

    def ring(self, rung: int) -> None:
        self._app.configure_task("start").defer(rung=rung)


class _Dbos(_Queue):
    def __enter__(self) -> Note:
        from dbos import DBOS

        DBOS(config={"name": "bench", "system_database_url": self.url, "log_level": "ERROR",
                     "application_version": "bench", "executor_id": "work" if self.works else "ask"})  # fmt: skip
        note = self.note

        def start(rung: int) -> None:
            note(rung)

        self._start: Any = DBOS.workflow(name="start")(start)
        DBOS.listen_queues(["starts"] if self.works else [])
        DBOS.launch()
        DBOS.register_queue("starts", polling_interval_sec=DBOS_POLL_S)
        self._dbos = DBOS
        return self.ring

    def __exit__(self, *_: object) -> None:
        self._dbos.destroy()

    def ring(self, rung: int) -> None:
        self._dbos.enqueue_workflow("starts", self._start, rung)


_KINDS: dict[str, Callable[[str, str, str, Note], _Queue]] = {
    "dramatiq": _Dramatiq,
    "celery": _Celery,
    "procrastinate": _Procrastinate,
    "dbos": _Dbos,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
