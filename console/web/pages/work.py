"""The boards: what waits for this person, the overdue first; what the machine does; who comes and who leaves."""

from typing import Annotated, Final

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.account import zone_of
from console.views.operations import operations as machine_now
from console.views.travel import travel_board
from console.views.work import my_work
from console.web.names import namings
from console.web.request_context import RequestContext, from_one_state, require
from events.instants import instant_text
from handlers.queries.work_choice import WHOSE, keep_choice, work_choice

router = APIRouter(include_in_schema=False)
DAYS: Final = (3, 7, 14, 30)


@router.get("/work")
@from_one_state
def work(context: Annotated[RequestContext, require("self", page="work.see")], whose: str = "") -> Response:
    """Show what waits; whoever has no such list begins with the pages there are for them."""
    if not context.may_ever("work.see"):
        return context.page("pages/start.html")
    mine = _is_mine(context, whose)
    found = my_work(context.reader, mine=mine, version=context.told.size if context.told else None)
    zone = zone_of(context.reader) if found.news else "UTC"
    return context.page("pages/work.html", work=found, mine=mine, names=namings(context), zone=zone,
                        known_handles=found.handles, stored_now=instant_text(context.web.now()))  # fmt: skip


@router.get("/operations")
def operations(context: Annotated[RequestContext, require("operations.see")]) -> Response:
    """Show the machine's work as it is now."""
    found = machine_now(context.reader, context.web.container.queue())
    return context.page("pages/operations.html", found=found)


@router.get("/travel")
@from_one_state
def travel(context: Annotated[RequestContext, require("travel.see")], days: str = "7") -> Response:
    """Show the board of the next days."""
    chosen = int(days) if days in map(str, DAYS) else 7
    board = travel_board(context.reader, chosen)
    version = context.web.container.log.size()
    return context.page("pages/travel.html", board=board, choices=DAYS, version=version)


def _is_mine(context: RequestContext, whose: str) -> bool:
    """Tell whether somebody sees their own cases first: as they choose now, else as they chose last.

    Who looks after others' work too begins with all of it.
    """
    account, database = context.account, context.web.container.database
    with database.reading() as connection:
        kept = work_choice(connection, account.account)
    chosen = next((one for one in WHOSE if one == whose), None)
    if chosen is not None and chosen != kept:
        with database.writing() as connection:
            keep_choice(connection, account.account, chosen)
    usual = "mine" if account.roles == {"case_manager"} else "all"
    return (chosen or kept or usual) == "mine"
