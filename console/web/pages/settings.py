"""Settings: who may do what, as a table to read; the way to people and to programme files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.programmes import programmes_of
from console.views.rights import rights_table
from console.web.request_context import RequestContext, require
from workflow.rights.acts import ROLES

router = APIRouter(include_in_schema=False)
Reads = Annotated[RequestContext, require("accounts.see", "programmes.see")]


@router.get("/settings")
def settings(visitor: Reads) -> Response:
    """Lead to everything that is set."""
    reads = visitor.may("programmes.see") is not None
    people = visitor.house.accounts.list() if visitor.may("accounts.see") else []
    definitions = programmes_of(visitor.reader) if reads else []
    return visitor.page("pages/settings.html", definitions=definitions, people=people)


@router.get("/settings/roles")
def roles(visitor: Reads) -> Response:
    """Show the table of rights: the one the pages themselves ask."""
    return visitor.page("pages/roles.html", groups=rights_table(), roles=ROLES)
