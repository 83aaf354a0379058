"""What a picture needs of a language, so that drawing knows nothing of accounts and catalogues."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from babel.dates import format_date
from babel.numbers import format_decimal

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
