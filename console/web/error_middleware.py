"""The last resort: whatever goes wrong inside, the answer is a page of ours, and no log holds what was typed."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.web.faults import plain, where

log: Final = logging.getLogger("wayhome.console")


class ErrorMiddleware:
    """Answers what nobody foresaw, inside the wall, so that the answer wears its headers too.

    A bug is logged by its kind and its lines, never by its text, which may hold a name; and nothing is raised
    further to a server that would log it all.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noticing(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        except ClientDisconnect:  # gone, or cut off by the wall because the body was longer than it said
            status = 413
        except Exception as bug:  # noqa: BLE001 - this is where the unforeseen ends
            log.error("a bug: %s", where(bug))  # noqa: TRY400 - a trace would hold its text
            status = 500
        else:
            return
        if not begun:
            await plain(Request(scope), status)(scope, receive, noticing)
