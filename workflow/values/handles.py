"""What a person is called where everybody can hear it: two easy words, or a name of their own choosing. Never theirs.

A handle stands open in lists, so that two people can speak of one without a number. It is compared with the person's
name the way names are compared: in another script or spelling it is still the name.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from workflow.values.name_matching import folded_parts
from workflow.values.telling import is_telling
from workflow.values.text import one_line

HANDLE_LONGEST: Final = 40
_WORDS_MAX: Final = 3
_DIGITS_MAX: Final = 2  # a third could be a year of birth
_TELLS_WITHIN: Final = 3  # letters: a shorter part of a name stands in many words by chance
_BEGINS_ALIKE: Final = 4  # letters: Oksana and Oksanochka, Natalia and Natasha
_CASE_NUMBER: Final = re.compile(r"[0-9A-Za-z]{5}-[0-9A-Za-z]{5}")
_BESIDE_LETTERS: Final = frozenset(" -'’")


def _handle(text: str) -> str:
    """Return a handle as it is kept; raises ValueError with what is wrong in words, never with what was typed."""
    told = " ".join(one_line(text).split())
    if not all(_may_stand(character) for character in told) or not told[0].isalpha():
        raise ValueError("holds something other than letters; write one to three words")
    if len(told.split()) > _WORDS_MAX or sum(c.isdigit() for c in told) > _DIGITS_MAX or not folded_parts(told):
        raise ValueError("is one to three words, with at most two digits behind them")
    if is_telling(told) or _CASE_NUMBER.fullmatch(told):
        raise ValueError("says what this house is about, or looks like a case number; take another word")
    return told


def _may_stand(character: str) -> bool:
    return (
        character.isalpha()
        or unicodedata.category(character) in ("Mn", "Mc")
        or character in _BESIDE_LETTERS
        or ("0" <= character <= "9")
    )


Handle = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=HANDLE_LONGEST), AfterValidator(_handle)
]


def folded_handle(handle: str) -> str:
    """Return a handle as handles are compared: two that sound alike are one, in whichever script.

    >>> folded_handle("Маша") == folded_handle("MASHA"), folded_handle("Calm Lake 2") == folded_handle("Calm Lake 3")
    (True, False)
    """
    digits = "".join(c for c in handle if c.isdigit())
    return " ".join((*folded_parts(handle), *([digits] if digits else [])))


def is_of_name(handle: str, name: str) -> bool:
    """Tell whether a handle is somebody's name or a part of it, or holds one: in any script and spelling.

    >>> is_of_name("Оксана", "Oksana Petrenko"), is_of_name("Oksa", "Оксана"), is_of_name("Calm Lake", "Оксана")
    (True, True, False)
    """
    parts = folded_parts(name)
    return any(
        ours == theirs
        or (len(ours) >= _TELLS_WITHIN and ours in theirs)
        or (len(theirs) >= _TELLS_WITHIN and theirs in ours)
        or (len(ours) >= _BEGINS_ALIKE and ours[:_BEGINS_ALIKE] == theirs[:_BEGINS_ALIKE])
        for ours in spoken_parts(handle)
        for theirs in parts
    )


def spoken_parts(handle: str) -> tuple[str, ...]:
    """Return the folded words of a handle, and all of it written together: ``Ok Sana`` is heard as one word."""
    together = "".join(c for c in handle if c.isalpha() or unicodedata.category(c)[0] == "M")
    return tuple(dict.fromkeys((*folded_parts(handle), *folded_parts(together))))
