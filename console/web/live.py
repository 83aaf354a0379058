"""Changes as they happen: a stream of server-sent events for each open page (WHATWG HTML, server-sent events).

An event carries a version and nothing else; the page asks for itself again, by its own rights. A stream ends with the
session, and as soon as its account may no longer see what it is about.
"""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from console.web.change_broadcaster import ChangeBroadcaster
from console.web.context import WebContext
from console.web.faults import plain
from console.web.request_context import RequestContext, permitted, require, session_of
from events.ids import CaseId
from handlers.queries.record_view import is_stopped
from workflow.rights.acts import Act
from workflow.rights.table import Account

router = APIRouter(include_in_schema=False)
RETRY_S: Final = 30  # after so long there may be room for another stream
_ANYTHING: Final[tuple[Act, ...]] = ("work.see", "operations.see", "beds.see", "travel.see")
Version = Callable[[Account], int | None]  # what a stream tells: nothing to somebody who may not be told


@router.get("/live/cases/{case_id}")
def live_case(context: Annotated[RequestContext, require("case.see")]) -> Response:
    """Tell whenever the case has another version than the page was drawn with."""
    return LiveResponse(context, version_of_case(context.web, CaseId(context.case.case.case_id)))


@router.get("/live/work")
def live_work(context: Annotated[RequestContext, require(*_ANYTHING)]) -> Response:
    """Tell whenever anything has happened at all; the page decides what of it matters."""
    return LiveResponse(context, version_of_all(context.web))


def version_of_case(web: WebContext, case_id: CaseId) -> Version:
    """Return what to ask for a case's version, by the rights somebody has at that moment."""

    def version(account: Account) -> int | None:
        if is_stopped(web.container.database, account.account):
            return None
        snapshot = web.container.cases.at(case_id)
        return snapshot.version if snapshot and permitted(web.timeless(), account, ("case.see",), snapshot) else None

    return version


def version_of_all(web: WebContext) -> Version:
    """Return what to ask for the log's length, likewise."""

    def version(account: Account) -> int | None:
        return web.container.log.size() if permitted(web.timeless(), account, _ANYTHING, None) else None

    return version


class LiveResponse(Response):
    """A stream for one page, if its account has room for another; its place is given back however it ends."""

    def __init__(self, context: RequestContext, version: Version) -> None:
        super().__init__()
        self._context = context
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until somebody leaves."""
        context, streams = self._context, self._context.web.streams
        account = context.account.account
        if not streams.enter(account):
            refused = plain(context.request, 429)
            refused.headers["retry-after"] = str(RETRY_S)
            await refused(scope, receive, send)
            return
        try:
            told = changes(context.request, context.web.changes, self._version)
            await EventSourceResponse(told, headers={"x-accel-buffering": "no"})(scope, receive, send)
        finally:
            streams.leave(account)


async def changes(request: Request, changes: ChangeBroadcaster, version: Version) -> AsyncIterator[bytes]:
    """Yield the version at first and whenever it is another; end when the session does, or the right to be told."""
    told = None
    async for _ in changes.beats():
        now = await run_in_threadpool(_version_for, request, version)
        if now is None:
            yield format_sse_event(event="over", data_str="0")
            return
        if now == told:
            yield format_sse_event(comment="still here")
        else:
            yield format_sse_event(event="changed", data_str=str(now))
        told = now


def _version_for(request: Request, version: Version) -> int | None:
    """Return what to tell whoever is signed in now, by the rights they have now."""
    found = session_of(request, touch=False)  # watching is not working
    return version(found[1]) if found else None
