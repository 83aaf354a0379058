"""The last gate of every answer: what it tells of cases, by their numbers, is in the access log before it leaves.

It reads the answers themselves, so no page, list, file or stream can forget it; what cannot be recorded is not shown.
"""

import re
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.web.access_log import Looking, record_others
from console.web.errors import WebProblem
from console.web.faults import answer, store_problem
from events.errors import EventsError

# Found by its hyphen and then looked at to both sides: a page has few hyphens, and this reads every answer.
NUMBER: Final = re.compile(rb"-(?<=(?<![0-9A-Za-z])[0-9A-HJKMNP-TV-Z]{5}-)[0-9A-HJKMNP-TV-Z]{5}(?![0-9A-Za-z])")
_LONGEST: Final = 12  # bytes of a number and what stands beside it
_PIECE: Final = 64 * 1024  # bytes that are recorded together
_EVENTS: Final = b"text/event-stream"
_TELL_NOTHING: Final = frozenset({401, 404, 429})  # of any case; the number there is the one that was typed


def numbers_in(text: bytes) -> set[str]:
    """Return every case number in a text.

    >>> sorted(numbers_in(b"7K3P9-QXM2D, x7K3P9-QXM2E, 7K3P9-QXM2FA, QXM2D-7K3P9-QXM2D"))
    ['7K3P9-QXM2D', 'QXM2D-7K3P9']
    """
    return {text[found.start() - 5 : found.end()].decode() for found in NUMBER.finditer(text)}


class AccessLogMiddleware:
    """Lets an answer pass only once whatever it tells of cases is in the access log.

    A long file is recorded piece by piece, a stream event by event. What cannot be recorded does not leave.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        leaving = _LeavingAnswer(scope.setdefault("state", {}), send)
        try:
            await self._app(scope, receive, leaving.send)
        except _NotRecordedError as held_back:
            if leaving.has_begun:
                raise  # whoever reads it sees that it was cut off
            said = _instead(Request(scope), held_back.problem)
            await said(scope, receive, send)


class _NotRecordedError(Exception):
    """A piece of an answer was held back; nobody between here and the page mistakes it for a problem of the page."""

    def __init__(self, problem: WebProblem | EventsError) -> None:
        super().__init__(type(problem).__name__)
        self.problem = problem


class _LeavingAnswer:
    """One answer on its way out, held until what it tells is recorded."""

    def __init__(self, state: dict[str, Any], send: Send) -> None:
        self._state = state
        self._send = send
        self._start: Message = {}
        self._held = b""
        self._before = b""  # the end of what has left: a number may begin there
        self._told: set[str] = set()
        self.has_begun = False

    async def send(self, message: Message) -> None:
        """Take a piece of the answer, and send what is recorded; raises _NotRecordedError."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._held += message.get("body", b"")
        more = bool(message.get("more_body"))
        if more and len(self._held) < _PIECE and not self._is_stream:
            return
        await self._record()
        if not self.has_begun:
            self.has_begun = True
            await self._send(self._start)
        body, self._held = self._held, b""
        self._before = (self._before + body)[-_LONGEST:]
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    @property
    def _is_stream(self) -> bool:
        return any(value.startswith(_EVENTS) for name, value in self._start["headers"] if name == b"content-type")

    async def _record(self) -> None:
        """Record what is new in what is held; nothing of it leaves before."""
        look: Looking | None = self._state.get("looking")
        if look is None or self._start["status"] in _TELL_NOTHING:
            return
        found = numbers_in(self._before + self._held)
        new = found - self._told - {look.case_id, look.typed}
        if not new:
            return
        try:
            await run_in_threadpool(record_others, look, new)
        except (WebProblem, EventsError) as problem:
            raise _NotRecordedError(problem) from None
        self._told |= new


def _instead(request: Request, problem: WebProblem | EventsError) -> Response:
    return answer(request, problem) if isinstance(problem, WebProblem) else store_problem(request, problem)
