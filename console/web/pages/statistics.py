"""Statistics: a programme in numbers, as pictures with tables, and as a file of what is shown."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.statistics import HEADS, Figures, chosen, figures, rows_of
from console.web.errors import NotThere
from console.web.figures import drawn
from console.web.request_context import RequestContext, require
from console.web.spreadsheet import csv_answer

router = APIRouter(include_in_schema=False)


@router.get("/statistics")
def statistics(
    context: Annotated[RequestContext, require("statistics.see")], programme: str = "", year: str = ""
) -> Response:
    """Show the numbers of a programme and a year."""
    known = context.reader.own_programmes()
    if not known:
        return context.page("pages/statistics.html", found=None)
    found = _figures(context, programme, year)
    return context.page(
        "pages/statistics.html",
        found=found,
        drawn=drawn(found, context.words, leads=context.may("cases.see") is not None),
        programmes=list(known),
        sums=context.words.sum_of,
        may_export=context.may("export") is not None,
        now=context.web.now(),
    )


@router.get("/statistics/{programme}/file")
def file(context: Annotated[RequestContext, require("export")], programme: str, year: str = "") -> Response:
    """Return what the page shows as a file to save."""
    context.fresh("export")
    if context.may("statistics.see") is None:
        raise NotThere
    found = _figures(context, programme, year)
    return csv_answer(f"statistics-{found.programme.programme}-{found.year}", HEADS, rows_of(found))


def _figures(context: RequestContext, programme: str, year: str) -> Figures:
    definition = chosen(context.reader, programme)
    if definition is None:
        raise NotThere
    is_year = year.isascii() and year.isdecimal() and len(year) == 4
    return figures(context.reader, definition, int(year) if is_year else None)
