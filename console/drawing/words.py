"""What a picture needs of a language, so that drawing knows nothing of accounts and catalogues; and its text.

Every drawing has a table or a list with all it says.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from console.drawing.svg import joined, tag
from console.words.language import LOCALES, Language
from workflow.programme.part import Label

SUPPRESSED = "<11"  # what is said instead of a number that could point at somebody


class DrawingWords(Protocol):
    """A language and its catalogue of messages."""

    @property
    def language(self) -> Language:
        """Return the language of all that is said."""

    def gettext(self, message: str, /) -> str:
        """Return a message in this language."""

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        """Return a message in this language, in the form that goes with a number."""


def label_of(label: Label, words: DrawingWords) -> str:
    """Return what a programme file calls something."""
    return label.ru if words.language == "ru" else label.en


def short_day(day: date, words: DrawingWords) -> str:
    """Return a day without its year, as it stands under an axis."""
    return format_date(day, "d MMM", locale=LOCALES[words.language])


def full_day(day: date, words: DrawingWords) -> str:
    """Return a day with its year."""
    return format_date(day, "medium", locale=LOCALES[words.language])


def number_said(value: float | None, words: DrawingWords) -> str:
    """Return a number, or that it is too small to be told."""
    return SUPPRESSED if value is None else str(format_decimal(value, locale=LOCALES[words.language]))


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
    if scroll is not None:
        drawn = tag("div", drawn, class_="drawing-scroll", role="region", tabindex=0, aria_label=scroll)
    folded = tag("details", tag("summary", _("The same as text")), equivalent, class_="drawing-words")
    return tag("figure", joined((drawn, folded)), class_="drawing-figure")
