"""My work and the machine's: what waits for this person, the overdue first; what runs, is late, or stopped."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.operations import operations as machine_now
from console.views.work import my_work
from console.web.access_log import namings
from console.web.request_context import RequestContext, require

router = APIRouter(include_in_schema=False)


@router.get("/work")
def work(context: Annotated[RequestContext, require("self")], whose: str = "") -> Response:
    """Show what waits; whoever has no such list begins with the pages there are for them."""
    if not context.may_ever("work.see"):
        return context.page("pages/start.html")
    mine = whose == "mine"
    return context.page(
        "pages/work.html", work=my_work(context.reader, mine=mine), mine=mine, names=namings(context),
        now=context.web.now(),
    )  # fmt: skip


@router.get("/operations")
def operations(context: Annotated[RequestContext, require("operations.see")]) -> Response:
    """Show the machine's work as it is now."""
    found = machine_now(context.reader, context.web.container.queue())
    return context.page("pages/operations.html", found=found)
