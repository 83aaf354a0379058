"""A connection is not held for ever by somebody who asks for nothing, sends no end, or does not read."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import Any, NamedTuple

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from console.web import punctual_protocol
from console.web.punctual_protocol import PunctualProtocol

SOON_S, PATIENCE_S = 0.2, 20
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


async def app(_scope: Any, receive: Any, send: Any) -> None:
    """Take a request, think longer than anybody may wait for one, and answer with its length."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message["body"]), message["more_body"]
    thought = asyncio.Event()
    asyncio.get_running_loop().call_later(3 * SOON_S, thought.set)
    await thought.wait()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
    await send({"type": "http.response.body", "body": str(length).encode()})


async def too_much(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"50000000")]})
    for _ in range(50):
        await send({"type": "http.response.body", "body": b"x" * 1_000_000, "more_body": True})


class Listening(NamedTuple):
    """A server that runs in a test's own loop, and how many connections it has lost."""

    port: int
    lost: asyncio.Semaphore


@asynccontextmanager
async def listening(app: Any) -> AsyncIterator[Listening]:
    config, state, lost = (
        Config(app, http=PunctualProtocol, lifespan="off", log_config=None),
        ServerState(),
        asyncio.Semaphore(0),
    )
    config.load()

    class Counted(PunctualProtocol):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            lost.release()

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Counted(config, state, {}), "127.0.0.1", 0)
    try:
        yield Listening(server.sockets[0].getsockname()[1], lost)
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.gather(*state.tasks)


def talked(talk: Talk, app: Any = app) -> bytes:
    """Return what somebody is told who talks like this, by the time the connection is closed."""

    async def talking() -> bytes:
        async with listening(app) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            try:
                return await asyncio.wait_for(talk(reader, writer), PATIENCE_S)
            finally:
                await _closed(writer)

    return asyncio.run(talking())


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def told_until_the_end(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_S", "BODY_S", "UNREAD_S"):
        monkeypatch.setattr(punctual_protocol, name, SOON_S)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: ", HEAD, HEAD + b"half"])
def test_what_does_not_come_whole_is_not_waited_for(sent: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(sent)
        return await told_until_the_end(reader)

    assert talked(talk) == b""


def test_a_head_that_drips_in_does_not_put_the_end_off() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        end = asyncio.ensure_future(told_until_the_end(reader))
        writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
        while not end.done():
            writer.write(b"a")
            await asyncio.wait({end}, timeout=SOON_S / 10)
        return await end

    assert talked(talk) == b""


def test_a_whole_request_is_answered_however_long_that_takes_and_the_next_one_too() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        for _ in range(2):
            writer.write(HEAD + b"whole it")
            answer = await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(1)
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert answer.endswith(b"8")
        return await told_until_the_end(reader)

    assert talked(talk) == b"", "and then, with nothing more to ask, it ends"


def test_a_body_is_waited_for_longer_the_more_of_it_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(punctual_protocol, "BODY_BYTES_S", 4 / (10 * SOON_S))

    async def whole() -> bytes:
        async with listening(app) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(HEAD + b"half")
            late = asyncio.Event()
            asyncio.get_running_loop().call_later(3 * SOON_S, late.set)
            await late.wait()
            writer.write(b"more")
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
            await _closed(writer)
            return answer

    assert asyncio.run(whole()).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_nobody_reads_is_not_kept() -> None:
    async def unread() -> None:
        async with listening(too_much) as server:
            with socket.create_connection(("127.0.0.1", server.port)) as silent:
                silent.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                await asyncio.wait_for(server.lost.acquire(), PATIENCE_S)

    asyncio.run(unread())


def test_of_too_many_who_ask_for_nothing_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(punctual_protocol, "HEAD_S", 10 * PATIENCE_S)
    monkeypatch.setattr(punctual_protocol, "WAITING_MAX", 3)

    async def crowd() -> list[bool]:
        async with listening(app) as server:
            with ExitStack() as held:
                addresses = [("127.0.0.1", server.port)] * 5
                opened = [held.enter_context(socket.create_connection(address)) for address in addresses]
                for _ in range(2):
                    await asyncio.wait_for(server.lost.acquire(), PATIENCE_S)
                return [_is_closed(one) for one in opened]

    assert asyncio.run(crowd()) == [True, True, False, False, False]


def _is_closed(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


async def refuses(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 413, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"no"})


@pytest.mark.parametrize(("length", "answers"), [(150_000, 2), (5_000_000, 1)])
def test_who_sends_on_after_the_answer_is_heard_out_for_a_while_and_then_cut_off(
    monkeypatch: pytest.MonkeyPatch, length: int, answers: int
) -> None:
    monkeypatch.setattr(punctual_protocol, "REFUSED_BYTES_MAX", 200_000)
    monkeypatch.setattr(punctual_protocol, "BODY_S", PATIENCE_S)

    async def sends_all_and_asks_again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % length)
        first = await reader.readuntil(b"no")
        writer.write(bytes(length) + b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        with suppress(ConnectionError):
            await writer.drain()
        return first + await told_until_the_end(reader)

    told = talked(sends_all_and_asks_again, refuses)
    assert told.count(b"HTTP/1.1 413") == answers
