"""The outermost wall: hosts, sizes and types of what comes in; policy headers on what goes out."""

import base64
import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.web.site import Site
from console.web.uploads import is_for_files
from events.world import Entropy

_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
# A name, or an IPv6 number in brackets, each with a port or without; or that number alone, as some programs send it.
_HOST: Final = re.compile(r"(?:(?P<name>[a-z0-9.-]+)|\[(?P<number>[0-9a-f:]+)\])(?::\d{1,5})?|[0-9a-f:]+")
_JSON: Final = "application/json"
_HEADERS: Final = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}


def policy(nonce: str) -> str:
    """Return the content security policy: nothing from anywhere but our own style, pictures and one script."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types wayhome"
    )


class SecurityMiddleware:
    """Refuses what no page of ours would send, before anything reads it, and dresses every answer."""

    def __init__(self, app: ASGIApp, *, site: Site, chance: Entropy) -> None:
        self._app = app
        self._site = site
        self._chance = chance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = base64.b64encode(self._chance.bytes(16)).decode()
        scope.setdefault("state", {})["nonce"] = nonce
        dressed = self._dressed(send, nonce, scope["path"])
        refused = self._refused(scope)
        if refused is not None:
            status, text = refused
            await _said(scope["path"], status, text)(scope, receive, dressed)
            return
        body = _CountedBody(receive, self._limit(scope))
        await self._app(scope, body.next, body.unless_too_much(dressed))
        if body.is_refused:
            await _said(scope["path"], 413, _too_much(self._limit(scope)))(scope, receive, dressed)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if _name_of(headers.get("host", "")) not in self._site.hosts:
            return 421, "This console answers under its own name only."
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return None
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:12]) > self._limit(scope):
            return 413, _too_much(self._limit(scope))
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _kinds(scope["path"]) and length != "0":
            return 415, "This page reads forms only; the API reads application/json."
        return None

    def _limit(self, scope: Scope) -> int:
        return self._site.upload_bytes_max if is_for_files(scope["path"]) else self._site.body_bytes_max

    def _dressed(self, send: Send, nonce: str, path: str) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("content-security-policy", policy(nonce))
                headers.setdefault("cache-control", "no-store")
                if self._site.encrypted:
                    headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
            await send(message)

        return dressed


def _kinds(path: str) -> tuple[str, ...]:
    """Return what an address reads: a program's sends files as forms do, and all else as JSON."""
    if path.startswith("/api/"):
        return (_JSON, *_FORMS[1:]) if is_for_files(path) else (_JSON,)
    return (*_FORMS, _JSON)


def _too_much(limit: int) -> str:
    return (
        f"That is more than this page takes: {limit // 1_000_000} MB at most. Nothing was kept. Scan it in grey or in "
        "fewer pages, and send it again."
    )


def _name_of(host: str) -> str:
    """Return the name in a Host header without its port, or nothing for what is no such header.

    >>> _name_of("localhost:8421"), _name_of("[::1]:8421"), _name_of("::1"), _name_of("localhost@elsewhere.example")
    ('localhost', '::1', '::1', '')
    """
    found = _HOST.fullmatch(host.lower())
    return "" if found is None else found["name"] or found["number"] or host.lower()


def _said(path: str, status: int, text: str) -> Response:
    """Return a refusal as a line for people, or for programs as a problem document (RFC 9457)."""
    if not path.startswith("/api/"):
        return PlainTextResponse(f"{text}\n", status)
    body = {"type": "urn:wayhome:problem:not_taken", "title": text, "status": status, "detail": ""}
    return JSONResponse(body, status, media_type="application/problem+json")


class _CountedBody:
    """A body that is read no further once it turns out longer than anybody may send, whatever it said of itself."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self._is_answered = False

    @property
    def is_refused(self) -> bool:
        """Tell whether it was too much, and whoever sent it is still to be told."""
        return self._left < 0 and not self._is_answered

    async def next(self) -> Message:
        """Return what came next; after too much of it, as if the sender had gone."""
        if self._left < 0:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self._left < 0 else message

    def unless_too_much(self, send: Send) -> Send:
        """Return what sends an answer; of a body that was too much nothing is said but that."""

        async def sent(message: Message) -> None:
            if not self.is_refused:
                self._is_answered = True
                await send(message)

        return sent
