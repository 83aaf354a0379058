"""Thousands of requests to a console in one process: the application itself is asked, without a browser between."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote

from starlette.types import ASGIApp, Message

from tests.kit.web.houses import Person

_FORM: Final = "application/x-www-form-urlencoded"
_EVENTS: Final = b"text/event-stream"
_NEW: Final = re.compile(rb'nonce="[^"]*"|value="/[^"]*"')


class Heard(NamedTuple):
    """An answer: its status, its headers, and its body as far as it was waited for."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def plain(self) -> bytes:
        """Return the body without what is new in each answer: the nonce, and the way back of the language form."""
        return _NEW.sub(b"", self.body)


class Asking:
    """Asks a console as one person after the other; for use inside one running loop."""

    def __init__(self, app: ASGIApp, host: str = "localhost:8421") -> None:
        self._app = app
        self._host = host

    async def ask(self, person: Person, method: str, path: str) -> Heard:
        """Ask for a page, or send a form of theirs that names a programme and nothing else; to the API what is none."""
        cookie = "; ".join(f"{name}={value}" for name, value in person.client.cookies.items())
        headers = {"host": self._host, "accept": "text/html", "cookie": cookie}
        body = b""
        if method != "GET" and path.startswith("/api/"):
            headers |= {"content-type": "application/json", "x-wayhome-token": person.session.csrf}
            body = b'{"of_no_command": 1}'
        elif method != "GET":
            headers |= {"content-type": _FORM}
            body = f"_token={quote(person.session.csrf, safe='')}&programme=moscow".encode()
        return await self.send(method, path, headers, body)

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Heard:
        """Send anything at all; a stream is left as soon as it has begun."""
        call = _Call(body)
        path, _, query = path.partition("?")
        told = {**headers, "content-length": str(len(body))} if body or method != "GET" else headers
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": method, "scheme": "http", "path": unquote(path), "raw_path": path.encode(),
            "query_string": query.encode(), "root_path": "", "state": {},
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()],
            "client": ("127.0.0.1", 50_000), "server": ("localhost", 8421),
        }  # fmt: skip
        async with asyncio.timeout(20):
            await self._app(scope, call.receive, call.send)
        headers_heard = {name.decode("latin-1"): value.decode("latin-1") for name, value in call.headers}
        return Heard(call.status, headers_heard, b"".join(call.pieces))


class _Call:
    """One request in flight, as a server sees it."""

    def __init__(self, body: bytes) -> None:
        self._bodies = [body]
        self._gone = asyncio.Event()
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.pieces: list[bytes] = []

    async def receive(self) -> Message:
        if self._bodies:
            return {"type": "http.request", "body": self._bodies.pop(), "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
            return
        self.pieces.append(message.get("body", b""))
        if any(value.startswith(_EVENTS) for name, value in self.headers if name == b"content-type"):
            self._gone.set()
