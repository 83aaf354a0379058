"""Links that can be cut, slowed, silenced or broken off in the middle of an answer: a small TCP proxy of our own."""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal, NamedTuple

How = Literal["open", "cut", "silent", "slow", "short"]
_NEXT = 1e-6  # chunks of a slow link keep their order


class Way(NamedTuple):
    """A link: its name, where it listens, and where it leads, a Unix socket or an address with a port."""

    name: str
    at: str
    to: Path | tuple[str, int]


class Order(NamedTuple):
    """What becomes of a link; ``value`` are seconds of delay, or bytes of an answer."""

    name: str
    how: How
    value: float = 0.0


@dataclass
class _Link:
    way: Way
    how: How = "open"
    value: float = 0.0
    sides: "set[_Side]" = field(default_factory=set)

    def become(self, order: Order) -> None:
        """Take another state, also for who is connected."""
        self.how, self.value = order.how, order.value
        for side in tuple(self.sides):
            side.heed()


class _Side(asyncio.Protocol):
    """One end of a connection; what comes in here goes out at the other end."""

    def __init__(self, link: _Link, other: "_Side | None" = None) -> None:
        self.link, self.other = link, other
        self.transport: asyncio.Transport | None = None
        self._free_at = 0.0
        self._left: int | None = None
        self._answers = other is not None  # this end is the server's

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.link.sides.add(self)
        self.heed()

    def heed(self) -> None:
        """Do what the state of the link wants of this end."""
        if self.transport is None:
            return
        if self.link.how == "cut":
            self.break_off()
        elif self.link.how == "silent" or self.other is None:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()
        self._left = int(self.link.value) if self.link.how == "short" and self._answers else None

    def data_received(self, data: bytes) -> None:
        if self._left is not None and len(data) > self._left:
            self._write(data[: self._left])
            self.break_off()
            return
        if self._left is not None:
            self._left -= len(data)
        loop = asyncio.get_running_loop()
        delay = self.link.value if self.link.how == "slow" else 0.0
        at = max(loop.time() + delay, self._free_at)
        if at <= loop.time():
            self._write(data)
        else:
            self._free_at = at + _NEXT
            loop.call_at(at, self._write, data)

    def _write(self, data: bytes) -> None:
        if self.other is not None and self.other.transport is not None and not self.other.transport.is_closing():
            self.other.transport.write(data)

    def break_off(self) -> None:
        """End the connection at both ends, as when a cable is torn out and the other side gave up."""
        for side in (self, self.other):
            if side is not None and side.transport is not None:
                if side is self or self.link.how == "cut":
                    side.transport.abort()
                else:
                    side.transport.close()  # what was written before is still heard

    def connection_lost(self, exc: Exception | None) -> None:
        self.link.sides.discard(self)
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


async def _connected(near: _Side) -> None:
    """Connect the other end, once the link lets anybody through; who cannot be reached ends the connection."""
    loop, to = asyncio.get_running_loop(), near.link.way.to
    far = _Side(near.link, near)
    try:
        if isinstance(to, Path):
            await loop.create_unix_connection(lambda: far, str(to))
        else:
            await loop.create_connection(lambda: far, *to)
    except OSError:
        near.break_off()
        return
    near.other = far
    near.heed()


async def _listen(link: _Link) -> int:
    loop, under_way = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    class Near(_Side):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            task = loop.create_task(_connected(self))
            under_way.add(task)
            task.add_done_callback(under_way.discard)

    server = await loop.create_server(lambda: Near(link), link.way.at, 0, backlog=256)
    return int(server.sockets[0].getsockname()[1])


async def _serve(ways: list[Way], orders: Connection) -> None:
    links = {way.name: _Link(way) for way in ways}
    orders.send({name: await _listen(link) for name, link in links.items()})
    ended, loop = asyncio.Event(), asyncio.get_running_loop()

    def heed() -> None:
        try:
            order: Order | None = orders.recv()
        except EOFError:
            order = None
        if order is None:
            ended.set()
        else:
            links[order.name].become(order)
            orders.send(order.name)

    loop.add_reader(orders.fileno(), heed)
    await ended.wait()


def serve_links(ways: list[Way], orders: Connection) -> None:
    """Serve links in a process of their own until the pipe of orders is closed; tells first at which ports."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError):
        asyncio.run(_serve(ways, orders))
    os._exit(0)  # nobody waits for what is still connected
