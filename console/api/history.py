"""The log for programs of auditors: every event in its order, without what it says."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from console.api.problems import may_fail
from console.api.reading import Strict
from console.api.shapes import Answer, shape_of
from console.views.history import LogLine, onwards
from console.web.request_context import RequestContext, require

router = APIRouter(prefix="/api/v1", route_class=Strict, tags=["Proof"])
_POSITION_MAX: Final = 2**53


class History(Answer):
    """A page of the log; asked with `after` of the answer, it goes on."""

    events: list[shape_of(LogLine)]  # type: ignore[valid-type]
    after: int
    size: int


@router.get("/history", response_model=History, responses=may_fail(), operation_id="list_history")
def history(
    context: Annotated[RequestContext, require("history.see")],
    after: Annotated[int, Query(ge=-1, le=_POSITION_MAX)] = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Any:
    """Return the log after a position: who, what, when, by which right, under which rules, and the proof of it."""
    found = onwards(context.reader, after, limit)
    return {"events": found.lines, "after": found.after, "size": found.size}
