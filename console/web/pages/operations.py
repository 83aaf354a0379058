"""Operations: what the machine does, what is late, what stopped and waits for somebody to look."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.operations import operations as machine_now
from console.web.request_context import RequestContext, require

router = APIRouter(include_in_schema=False)


@router.get("/operations")
def operations(context: Annotated[RequestContext, require("operations.see")]) -> Response:
    """Show the machine's work as it is now."""
    found = machine_now(context.reader, context.web.container.queue())
    return context.page("pages/operations.html", found=found)
