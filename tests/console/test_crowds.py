"""However many stand at the door, or hold it open without a word, the people inside go on working."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import httpx2
import pytest

from console.settings import Settings
from console.web.open_streams import OF_ONE_MAX
from tests.kit.command_line import Wayhome
from tests.kit.people import ANNA
from tests.kit.web.served import served

OFFICE: Final = "wayhome.example.org"
CROWD, HALF_SENT = 120, 520
PATIENCE_S: Final = 20  # for one page, on a machine that has other things to do


@pytest.fixture
def token(wayhome: Wayhome) -> str:
    """What proves that Anna is signed in."""
    wayhome.signs_in(ANNA)
    return Settings(data=wayhome.data).sign_in_file.read_text(encoding="utf-8")


def headers(token: str) -> dict[str, str]:
    return {"host": OFFICE, "cookie": f"__Host-wayhome={token}"}


@contextmanager
def behind_a_proxy(wayhome: Wayhome) -> Iterator[str]:
    """Serve as behind an encrypting proxy, which says from where each request comes."""
    with served(wayhome.data, "--no-workers", "--origin", f"https://{OFFICE}", name=OFFICE) as (address, _):
        yield address.replace("localhost", "127.0.0.1")


def test_a_crowd_at_the_door_does_not_stop_the_people_inside(wayhome: Wayhome, token: str) -> None:
    """A hundred and twenty at once, from everywhere, with as many names: a few wait, the others are sent back."""

    async def one_of_them(crowd: httpx2.AsyncClient, number: int) -> httpx2.Response:
        given = {"account": f"staff:person{number}", "password": "a password that is wrong", "code": "123456"}
        comes_from = {"host": OFFICE, "x-forwarded-for": f"198.51.100.{number}"}
        return await crowd.post("/api/session", json=given, headers=comes_from)

    async def pages(inside: httpx2.AsyncClient, until: asyncio.Future[list[httpx2.Response]]) -> list[int]:
        seen: list[int] = []
        while not until.done() or len(seen) < 3:
            answer = await asyncio.wait_for(inside.get("/work", headers=headers(token)), PATIENCE_S)
            seen.append(answer.status_code)
        return seen

    async def both(address: str) -> tuple[list[httpx2.Response], list[int]]:
        room = httpx2.Limits(max_connections=CROWD)
        async with (
            httpx2.AsyncClient(base_url=address, limits=room, timeout=60) as crowd,
            httpx2.AsyncClient(base_url=address, timeout=PATIENCE_S) as inside,
        ):
            knocks = asyncio.gather(*[one_of_them(crowd, number) for number in range(CROWD)])
            seen = await pages(inside, knocks)
            return await knocks, seen

    with behind_a_proxy(wayhome) as address:
        answers, seen = asyncio.run(both(address))
    assert set(seen) == {200}
    told = Counter(answer.status_code for answer in answers)
    assert set(told) == {401, 503}
    sent_back = next(answer for answer in answers if answer.status_code == 503)
    assert int(sent_back.headers["retry-after"]) > 0
    assert sent_back.json()["type"] == "urn:wayhome:problem:crowd"


def test_half_sent_requests_keep_nobody_out(wayhome: Wayhome, token: str) -> None:
    """The oldest of too many are closed, so that a page is answered while all the others are held open."""
    _may_open(HALF_SENT + 200)
    with behind_a_proxy(wayhome) as address, ExitStack() as held:
        host, port = address.removeprefix("http://").split(":")
        half = [held.enter_context(socket.create_connection((host, int(port)), timeout=20)) for _ in range(HALF_SENT)]
        for number, one in enumerate(half):
            _whispers(one, b"GET /sign-in HTTP/1.1\r\nHost: " + OFFICE.encode() + b"\r\nX-Slow: ", number)
        for _ in range(3):
            assert httpx2.get(f"{address}/work", headers=headers(token), timeout=PATIENCE_S).status_code == 200
        assert _closed(half[0]), "who has waited longest is sent away first"


def test_one_account_has_only_so_many_streams(wayhome: Wayhome, token: str) -> None:
    with behind_a_proxy(wayhome) as address, ExitStack() as held, httpx2.Client(base_url=address, timeout=30) as client:
        for _ in range(OF_ONE_MAX):
            stream = held.enter_context(client.stream("GET", "/live/work", headers=headers(token)))
            assert stream.status_code == 200
        refused = client.get("/live/work", headers=headers(token))
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        assert client.get("/work", headers=headers(token)).status_code == 200


def _may_open(files: int) -> None:
    """Raise this process's own limit of open files, which the server inherits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, hard), hard))


def _whispers(one: socket.socket, head: bytes, number: int) -> None:
    try:
        one.sendall(head + str(number).encode())
    except (BrokenPipeError, ConnectionResetError):
        return  # sent away already: there are too many


def _closed(one: socket.socket) -> bool:
    try:
        return one.recv(1) == b""
    except ConnectionResetError:
        return True
