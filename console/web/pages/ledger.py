"""The ledger: what each funder's lines planned, set aside and paid, every posting, and a file of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from console.drawing.charts import Stack, stacked_svg, stacked_words
from console.drawing.words import figure
from console.views.ledger import HEADS, LedgerView, journal_rows, ledger
from console.web.errors import NotThere
from console.web.pages.statement import chosen_books, may_compare
from console.web.request_context import RequestContext, require
from console.web.spreadsheet import csv_answer
from console.words.translation import Words
from workflow.programme.loading import Definition

router = APIRouter(include_in_schema=False)
Books = Annotated[RequestContext, require("ledger.see")]


@router.get("/ledger")
def show(context: Books, programme: str = "", funder: str = "", before: str = "") -> Response:
    """Show the books of a programme, of one funder if one is named."""
    known = context.reader.own_programmes()
    if not known:
        return context.page("pages/no_books.html")
    definition = chosen_books(known, programme)
    _known_funder(definition, funder)
    found = ledger(context.reader, definition, funder or None, _number(before))
    return context.page(
        "pages/ledger.html",
        ledger=found,
        programmes=list(known),
        funders=definition.programme.funders,
        funder=funder,
        picture=_picture(found, context.words),
        sums=context.words.sum_of,
        day_of=date.fromisoformat,
        begins=_number(before) is not None,
        may_export=context.may("export") is not None,
        may_compare=may_compare(context),
    )


@router.get("/ledger/{programme}/file")
def file(context: Annotated[RequestContext, require("export")], programme: str, funder: str = "") -> Response:
    """Return every posting as a file to save."""
    context.fresh("export")
    if context.may("ledger.see") is None:
        raise NotThere
    definition = chosen_books(context.reader.own_programmes(), programme)
    _known_funder(definition, funder)
    rows = journal_rows(context.reader, definition, funder or None)
    return csv_answer(f"ledger-{definition.programme.programme}", HEADS, rows)


def _known_funder(definition: Definition, funder: str) -> None:
    if funder and funder not in {one.id for one in definition.programme.funders}:
        raise NotThere


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _picture(found: LedgerView, words: Words) -> Markup:
    _ = words.gettext
    series = (_("Paid"), _("Set aside"), _("Left"))
    stacks = [
        Stack(
            f"{one.name} · {one.row.currency}",
            (int(one.row.disbursed), int(one.row.committed), max(int(one.row.left), 0)),
            f"/ledger?programme={found.programme}&funder={one.funder}",
        )
        for one in found.funders
    ]
    title = _("Money by funder")
    return figure(
        stacked_svg("funders", title, series, stacks, words), stacked_words(title, series, stacks, words), words
    )
