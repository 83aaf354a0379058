"""Travel: who comes and who leaves in the next days, what is missing, and where those who go along are."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.travel import travel_board
from console.web.request_context import RequestContext, require

router = APIRouter(include_in_schema=False)
DAYS: Final = (3, 7, 14, 30)


@router.get("/travel")
def travel(context: Annotated[RequestContext, require("travel.see")], days: str = "7") -> Response:
    """Show the board of the next days."""
    chosen = int(days) if days in map(str, DAYS) else 7
    board = travel_board(context.reader, chosen)
    version = context.web.container.log.size()
    return context.page("pages/travel.html", board=board, choices=DAYS, version=version)
