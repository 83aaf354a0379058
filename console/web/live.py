"""Changes as they happen: a stream of server-sent events for each open page (WHATWG HTML, server-sent events).

An event carries a version and nothing else; the page asks for itself again, by its own rights.
"""

from __future__ import annotations

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
def live_case(visitor: Annotated[RequestContext, require("case.see")]) -> Response:
    """Tell whenever the case has another version than the page was drawn with."""
    case_id, look = visitor.case.case.case_id, visitor.house.office.look

    def version() -> int:
        seen = look.at(case_id)
        return seen.version if seen else -1

    return _stream(visitor, version)


@router.get("/live/work")
def live_work(
    visitor: Annotated[RequestContext, require("work.see", "operations.see", "beds.see", "travel.see")],
) -> Response:
    """Tell whenever anything has happened at all; the page decides what of it matters."""
    return _stream(visitor, visitor.house.office.log.size)


def _stream(visitor: RequestContext, version: Callable[[], int]) -> Response:
    told = changes(visitor.request, visitor.house.pulse, version)
    return EventSourceResponse(told, headers={"x-accel-buffering": "no"})


async def changes(request: Request, pulse: ChangeBroadcaster, version: Callable[[], int]) -> AsyncIterator[bytes]:
    """Yield the version at first and whenever it is another; end when the session does."""
    told = None
    async for _ in pulse.beats():
        if await run_in_threadpool(lambda: session_of(request, touch=False)) is None:  # watching is not working
            yield format_sse_event(event="over", data_str="0")
            return
        now = await run_in_threadpool(version)
        if now == told:
            yield format_sse_event(comment="still here")
        else:
            yield format_sse_event(event="changed", data_str=str(now))
        told = now
