"""dramatiq as its guide has it: a broker on Redis with its defaults, an actor that reports its task, nothing tuned."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.peers.work import Store, finished

THREADS = 4  # as many as a crew of Wayhome has


class PlainQueue:
    """Rings for tasks, and does them where a worker is started."""

    def __init__(self, redis_url: str, store: Store, namespace: str) -> None:
        self.broker = RedisBroker(url=redis_url, namespace=namespace)

        def finish(case: str, task: str) -> None:
            store.record(UUID(case), finished(task))

        self._actor: Any = dramatiq.Actor(
            finish,
            broker=self.broker, actor_name="finish", queue_name="tasks", priority=0, options={"max_retries": 3},
        )  # fmt: skip

    def ring(self, case: UUID, tasks: tuple[str, ...]) -> None:
        """Send a message for each task."""
        for task in tasks:
            self._actor.send(str(case), task)
