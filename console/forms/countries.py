"""Countries, languages and currencies by their names in the reader's language, the likely ones first."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from babel import Locale
from babel.numbers import get_currency_name

from console.forms.context import Choice, FormContext
from workflow.subjects.travel.state import travel_of
from workflow.values.countries import countries as all_countries

# Of the people served and of those who serve; a programme's own languages are added.
_LANGUAGES: Final = (
    "ru", "en", "uk", "be", "ro", "uz", "tg", "ky", "kk", "hy", "ka", "az", "tk", "pl", "bg", "sr", "sq", "de", "fr",
    "es", "pt", "it", "tr", "ar", "fa", "ps", "ur", "hi", "bn", "ne", "my", "th", "vi", "zh", "ko", "mn", "tl", "id",
    "am", "ti", "so", "sw", "ha", "yo", "ig",
)  # fmt: skip


def countries(context: FormContext) -> tuple[Choice, ...]:
    """Return every country, those the case knows of first."""
    case, home = context.case, context.programme.home_country
    likely = dict.fromkeys(
        (*(case.citizenships if case else ()), *((travel_of(case).destination,) if case else ()), home)
    )
    return _likely_first(_countries(context.words.language), likely)


def languages(context: FormContext) -> tuple[Choice, ...]:
    """Return the languages people speak here, the person's own and the desk's first."""
    programme = context.programme
    spoken = (context.case.language,) if context.case else ()
    desk = programme.hotline.languages if programme.hotline else ()
    helped = {code for provider in programme.providers for code in provider.languages}
    known = frozenset(helped) | {*spoken, *desk} - {""}
    return _likely_first(_languages(context.words.language, known), dict.fromkeys((*spoken, *desk)))


def currencies(context: FormContext) -> tuple[Choice, ...]:
    """Return the currencies the programme has money in."""
    codes = dict.fromkeys(funder.budget.currency for funder in context.programme.funders)
    return tuple(Choice(code, f"{code} · {get_currency_name(code, locale=context.words.language)}") for code in codes)


def _likely_first(choices: tuple[Choice, ...], likely: Iterable[str]) -> tuple[Choice, ...]:
    by_value = {choice.value: choice for choice in choices}
    first = [by_value[value] for value in likely if value in by_value]
    return (*first, *(choice for choice in choices if choice not in first))


@cache
def _countries(language: str) -> tuple[Choice, ...]:
    names = Locale(language).territories
    return _sorted(Choice(code, str(names[code])) for code in all_countries())


@cache
def _languages(language: str, known: frozenset[str]) -> tuple[Choice, ...]:
    names = Locale(language).languages
    return _sorted(Choice(code, str(names.get(code, code))) for code in {*_LANGUAGES, *known})


def _sorted(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    return tuple(sorted(choices, key=lambda choice: choice.label.casefold().replace("ё", "е")))
