"""Changes as they happen: a stream of server-sent events for each open page (WHATWG HTML, server-sent events).

An event carries a version and nothing else; the page asks for itself again, by its own rights.
"""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.concurrency import run_in_threadpool

from console.web.change_broadcaster import ChangeBroadcaster
from console.web.request_context import RequestContext, require, session_of

router = APIRouter(include_in_schema=False)


@router.get("/live/cases/{case_id}")
def live_case(context: Annotated[RequestContext, require("case.see")]) -> Response:
    """Tell whenever the case has another version than the page was drawn with."""
    case_id, look = context.case.case.case_id, context.web.container.cases

    def version() -> int:
        snapshot = look.at(case_id)
        return snapshot.version if snapshot else -1

    return _stream(context, version)


@router.get("/live/work")
def live_work(
    context: Annotated[RequestContext, require("work.see", "operations.see", "beds.see", "travel.see")],
) -> Response:
    """Tell whenever anything has happened at all; the page decides what of it matters."""
    return _stream(context, context.web.container.log.size)


def _stream(context: RequestContext, version: Callable[[], int]) -> Response:
    told = changes(context.request, context.web.changes, version)
    return EventSourceResponse(told, headers={"x-accel-buffering": "no"})


async def changes(request: Request, changes: ChangeBroadcaster, version: Callable[[], int]) -> AsyncIterator[bytes]:
    """Yield the version at first and whenever it is another; end when the session does."""
    told = None
    async for _ in changes.beats():
        if await run_in_threadpool(lambda: session_of(request, touch=False)) is None:  # watching is not working
            yield format_sse_event(event="over", data_str="0")
            return
        now = await run_in_threadpool(version)
        if now == told:
            yield format_sse_event(comment="still here")
        else:
            yield format_sse_event(event="changed", data_str=str(now))
        told = now
