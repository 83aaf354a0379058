"""What was chosen on a form is called afterwards as it was called there, in the reader's language."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from console.forms.listed import LISTED
from console.words.labels import is_worded, worded_choices
from console.words.language import Language
from console.words.translation import Words

_KIND_OF: Final = {"reason": "closure_reason"}  # what a case is closed with stands among the names of the programme
_WORD: Final = re.compile(r"[\w-]+")  # anything else is somebody's own words


def chosen(field: str, value: str, words: Words) -> str:
    """Return what a stored choice is called; the fact that holds it need not know on which form it was made.

    >>> chosen("outcome", "return", Words("en")), chosen("gender", "not_said", Words("en"))
    ('To return', 'Does not want to say')
    >>> chosen("reason", "re_migrated", Words("ru")), chosen("reason", "no_such_word", Words("ru"))
    ('Повторная миграция', 'No such word')
    """
    if is_worded("choice", f"{field}.{value}"):
        return words.label("choice", f"{field}.{value}")
    if of_a_form := _of_forms(words.language).get((field, value)):
        return of_a_form
    if listed := _listed().get((field, value)):
        return words.gettext(listed)
    kind = _KIND_OF.get(field, "choice")
    return words.label(kind if is_worded(kind, value) else "choice", value) if _WORD.fullmatch(value) else value


@cache
def _of_forms(language: Language) -> Mapping[tuple[str, str], str]:
    """Return the words of single forms' choices by field and value; where forms differ, those that say least."""
    found: dict[tuple[str, str], str] = {}
    for name, said in sorted(worded_choices(language), key=lambda one: -len(one[1])):
        field, _, value = name.rpartition(".")
        found[field.rpartition(".")[2], value] = said
    return found


@cache
def _listed() -> Mapping[tuple[str, str], str]:
    """Return the messages of closed lists by field and value, the shortest of several likewise."""
    told = ((field.rpartition(".")[2], value, text) for field, texts in LISTED.items() for value, text in texts.items())
    return {(field, value): text for field, value, text in sorted(told, key=lambda one: -len(one[2]))}
