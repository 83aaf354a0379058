"""Statistics: a programme in numbers, as pictures with tables, and as a file of what is shown."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.directory import own_programmes
from console.views.statistics import HEADS, Figures, chosen, figures, rows_of
from console.web.errors import NotThere
from console.web.figures import drawn
from console.web.request_context import RequestContext, require
from console.web.spreadsheet import csv_answer
from console.web.sums import sums_in

router = APIRouter(include_in_schema=False)


@router.get("/statistics")
def statistics(
    visitor: Annotated[RequestContext, require("statistics.see")], programme: str = "", year: str = ""
) -> Response:
    """Show the numbers of a programme and a year."""
    known = own_programmes(visitor.reader)
    if not known:
        return visitor.page("pages/statistics.html", found=None)
    found = _figures(visitor, programme, year)
    return visitor.page(
        "pages/statistics.html",
        found=found,
        drawn=drawn(found, visitor.words, leads=visitor.may("cases.see") is not None),
        programmes=list(known),
        sums=sums_in(visitor.words),
        may_export=visitor.may("export") is not None,
        now=visitor.house.now(),
    )


@router.get("/statistics/{programme}/file")
def file(visitor: Annotated[RequestContext, require("export")], programme: str, year: str = "") -> Response:
    """Return what the page shows as a file to save."""
    visitor.fresh("export")
    if visitor.may("statistics.see") is None:
        raise NotThere
    found = _figures(visitor, programme, year)
    return csv_answer(f"statistics-{found.programme.programme}-{found.year}", HEADS, rows_of(found))


def _figures(visitor: RequestContext, programme: str, year: str) -> Figures:
    definition = chosen(visitor.reader, programme)
    if definition is None:
        raise NotThere
    is_year = year.isascii() and year.isdecimal() and len(year) == 4
    return figures(visitor.reader, definition, int(year) if is_year else None)
