"""The same without a picture: every drawing has a table or a list with all it says."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from console.drawing.svg import joined, tag
from console.drawing.words import DrawingWords


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    """Return a table whose first column names its rows."""
    head = tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads)))
    body = tag("tbody", *(_row(row) for row in rows), "")
    return tag("table", tag("caption", caption), head, body, class_="drawing-table")


def _row(row: Sequence[str]) -> Markup:
    return tag("tr", tag("th", row[0], "", scope="row"), *(tag("td", cell, "") for cell in row[1:]))


def figure(drawn: Markup, equivalent: Markup, words: DrawingWords, *, scroll: str | None = None) -> Markup:
    """Return a picture with its table folded away beneath it; a wide one scrolls in a region of this name."""
    _ = words.gettext
    shown = drawn
    if scroll is not None:
        shown = tag("div", drawn, class_="drawing-scroll", role="region", tabindex=0, aria_label=scroll)
    folded = tag("details", tag("summary", _("The same as text")), equivalent, class_="drawing-words")
    return tag("figure", joined((shown, folded)), class_="drawing-figure")
