"""dramatiq on Redis without the wait: an idle consumer sleeps on a bell in Redis instead of asking again and again.

dramatiq's own consumer polls; asking often costs a seventh of a core for each idle worker, asking seldom
costs every task a wait (docs/benchmarks.md). Here every message also pushes on a short list that idle
consumers block on. The bell is only a hint: a lost one costs at most ``QUEUE_WAIT_S``.
"""

from typing import Any, Final

from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed
from redis import ConnectionError as RedisConnectionError

QUEUE_WAIT_S: Final = 1.0
_RINGS_MAX: Final = 64  # more rings than sleepers are of no use; the list stays short whatever happens


class BlockingBroker(RedisBroker):
    """Carries messages as dramatiq does and wakes whoever sleeps; it has no delayed queues, for nothing is delayed."""

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
