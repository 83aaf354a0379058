"""dramatiq as the doorbell: it carries task ids, nothing else, and may be emptied at any moment.

All that dramatiq offers beyond carrying is switched off on purpose: its delays do not survive an outage of
Redis, its retries use the same delays, its results and pipelines live in Redis. The task rows do all of it.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import dramatiq
import redis
from dramatiq import Broker, Message, Worker
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.brokers.stub import StubBroker
from dramatiq.errors import ConnectionClosed
from dramatiq.middleware import ShutdownNotifications, TimeLimit
from redis import ConnectionError as RedisConnectionError

from workers.effects.registry import EFFECTS, LANES

_log = logging.getLogger(__name__)

TIME_LIMIT_S: Final = 20.0  # shorter than a lease, so that a stuck job is stopped before it is given away
LIMIT_LOOKS_IN_A_LIMIT: Final = 20  # how finely the limit is kept
IDLE_WAIT_MS: Final = 10  # dramatiq's consumer sleeps up to this long when idle; its default of 1 s is a long wait
TASKS_IN_A_MESSAGE: Final = 25
NAMESPACE: Final = "wayhome"
QUEUE_WAIT_S: Final = 1.0
_RINGS_MAX: Final = 64  # more rings than sleepers are of no use; the list stays short whatever happens
Perform = Callable[[Sequence[str]], Any]


class BlockingBroker(RedisBroker):
    """Carries messages as dramatiq does and wakes whoever sleeps; it has no delayed queues, for nothing is delayed.

    dramatiq's own consumer polls; asking often costs a seventh of a core for each idle worker, asking seldom costs
    every task a wait (docs/benchmarks.md). Here every message also pushes on a short list that idle consumers block
    on. The bell is only a hint: a lost one costs at most ``QUEUE_WAIT_S``.
    """

    @property
    def consumer_class(self) -> type[_RedisConsumer]:
        """Return the consumer that sleeps on the bell."""
        return _BlockingConsumer

    def declare_queue(self, queue_name: str) -> None:
        """Declare a queue alone: a delayed twin would only cost another thread that polls."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Send the message and ring once."""
        assert delay is None, "timers are rows; a delay in Redis would not survive an outage"
        sent: Message[Any] = super().enqueue(message)
        with self.client.pipeline(transaction=False) as together:
            together.lpush(self.bell(message.queue_name), b"1")
            together.ltrim(self.bell(message.queue_name), 0, _RINGS_MAX - 1)
            together.execute()
        return sent

    def bell(self, queue_name: str) -> str:
        """Return the name of a queue's bell."""
        return f"{self.namespace}:bell:{queue_name}"


class _BlockingConsumer(_RedisConsumer):
    """Sleeps on the bell while there is nothing to fetch and room for more."""

    def __next__(self) -> Any:
        """Return the next message, or None after a sleep so that the worker can look whether it should stop."""
        if not self.message_cache and self.outstanding_message_count < self.prefetch:
            self._fetch_or_sleep()
        return super().__next__()  # type: ignore[no-untyped-call]

    def _fetch_or_sleep(self) -> None:
        room = self.prefetch - self.outstanding_message_count
        try:
            self.message_cache = self.broker.do_fetch(self.queue_name, room)
            if not self.message_cache:
                self.broker.client.blpop([self.broker.bell(self.queue_name)], timeout=QUEUE_WAIT_S)
                self.misses = 0
        except RedisConnectionError as problem:
            raise ConnectionClosed(problem) from None


def open_broker(redis_url: str | None, limit_s: float = TIME_LIMIT_S) -> Broker:
    """Return Redis when there is an address, else a broker inside this process: both only carry.

    A message that a worker is at for longer than ``limit_s`` seconds is stopped, see ``open_worker``.
    """
    limit_ms = int(limit_s * 1000)
    limit = TimeLimit(time_limit=limit_ms, interval=max(1, limit_ms // LIMIT_LOOKS_IN_A_LIMIT))
    middleware = [limit, ShutdownNotifications()]
    if redis_url is None:
        return StubBroker(middleware=middleware)
    # A message of a dead process is picked up again within seconds; should that fail, the sweeper rings anew.
    return BlockingBroker(  # type: ignore[no-untyped-call]
        url=redis_url, middleware=middleware, namespace=NAMESPACE, heartbeat_timeout=15_000, maintenance_chance=50_000
    )


def redis_answers(redis_url: str) -> bool:
    """Tell whether Redis answers within a second."""
    client = redis.Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


class QueueNotifier:
    """Rings for tasks: one short message for up to 25 of them, to the queue of their lane."""

    def __init__(self, broker: Broker, perform: Perform | None = None) -> None:
        """Declare an actor for each lane; a process that only rings needs nothing to perform with."""
        self._actors = {lane: _actor(broker, lane, perform or _nobody_home) for lane in LANES}

    def ring(self, due: Sequence[tuple[str, str]]) -> None:
        """Send the ids; when the queue is down they wait for the sweeper, and the work goes on late."""
        by_lane: dict[str, list[str]] = {}
        for task_id, kind in due:
            by_lane.setdefault(EFFECTS[kind].lane, []).append(task_id)
        for lane, ids in by_lane.items():
            for start in range(0, len(ids), TASKS_IN_A_MESSAGE):
                self._send(lane, ids[start : start + TASKS_IN_A_MESSAGE])

    def _send(self, lane: str, ids: list[str]) -> None:
        try:
            self._actors[lane].send(ids)
        except Exception as problem:  # noqa: BLE001 - whatever the queue's trouble is, the rows are the truth
            _log.warning("the queue is not reachable (%s); %d tasks will start late", type(problem).__name__, len(ids))


def open_worker(broker: Broker, threads: int) -> Worker:
    """Return a dramatiq worker that takes no more messages than it has threads for; its time limit runs from now on.

    dramatiq itself starts what keeps the limit only in the processes of its own command line, at this signal.
    """
    broker.emit_after("process_boot")
    worker = Worker(broker, worker_threads=threads, worker_timeout=IDLE_WAIT_MS)
    worker.queue_prefetch = threads
    return worker


def _actor(broker: Broker, lane: str, perform: Perform) -> Any:
    return dramatiq.Actor(
        perform, broker=broker, actor_name=f"do_{lane}", queue_name=lane, priority=0, options={"max_retries": 0}
    )


def _nobody_home(task_ids: Sequence[str]) -> None:
    raise AssertionError(f"this process only rings; {len(task_ids)} tasks were handed to it")
